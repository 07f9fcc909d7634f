import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

export interface LeastPrivilegeOutput {
  /** What fails synthesis; empty when nothing does. */
  readonly errors: string;
  /** `least-privilege.md` of the assembly, without its last line break. */
  readonly table: string;
}

/** Synthesizes an app and returns what is said about the code of its tools. */
export function leastPrivilegeOutput(build: (app: App) => unknown): LeastPrivilegeOutput {
  const outdir = mkdtempSync(join(tmpdir(), 'least-privilege-'));
  try {
    const app = new App({ outdir });
    build(app);
    const errors = errorsOf(app);
    return { errors, table: readFileSync(join(outdir, 'least-privilege.md'), 'utf8').trimEnd() };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function errorsOf(app: App): string {
  try {
    app.synth();
    return '';
  } catch (error) {
    return (error as Error).message.trim();
  }
}
