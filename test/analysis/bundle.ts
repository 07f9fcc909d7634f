import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, buildSync, type Plugin } from 'esbuild';
import { analyzeHandler } from '../../lib/analysis/analyze-handler';
import type { HandlerAnalysis, ResourceExpression } from '../../lib/analysis/handler-analysis';

export const OPTIONS: BuildOptions & { write: false } = {
  write: false,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  mainFields: ['module', 'main'],
  external: ['@aws-sdk/*', '@smithy/*'],
  sourcemap: 'external',
  minifySyntax: true,
  logLevel: 'silent',
  outdir: '.',
};

export interface Bundle {
  readonly code: string;
  readonly sourceMap: string;
}

/** Bundles one file as tools are bundled. `libraries`: source text of installed packages, by name. */
export async function bundleFile(entry: string, libraries: { [name: string]: string } = {}): Promise<Bundle> {
  const installed: Plugin = {
    name: 'installed',
    setup(setup) {
      setup.onResolve({ filter: /^@example\// }, ({ path }) => ({
        path: `node_modules/${path}/index.js`,
        namespace: 'installed',
      }));
      setup.onLoad({ filter: /.*/, namespace: 'installed' }, ({ path }) => ({
        contents: libraries[path.replace(/^node_modules\/|\/index\.js$/g, '')]!,
        resolveDir: __dirname,
      }));
    },
  };
  const { outputFiles } = await build({
    ...OPTIONS,
    entryPoints: [entry],
    absWorkingDir: join(__dirname, '../..'),
    plugins: [installed],
  });
  return textOf(outputFiles);
}

/** Analyses source text of one handler. */
export function analyzeText(source: string, extension = 'ts'): HandlerAnalysis {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'analysis-')));
  try {
    writeFileSync(join(directory, `handler.${extension}`), source);
    const { outputFiles } = buildSync({ ...OPTIONS, entryPoints: [`handler.${extension}`], absWorkingDir: directory });
    return analyzeHandler(textOf(outputFiles));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Analyses source text of many handlers, all bundled by one call. */
export function analyzeTexts(sources: readonly string[]): HandlerAnalysis[] {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'analysis-')));
  try {
    const names = sources.map((source, index) => {
      writeFileSync(join(directory, `handler-${index}.ts`), source);
      return `handler-${index}`;
    });
    const { outputFiles } = buildSync({
      ...OPTIONS,
      entryPoints: names.map((name) => `${name}.ts`),
      absWorkingDir: directory,
    });
    return names.map((name) => {
      const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(`/${name}.${end}`))!.text;
      return analyzeHandler({ code: text('js'), sourceMap: text('js.map') });
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function textOf(files: readonly { path: string; text: string }[]): Bundle {
  const text = (end: string) => files.find(({ path }) => path.endsWith(end))!.text;
  return { code: text('.js'), sourceMap: text('.js.map') };
}

/** `must dynamodb:GetItem ORDERS handler.ts:4`. */
export function lines(analysis: HandlerAnalysis): string[] {
  return analysis.used.map(({ certainty, action, resources, parts, at }) => {
    const place = `${at.file.replace(/^.*fixtures\/handlers\//, '').replace(/^.*node_modules\//, '~')}:${at.line}`;
    const on = resources.map(shown).join('|') + (parts.join('|') === '' ? '' : ` ${parts.join('|')}`);
    return `${certainty} ${action} ${on} ${place}`;
  });
}

function shown(resource: ResourceExpression): string {
  if (resource.kind === 'env') return resource.name;
  return resource.kind === 'text' ? JSON.stringify(resource.text) : `<${resource.kind}>`;
}
