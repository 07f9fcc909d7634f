import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..');

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Returns the output in place of printing it. */
  readonly capture?: boolean;
}

/** Runs a program and ends this script when it fails. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20', ...options.env },
    encoding: 'utf8',
    stdio: options.capture ? 'pipe' : ['ignore', 'inherit', 'inherit'],
    maxBuffer: 1e9,
  });
  if (status !== 0) {
    console.error(`failed: ${program} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error ?? ''}`);
    process.exit(1);
  }
  return stdout ?? '';
}

/** Whether a program is there. */
export function has(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
