import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run';

const PYTHON = process.env.PYTHON ?? 'python3';

/** A virtual environment with the wheel of the library and `packages` from the package index. Returns its interpreter. */
export function pythonWithLibrary(cache: string, packages: readonly string[]): string {
  run('npx', ['jsii-pacmak', '--target', 'python', '--outdir', join(cache, 'dist')]);
  const wheel = readdirSync(join(cache, 'dist', 'python')).find((file) => file.endsWith('.whl'))!;
  const venv = join(cache, 'venv');
  run(PYTHON, ['-m', 'venv', venv]);
  run(join(venv, 'bin', 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    join(cache, 'dist', 'python', wheel),
    ...packages,
  ]);
  return join(venv, 'bin', 'python');
}
