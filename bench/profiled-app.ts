/**
 * Synthesizes one app under the CPU profiler of V8 and prints, as JSON, where the time went. A process of its own per
 * run, so that each run is a cold one. `profiled-app.ts quickstart`, or a number of tools.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { attribute, type Shares } from './attribute';

export interface ProfiledRun {
  /** From before the first import until the assembly is on disk. */
  readonly seconds: number;
  readonly resources: number;
  readonly shares: Shares;
}

async function main(what: string): Promise<ProfiledRun> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  const out = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const start = performance.now();
    const resources = synthesize(what, out);
    const seconds = (performance.now() - start) / 1000;
    const { profile } = await session.post('Profiler.stop');
    return { seconds, resources, shares: attribute(profile) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Imports on call: loading the libraries is part of what is measured. */
function synthesize(what: string, outdir: string): number {
  const { App } = require('aws-cdk-lib') as typeof import('aws-cdk-lib');
  const app = new App({ outdir });
  if (what === 'quickstart') {
    const { build } = require('../examples/quickstart/app') as typeof import('../examples/quickstart/app');
    build(app);
  } else {
    const { manyTools } = require('./many-tools') as typeof import('./many-tools');
    manyTools(app, Number(what));
  }
  const [stack] = app.synth().stacks;
  return Object.keys(stack!.template.Resources).length;
}

main(process.argv[2] ?? 'quickstart').then((result) => console.log(JSON.stringify(result)));
