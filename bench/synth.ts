/**
 * Cold `npx cdk synth` of the quickstart, where the time of the app process goes, and how it grows with the tools.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { run } from '../scripts/run';
import { OWN } from './attribute';
import type { ProfiledRun } from './profiled-app';
import { type Figure, median, percent, range } from './report';

const RUNS = 5;
const FEW = 10;
const MANY = 40;

export function quickstart(): Figure[] {
  const out = mkdtempSync(join(tmpdir(), 'bench-'));
  const synth = (validation: string) => () =>
    run('npx', ['cdk', 'synth', '--quiet', '--output', out], { env: { CDK_VALIDATION: validation }, capture: true });
  const cold = wall(synth('true'));
  const unvalidated = wall(synth('false'));
  const check = wall(() => run(process.execPath, ['bin/secure-mcp', 'check', out], { capture: true }));
  const runs = profiled('quickstart', 'true');
  return [
    { name: 'npx cdk synth, cold process', value: range(cold) },
    { name: 'the same without the CloudFormation validation of aws-cdk-lib', value: range(unvalidated) },
    { name: 'the app process alone, under the profiler', value: range(runs.map(({ seconds }) => seconds)) },
    { name: 'of it in this library: constructs, rules, Cedar, bundling of the handlers', value: range(own(runs)) },
    { name: 'secure-mcp check of the assembly', value: range(check) },
    ...owners(runs),
  ];
}

/** A role, function, log group and conditional permit per tool, without the validation of aws-cdk-lib. */
export function manyTools(): Figure[] {
  const few = profiled(String(FEW), 'false');
  const many = profiled(String(MANY), 'false');
  const growth = median(own(many)) / median(own(few));
  const figures = [few, many].flatMap((runs, index) => [
    {
      name: `${[FEW, MANY][index]} tools, ${runs[0]!.resources} resources`,
      value: range(runs.map(({ seconds }) => seconds)),
    },
    { name: 'of it in this library', value: range(own(runs)) },
  ]);
  return [...figures, { name: `${MANY / FEW} times the tools cost this library`, value: `${growth.toFixed(1)} times` }];
}

/** Seconds of each run that were spent in this library. */
function own(runs: readonly ProfiledRun[]): number[] {
  return runs.map(({ seconds, shares }) => seconds * (shares[OWN] ?? 0));
}

function owners(runs: readonly ProfiledRun[]): Figure[] {
  const names = new Set(runs.flatMap(({ shares }) => Object.keys(shares)));
  return [...names]
    .map((name) => ({ name, share: median(runs.map(({ shares }) => shares[name] ?? 0)) }))
    .filter(({ share }) => share >= 0.005)
    .sort((one, other) => other.share - one.share)
    .map(({ name, share }) => ({ name: `- ${name}`, value: percent(share) }));
}

function profiled(what: string, validation: string): ProfiledRun[] {
  const args = ['--import', 'tsx', 'bench/profiled-app.ts', what];
  return Array.from({ length: RUNS }, () =>
    JSON.parse(run(process.execPath, args, { env: { CDK_VALIDATION: validation }, capture: true })),
  );
}

function wall(action: () => void): number[] {
  return Array.from({ length: RUNS }, () => {
    const start = performance.now();
    action();
    return (performance.now() - start) / 1000;
  });
}
