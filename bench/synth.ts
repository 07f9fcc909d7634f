/**
 * Cold `npx cdk synth` of the quickstart, and where the time of the app process goes: a CPU profile, each sample counted
 * for the innermost frame that belongs to somebody.
 */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run } from '../scripts/run';
import { type Figure, median } from './report';

const RUNS = 3;

export function synth(): Figure[] {
  const seconds = Array.from({ length: RUNS }, () => timed(() => cdkSynth({})));
  const withoutValidation = Array.from({ length: RUNS }, () => timed(() => cdkSynth({ CDK_VALIDATION: 'false' })));
  const shares = profile();
  const ours = (shares.get('cdk-secure-mcp') ?? 0) + (shares.get('cedar-wasm') ?? 0) + (shares.get('esbuild') ?? 0);
  return [
    { name: 'npx cdk synth of the quickstart, cold process', value: `${median(seconds).toFixed(2)} s` },
    {
      name: 'the same without the CloudFormation validation of aws-cdk-lib',
      value: `${median(withoutValidation).toFixed(2)} s`,
    },
    { name: 'share of the app process spent in this library, Cedar and esbuild included', value: percent(ours) },
    ...[...shares].sort(([, a], [, b]) => b - a).map(([who, share]) => ({ name: `- ${who}`, value: percent(share) })),
  ];
}

function cdkSynth(env: NodeJS.ProcessEnv): void {
  run('npx', ['cdk', 'synth', '--quiet', '--output', mkdtempSync(join(tmpdir(), 'bench-'))], { env, capture: true });
}

function timed(action: () => void): number {
  const start = process.hrtime.bigint();
  action();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

interface Profile {
  readonly nodes: { id: number; callFrame: { url: string; functionName: string }; children?: number[] }[];
  readonly samples: number[];
  readonly timeDeltas: number[];
}

function profile(): Map<string, number> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-profile-'));
  const args = ['--cpu-prof', '--cpu-prof-dir', directory, '--require', 'tsx/cjs', 'examples/quickstart/app.ts'];
  run(process.execPath, args, { env: { CDK_OUTDIR: join(directory, 'cdk.out') }, capture: true });
  const file = readdirSync(directory).find((name) => name.endsWith('.cpuprofile'))!;
  const app = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile;

  const nodes = new Map(app.nodes.map((node) => [node.id, node]));
  const parent = new Map(app.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const micros = new Map<string, number>();
  for (const [index, sample] of app.samples.entries()) {
    let id: number | undefined = sample;
    let who: string | undefined;
    while (id !== undefined && who === undefined) {
      who = owner(nodes.get(id)!.callFrame.url);
      id = parent.get(id);
    }
    micros.set(who ?? 'node', (micros.get(who ?? 'node') ?? 0) + (app.timeDeltas[index] ?? 0));
  }
  const total = [...micros.values()].reduce((sum, value) => sum + value, 0);
  return new Map([...micros].map(([name, value]) => [name, value / total]));
}

function owner(url: string): string | undefined {
  if (url.includes('cloudformation-validate')) return 'CloudFormation validation';
  if (url.includes('@cedar-policy')) return 'cedar-wasm';
  for (const name of ['esbuild', 'aws-cdk-lib', 'tsx', 'cdk-nag', 'constructs']) {
    if (url.includes(`node_modules/${name}/`)) return name;
  }
  if (url.includes(`${ROOT}/lib/`)) return 'cdk-secure-mcp';
  if (url.includes(`${ROOT}/examples/`)) return 'the app';
  // Node's own code and Wasm count for whoever called them.
  return url.includes('/node_modules/') ? 'other packages' : undefined;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
