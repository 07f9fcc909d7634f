/**
 * Bundling of 50 handlers: one esbuild call for all of them, as this library does it, against one `NodejsFunction` each.
 * Both in one run of one process, on the same files.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { analyzeHandler } from '../lib/analysis/analyze-handler';
import { buildHandlers } from '../lib/least-privilege/build-handlers';
import { ROOT } from '../scripts/run';
import type { Figure } from './report';

const COUNT = 50;

export function handlers(): Figure[] {
  const project = makeProject();
  try {
    const entries = Array.from({ length: COUNT }, (_, index) => writeHandler(project, index));
    const together = seconds(() => {
      const { built, failed } = buildHandlers(entries);
      if (built.size !== COUNT || failed.size > 0) throw new Error(`${failed.size} handlers do not build`);
    });
    const singly = seconds(() => nodejsFunctions(project, entries));
    return [
      { name: `${COUNT} handlers in one esbuild call`, value: `${together.toFixed(2)} s` },
      { name: `${COUNT} NodejsFunctions`, value: `${singly.toFixed(2)} s` },
      { name: 'load average of the machine meanwhile', value: loadavg()[0]!.toFixed(1) },
      { name: 'ratio', value: `${(singly / together).toFixed(0)} times` },
    ];
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** What 50 real-world style handlers cost after they are bundled, the first and the compilation of the analysis included. */
export function analysis(): Figure[] {
  const folder = join(ROOT, 'test/fixtures/handlers');
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const { built, failed } = buildHandlers(files.map((file) => join(folder, file)));
  if (failed.size > 0) throw new Error(`${failed.size} handlers do not build`);
  const bundles = [...built.values()].map(({ files: parts }) => ({
    code: parts.find(({ name }) => name.endsWith('.js'))!.text,
    sourceMap: parts.find(({ name }) => name.endsWith('.map'))!.text,
  }));
  const once = seconds(() => {
    for (let index = 0; index < COUNT; index++) analyzeHandler(bundles[index % bundles.length]!);
  });
  return [
    { name: `${COUNT} handlers, of ${bundles.length} kinds`, value: `${once.toFixed(2)} s` },
    { name: 'load average of the machine meanwhile', value: loadavg()[0]!.toFixed(1) },
  ];
}

function nodejsFunctions(project: string, entries: readonly string[]): void {
  const app = new App({ outdir: join(project, 'cdk.out') });
  const stack = new Stack(app, 'Functions');
  for (const [index, entry] of entries.entries()) {
    new NodejsFunction(stack, `Function${index}`, {
      entry,
      projectRoot: project,
      depsLockFilePath: join(project, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      bundling: { sourceMap: true, target: 'node22', logLevel: LogLevel.SILENT },
    });
  }
}

function makeProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'bench-handlers-'));
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  writeFileSync(join(project, 'package.json'), '{ "name": "bench-handlers", "private": true }\n');
  writeFileSync(
    join(project, 'package-lock.json'),
    '{ "name": "bench-handlers", "lockfileVersion": 3, "packages": {} }\n',
  );
  mkdirSync(join(project, 'tools'));
  writeFileSync(join(project, 'tools', 'shared.ts'), "export const table = () => process.env.ORDERS ?? '';\n");
  return project;
}

function writeHandler(project: string, index: number): string {
  const file = join(project, 'tools', `tool-${index}.ts`);
  writeFileSync(
    file,
    `import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { table } from './shared';
const client = new DynamoDBClient({});
export const handler = (event: { id: string }) =>
  client.send(new GetItemCommand({ TableName: table(), Key: { id: { S: \`${index}#\${event.id}\` } } }));
`,
  );
  return file;
}

function seconds(action: () => void): number {
  const start = performance.now();
  action();
  return (performance.now() - start) / 1000;
}
