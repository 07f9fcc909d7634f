import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Figure, median } from './report';

/** About 60, 120, 240 and 480 resources. CloudFormation takes 500 a stack. */
const TOOLS = [10, 20, 40, 79];
const RUNS = 3;

interface Measured {
  readonly resources: number;
  readonly took: number;
  readonly bytes: number;
}

interface Run {
  readonly resources: number;
  readonly ours: number;
  readonly theirs: number;
  readonly bytes: number;
}

/** All rules against AwsSolutions on the same app, as a synthesis calls them: once, each in a fresh process. Memory of the rules. */
export function rules(): Figure[] {
  const sizes = TOOLS.map((tools) => run(tools, ''));
  const withCedar = run(68, 'permits');
  const [small, large] = [sizes.at(-2)!, sizes.at(-1)!];
  return [
    ...sizes.map((size) => times(size, '')),
    times(withCedar, ' with a Cedar policy a tool, which AwsSolutions does not read'),
    {
      name: `memory that the rules allocate for ${small.resources} and for ${large.resources} resources`,
      value: `${mebibytes(small)} and ${mebibytes(large)}: ${(large.bytes / small.bytes).toFixed(2)} times for ${(large.resources / small.resources).toFixed(2)} times the resources`,
    },
  ];
}

function times({ resources, ours, theirs }: Run, what: string): Figure {
  return {
    name: `${resources} resources${what}: these rules, AwsSolutions, ratio`,
    value: `${ours.toFixed(0)} ms, ${theirs.toFixed(0)} ms, ${(ours / theirs).toFixed(2)}`,
  };
}

function mebibytes({ bytes }: Run): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function run(tools: number, permits: string): Run {
  // In turn, so that a busy moment of the machine meets both.
  const runs = Array.from({ length: RUNS }, () => [
    measured('ours', tools, permits),
    measured('theirs', tools, permits),
  ]);
  const [ours, theirs] = [runs.map(([first]) => first!), runs.map(([, second]) => second!)];
  return {
    resources: ours[0]!.resources,
    ours: median(ours.map(({ took }) => took)),
    theirs: median(theirs.map(({ took }) => took)),
    bytes: median(ours.map(({ bytes }) => bytes)),
  };
}

function measured(which: 'ours' | 'theirs', tools: number, permits: string): Measured {
  const script = join(__dirname, 'rules-measure.ts');
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--max-semi-space-size=512', '--import', 'tsx', script, which, String(tools), permits],
    { encoding: 'utf8', env: { ...process.env, CDK_VALIDATION: 'false' }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  if (status !== 0) throw new Error(`the measurement of ${tools} tools ended with ${status}`);
  return JSON.parse(stdout) as Measured;
}

if (require.main === module) for (const { name, value } of rules()) console.log(`${name}: ${value}`);
