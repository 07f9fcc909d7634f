import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..');

function loadedBy(entry: string): string[] {
  const program = `require('tsx/cjs'); require(${JSON.stringify(join(ROOT, entry))}); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as string[];
}

test('importing the package loads neither Cedar nor esbuild nor an AWS SDK nor the grammar of Python', () => {
  const loaded = loadedBy('lib/index.ts').filter((file) => !/node_modules\/(tsx|esbuild\/lib\/main\.js)/.test(file));

  expect(loaded.some((file) => file.includes('/lib/secure-mcp-gateway'))).toBe(true);
  for (const heavy of [
    '@cedar-policy',
    '@lezer/',
    '/esbuild/',
    '@aws-sdk/',
    '@modelcontextprotocol',
    '/dynalite/',
    '/yaml/',
  ]) {
    expect(loaded.filter((file) => file.includes(heavy))).toEqual([]);
  }
});

test('importing ./runtime loads no AWS SDK', () => {
  const loaded = loadedBy('lib/runtime/index.ts');

  expect(loaded.some((file) => file.includes('/lib/runtime/outbound'))).toBe(true);
  expect(loaded.filter((file) => file.includes('/@aws-sdk/'))).toEqual([]);
});

test.each([
  ['all of it', "export * from './lib/runtime/index.ts'", 25_000],
  ['what a tool takes of it', "export { defineTool } from './lib/runtime/index.ts'", 8_000],
])('./runtime is made of runtime and protocol alone, and small: %s', (_what, contents, bytes) => {
  const { metafile, outputFiles } = buildSync({
    stdin: { contents, resolveDir: ROOT },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    // Loaded at the first call of a tool that asks for a credential, from the runtime of Lambda.
    external: ['@aws-sdk/*'],
  });

  const inputs = Object.keys(metafile.inputs).filter((input) => input !== '<stdin>');
  for (const input of inputs) expect(input).toMatch(/^lib\/(runtime|protocol)\//);
  expect(outputFiles[0]!.contents.byteLength).toBeLessThan(bytes);
});

test.each([
  ['lib/local/index.ts', 'lib/local/'],
  ['lib/cli/main.ts', 'lib/local/'],
  ['lib/testing/index.ts', 'lib/assembly/'],
])('%s needs no CDK', (entry, part) => {
  const { metafile } = buildSync({
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    external: ['esbuild', '@cedar-policy/*'],
    logLevel: 'error',
  });
  const inputs = Object.keys(metafile.inputs);

  expect(inputs.filter((input) => /node_modules\/(aws-cdk-lib|constructs|cdk-nag)\//.test(input))).toEqual([]);
  expect(inputs.some((input) => input.startsWith(part))).toBe(true);
  if (part === 'lib/assembly/') expect(inputs.filter((input) => input.startsWith('lib/local/'))).toEqual([]);
});
