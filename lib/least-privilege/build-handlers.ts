import { createRequire } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { pathInProject, projectOf } from './project-folder';

/** A handler ready for Lambda: `index.js` and its source map. */
export interface BuiltHandler {
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export interface BuiltHandlers {
  readonly built: ReadonlyMap<string, BuiltHandler>;
  /** Messages by entry; under '' what cannot be blamed on one entry. */
  readonly failed: ReadonlyMap<string, readonly string[]>;
}

type Esbuild = typeof import('esbuild');

/**
 * Bundles all entries in one esbuild call, for the Node.js runtimes of Lambda (CommonJS, AWS SDK external).
 *
 * The output holds no path outside the project, so the same sources give the same asset hash on every machine. When
 * the one call fails, entries are tried singly, so that each error names its handler.
 */
export function buildHandlers(entries: readonly string[]): BuiltHandlers {
  const built = new Map<string, BuiltHandler>();
  const failed = new Map<string, readonly string[]>();
  if (entries.length === 0) return { built, failed };
  const esbuild = loadEsbuild(entries);
  if (esbuild === undefined) {
    failed.set('', ['esbuild is not installed: run `npm install --save-dev esbuild` in the project']);
    return { built, failed };
  }
  try {
    build(esbuild, entries, built);
  } catch {
    for (const entry of entries) {
      try {
        build(esbuild, [entry], built);
      } catch (error) {
        failed.set(entry, messages(error));
      }
    }
  }
  return { built, failed };
}

function build(esbuild: Esbuild, entries: readonly string[], built: Map<string, BuiltHandler>): void {
  const project = projectOf(entries[0]!);
  // Nothing is written here: the name only has to be the same on every machine.
  const outdir = join(project, '__handlers__');
  const result = esbuild.buildSync({
    entryPoints: entries.map((entry, index) => ({ in: entry, out: `${index}/index` })),
    // esbuild writes each module's path, relative to this, into the output
    absWorkingDir: project,
    outdir,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['@aws-sdk/*', '@smithy/*'],
    sourcemap: 'linked',
    sourcesContent: false,
    treeShaking: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  for (const [index, entry] of entries.entries()) {
    const directory = join(outdir, String(index)) + sep;
    const files = result.outputFiles
      .filter((file) => file.path.startsWith(directory))
      .map((file) => ({
        name: file.path.slice(directory.length),
        text: file.path.endsWith('.map') ? portableSourceMap(file.text, directory, entry) : file.text,
      }));
    built.set(entry, { files });
  }
}

/** Source paths relative to the handler's project: no trace of the machine, nor of the place in the build. */
function portableSourceMap(text: string, directory: string, entry: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  const project = projectOf(entry);
  map.sources = map.sources.map((source) => pathInProject(resolve(directory, source), project));
  return JSON.stringify(map);
}

/**
 * esbuild is native, so jsii can neither bundle it nor take it as a peer: it is looked for beside the handlers, in the
 * working directory and beside this package.
 */
function loadEsbuild(entries: readonly string[]): Esbuild | undefined {
  for (const place of [...entries, join(process.cwd(), 'app.js'), __filename]) {
    try {
      return createRequire(place)('esbuild') as Esbuild;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

function messages(error: unknown): string[] {
  const { errors } = error as {
    errors?: { text: string; location?: { file: string; line: number; column: number } | null }[];
  };
  if (errors === undefined) return [String(error)];
  return errors.map(({ text, location }) =>
    location ? `${text} in ${location.file}:${location.line}:${location.column}` : text,
  );
}
