/**
 * Builds the library for other languages, runs the quickstart written in them, and compares its template with the one
 * of TypeScript. Python is required; a missing toolchain fails.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ROOT, run } from './run';

const CACHE = join(ROOT, '.cache', 'languages');
const PYTHON = process.env.PYTHON ?? 'python3';

const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

rmSync(CACHE, { recursive: true, force: true });
mkdirSync(CACHE, { recursive: true });

run('npx', ['projen', 'compile']);
run('npx', ['projen', 'bundle']);
const typescript = synthesize('typescript', 'npx', ['tsx', 'examples/quickstart/app.ts']);
compare('python', python(), typescript);

function python(): Record<string, unknown> {
  run('npx', ['jsii-pacmak', '--target', 'python', '--outdir', join(CACHE, 'dist')]);
  const wheel = readdirSync(join(CACHE, 'dist', 'python')).find((file) => file.endsWith('.whl'))!;
  const venv = join(CACHE, 'venv');
  run(PYTHON, ['-m', 'venv', venv]);
  run(join(venv, 'bin', 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    join(CACHE, 'dist', 'python', wheel),
    `aws-cdk-lib==${devDependencies['aws-cdk-lib']}`,
    `constructs==${devDependencies.constructs}`,
    `cdk-nag==${devDependencies['cdk-nag']}`,
  ]);
  return synthesize('python', join(venv, 'bin', 'python'), ['examples/quickstart-python/app.py']);
}

function synthesize(language: string, program: string, args: string[]): Record<string, unknown> {
  const out = join(CACHE, `cdk.out.${language}`);
  run(program, args, { env: { CDK_OUTDIR: out, CDK_VALIDATION: 'false' } });
  return JSON.parse(readFileSync(join(out, 'OrderSupport.template.json'), 'utf8'));
}

function compare(language: string, template: Record<string, unknown>, reference: Record<string, unknown>): void {
  if (isDeepStrictEqual(template, reference)) {
    console.log(`${language}: the template equals the one of TypeScript`);
    return;
  }
  const resources = (value: Record<string, unknown>) => value.Resources as Record<string, unknown>;
  for (const id of new Set([...Object.keys(resources(template)), ...Object.keys(resources(reference))])) {
    const [given, expected] = [resources(template)[id], resources(reference)[id]];
    if (!isDeepStrictEqual(given, expected)) {
      console.error(`${language}: ${id} differs\n${JSON.stringify(given)}\n${JSON.stringify(expected)}`);
    }
  }
  process.exitCode = 1;
}
