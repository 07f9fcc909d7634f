/**
 * Bundles the command, the local gateway and the proofs for tests, each into one file. Their libraries stay development dependencies: a CDK
 * app that only uses the constructs must not install them. Licences of what is bundled go into one file.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { licences } from './bundle/licences';

const ROOT = join(__dirname, '..');

/** Installed with the package, so it is required, not copied. */
const EXTERNAL = ['@cedar-policy/cedar-wasm', '@cedar-policy/cedar-wasm/*', 'esbuild'];

const ENTRIES = [
  { in: 'lib/cli/main.ts', out: 'build/cli/main.js' },
  { in: 'lib/local/index.ts', out: 'build/local/index.js' },
  { in: 'lib/testing/index.ts', out: 'build/testing/index.js' },
];

/** Runs in the sandboxes, so it stays a file of its own, beside whatever starts them. */
const BOOTSTRAP = 'lib/local/lambda/lambda-bootstrap.cjs';
const STARTS_SANDBOXES = 'lib/local/lambda/lambda-host.ts';

/** dynalite loads its operations by a name without extension, which esbuild cannot follow: here they get one. */
const dynaliteOperations: Plugin = {
  name: 'dynalite-operations',
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/]dynalite[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = source.replace(
        /require\('\.\/(actions|validations)\/' \+ (\w+)\)/g,
        "require('./$1/' + $2 + '.js')",
      );
      if (contents === source) throw new Error('dynalite loads its operations in another way than expected');
      return { contents, loader: 'js' };
    });
  },
};

async function main(): Promise<void> {
  const packages = new Set<string>();
  for (const entry of ENTRIES) {
    const { metafile } = await build({
      entryPoints: [join(ROOT, entry.in)],
      outfile: join(ROOT, entry.out),
      absWorkingDir: ROOT,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: EXTERNAL,
      alias: { level: join(ROOT, 'scripts/bundle/no-level.cjs') },
      plugins: [dynaliteOperations],
      metafile: true,
      logLevel: 'warning',
      legalComments: 'none',
      // Names stay, for stack traces; without comments and blanks a third of the size is gone.
      minifyWhitespace: true,
    });
    for (const name of packagesIn(metafile)) packages.add(name);
    if (STARTS_SANDBOXES in metafile.inputs)
      copyFileSync(join(ROOT, BOOTSTRAP), join(ROOT, dirname(entry.out), 'lambda-bootstrap.cjs'));
  }
  writeFileSync(
    join(ROOT, 'THIRD-PARTY-LICENSES.txt'),
    licences([...packages].sort().map((folder) => join(ROOT, folder))),
  );
}

function packagesIn(metafile: Metafile): string[] {
  return Object.keys(metafile.inputs).flatMap((input) => {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    return match === null ? [] : [match[1]!];
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
