import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolHandler } from 'cdk-secure-mcp';
import { buildHandlers } from '../../lib/least-privilege/build-handlers';
import { ToolStack } from './support';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const SHARED = `export const table = () => process.env.ORDERS;
export const neverCalled = () => 'a text that only dead code has';
`;
const handler = (name: string) => `import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { table } from './shared';
interface Event { id: string }
export const handler = async (event: Event) =>
  new DynamoDBClient({}).send(new GetItemCommand({ TableName: table(), Key: { ${name}: { S: event.id } } }));
`;

/** A project of its own, whose esbuild is the real one and writes down each call. */
function project(files: { [path: string]: string }): { root: string; calls: () => string[] } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
  made.push(root);
  const log = join(root, 'calls.txt');
  writeFileSync(log, '');
  const real = JSON.stringify(require.resolve('esbuild'));
  const esbuild = `const real = require(${real});
exports.buildSync = (options) => {
  require('node:fs').appendFileSync(${JSON.stringify(log)}, options.entryPoints.length + '\\n');
  return real.buildSync(options);
};`;
  const all = { 'package.json': '{}', 'node_modules/esbuild/index.js': esbuild, 'tools/shared.ts': SHARED, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, calls: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}

const TWO = { 'tools/a.ts': handler('a'), 'tools/b.ts': handler('b') };
const entriesOf = (root: string) => ['a', 'b'].map((name) => join(root, 'tools', `${name}.ts`));

test('all handlers of an app are bundled in one call', () => {
  const { root, calls } = project(TWO);
  const shop = new ToolStack();
  for (const entry of entriesOf(root)) shop.add(entry.slice(-4, -3), { handler: ToolHandler.fromEntry(entry) });
  shop.template();

  expect(calls()).toEqual(['2']);
});

test('the same sources give the same files at another place, with no path of the machine in them', () => {
  const [one, other] = [project(TWO), project(TWO)].map(({ root }) => {
    const { built } = buildHandlers(entriesOf(root));
    return [...built.values()].map(({ files }) => files);
  });

  expect(one).toEqual(other);
  expect(JSON.stringify(one)).not.toContain(tmpdir());
  const changed = project({ ...TWO, 'tools/a.ts': handler('c') });
  const [first] = buildHandlers(entriesOf(changed.root)).built.values();
  expect(first!.files).not.toEqual(one![0]);
});

test('a bundle holds what is used, leaves the SDK out, and has a source map', () => {
  const { built } = buildHandlers(entriesOf(project(TWO).root));
  const [{ files }] = built.values() as unknown as [{ files: { name: string; text: string }[] }];
  const text = (name: string) => files.find((file) => file.name === name)!.text;

  expect(files.map(({ name }) => name).sort()).toEqual(['index.js', 'index.js.map']);
  expect(text('index.js')).toContain('process.env.ORDERS');
  expect(text('index.js')).not.toContain('dead code');
  expect(text('index.js')).toContain('require("@aws-sdk/client-dynamodb")');
  expect(text('index.js')).toContain('sourceMappingURL=index.js.map');
  expect(JSON.parse(text('index.js.map')).sources.sort()).toEqual(['tools/a.ts', 'tools/shared.ts']);
});

test('a handler that does not bundle is named, the others are bundled', () => {
  const { root } = project({ ...TWO, 'tools/b.ts': "import { x } from './nowhere';\nexport const handler = () => x;" });
  const { built, failed } = buildHandlers(entriesOf(root));

  expect([...built.keys()]).toEqual([join(root, 'tools/a.ts')]);
  expect([...failed.entries()]).toEqual([
    [join(root, 'tools/b.ts'), [expect.stringMatching(/Could not resolve "\.\/nowhere" in tools\/b\.ts:1:\d+/)]],
  ]);
});
