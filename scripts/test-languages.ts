/**
 * Builds the library for other languages, runs the quickstart written in them, and compares its template with the one
 * of TypeScript. Python is required; Go and Java are built where their toolchains are. What was left out is named last.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { buildGoQuickstart } from './languages/go';
import { compileJavaBindings } from './languages/java';
import { pythonWithLibrary } from './languages/python';
import { ROOT, run } from './run';

type Template = { readonly Resources: { readonly [logicalId: string]: unknown } };

const CACHE = join(ROOT, '.cache', 'languages');
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const skipped: string[] = [];

rmSync(CACHE, { recursive: true, force: true });
mkdirSync(CACHE, { recursive: true });
run('npx', ['projen', 'compile']);
run('npx', ['projen', 'bundle']);
const typescript = synthesize('typescript', 'npx', ['tsx', 'examples/quickstart/app.ts']);

const peers = ['aws-cdk-lib', 'constructs', 'cdk-nag'].map((name) => `${name}==${devDependencies[name]}`);
compare('python', synthesize('python', pythonWithLibrary(CACHE, peers), ['examples/quickstart-python/app.py']));

const go = buildGoQuickstart(CACHE);
if ('program' in go) compare('go', synthesize('go', go.program, []));
else skipped.push(`go: ${go.skipped}`);

skipped.push(`java: ${compileJavaBindings(CACHE, devDependencies)}`);
for (const language of skipped) console.log(`SKIPPED ${language}`);

function synthesize(language: string, program: string, args: string[]): Template {
  const out = join(CACHE, `cdk.out.${language}`);
  run(program, args, { env: { CDK_OUTDIR: out, CDK_VALIDATION: 'false' } });
  return JSON.parse(readFileSync(join(out, 'OrderSupport.template.json'), 'utf8'));
}

function compare(language: string, template: Template): void {
  if (isDeepStrictEqual(template, typescript)) {
    console.log(`${language}: the template equals the one of TypeScript`);
    return;
  }
  for (const id of new Set([...Object.keys(template.Resources), ...Object.keys(typescript.Resources)])) {
    const [given, expected] = [template.Resources[id], typescript.Resources[id]];
    if (!isDeepStrictEqual(given, expected)) {
      console.error(`${language}: ${id} differs\n${JSON.stringify(given)}\n${JSON.stringify(expected)}`);
    }
  }
  console.error(`${language}: the template differs from the one of TypeScript`);
  process.exitCode = 1;
}
