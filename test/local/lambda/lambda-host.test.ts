import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaHost } from '../../../lib/local/lambda/lambda-host';
import type { LambdaFunction } from '../../../lib/local/model/functions';
import { isRunning } from '../../support/is-running';

const credentials = {
  endpoint: 'http://127.0.0.1:9',
  accessKeyId: 'ASIATEST',
  secretAccessKey: 's',
  sessionToken: 't',
};

let host: LambdaHost;
let logs: string;
beforeEach(async () => {
  logs = '';
  host = new LambdaHost((_name, text) => {
    logs += text;
  });
  await host.start();
});
afterEach(() => host.close());

function add(text: string, more: Partial<LambdaFunction> = {}): (event?: unknown) => ReturnType<LambdaHost['invoke']> {
  const fn: LambdaFunction = {
    name: 'fn',
    arn: 'arn:fn',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    code: { kind: 'inline', text },
    environment: {},
    timeoutSeconds: 5,
    memoryMb: 128,
    concurrency: 2,
    region: 'us-east-1',
    logGroup: '/fn',
    ...more,
  };
  host.add(fn, credentials);
  return (event = {}) => host.invoke(fn.arn, JSON.stringify(event));
}

test.each([
  ['async', 'exports.handler = async (event) => ({ event })', '{"event":{}}'],
  [
    'with a callback',
    'exports.handler = (event, context, done) => setTimeout(done, 5, null, { event })',
    '{"event":{}}',
  ],
  ['that returns nothing', 'exports.handler = async () => {}', 'null'],
  ['that returns text', 'exports.handler = async () => "good"', '"good"'],
  ['that returns at once', 'exports.handler = () => 1', '1'],
])('a handler %s', async (_what, text, payload) => {
  expect(await add(text)()).toEqual({ ok: true, payload });
});

test.each([
  ['throws', 'exports.handler = async () => { throw new RangeError("r") }', 'RangeError', 'r'],
  ['throws text', 'exports.handler = async () => { throw "t" }', 'string', 't'],
  ['fails by callback', 'exports.handler = (e, c, done) => done(new Error("c"))', 'Error', 'c'],
  ['is not exported', 'exports.other = 1', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
  ['does not load', 'throw new Error("boom")', 'Runtime.ImportModuleError', 'Error: boom'],
  ['lacks a module', 'require("left-pad")', 'Runtime.ImportModuleError', /Cannot find module 'left-pad'/],
  [
    'exits',
    'exports.handler = async () => process.exit(3)',
    'Runtime.ExitError',
    'Runtime exited with error: exit status 3',
  ],
])('a handler that %s', async (_what, text, errorType, errorMessage) => {
  const outcome = await add(text)();

  expect(outcome).toMatchObject({ ok: false, errorType });
  expect((outcome as { errorMessage: string }).errorMessage).toEqual(
    typeof errorMessage === 'string' ? errorMessage : expect.stringMatching(errorMessage),
  );
});

test('code of a project runs outside of it: its package.json and node_modules are not seen', async () => {
  const project = mkdtempSync(join(tmpdir(), 'project-'));
  const asset = join(project, 'cdk.out', 'asset');
  for (const folder of [asset, join(project, 'node_modules', 'hidden')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  writeFileSync(join(project, 'node_modules', 'hidden', 'index.js'), 'module.exports = 1;');
  writeFileSync(join(asset, 'index.js'), 'exports.handler = async () => require("hidden");');
  const call = add('', { code: { kind: 'path', path: asset } });

  expect(await call()).toMatchObject({
    ok: false,
    errorMessage: expect.stringContaining("Cannot find module 'hidden'"),
  });
});

test('the AWS SDK is supplied, as Lambda does', async () => {
  const call = add('exports.handler = async () => typeof require("@aws-sdk/client-dynamodb").DynamoDBClient');

  expect(await call()).toEqual({ ok: true, payload: '"function"' });
});

test('a function cannot set the names that Lambda reserves', async () => {
  const environment = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_ENDPOINT_URL: 'https://elsewhere', OWN: 'kept' };
  const call = add('exports.handler = async () => process.env', { environment });
  const { payload } = (await call()) as { payload: string };

  expect(JSON.parse(payload)).toMatchObject({
    AWS_ACCESS_KEY_ID: 'ASIATEST',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    OWN: 'kept',
  });
});

test('a process handles one event at a time, more run in others up to the limit, the rest waits', async () => {
  const call = add(
    'let n = 0; exports.handler = async () => { const before = n++; await new Promise((r) => setTimeout(r, 300)); return [process.pid, before, n]; }',
  );
  const outcomes = await Promise.all([call(), call(), call(), call()]);
  const runs = outcomes.map((outcome) => JSON.parse((outcome as { payload: string }).payload) as number[]);

  expect(new Set(runs.map(([pid]) => pid)).size).toBe(2);
  for (const [, before, after] of runs) expect(after).toBe(before! + 1);
});

test('a process that is killed at the timeout takes its children along', async () => {
  const call = add(
    `exports.handler = async (event) => {
       const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
       console.log("child " + child.pid + ".");
       if (event.wait) await new Promise(() => {});
     }`,
    { timeoutSeconds: 1 },
  );
  await call();
  const pid = Number(/child (\d+)\./.exec(logs)![1]);
  expect(isRunning(pid)).toBe(true);

  expect(await call({ wait: true })).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(isRunning(pid)).toBe(false);
});

test('functions end with the process that started them, whatever the number of hosts: one listener watches for all', async () => {
  const pids = async () => {
    const call = add('exports.handler = async () => process.pid');
    return Number(((await call()) as { payload: string }).payload);
  };
  const before = process.listeners('exit').length;
  const [first, second] = [host, new LambdaHost()];
  await second.start();
  const pid = [await pids()];
  host = second;
  pid.push(await pids());
  expect(process.listeners('exit')).toHaveLength(before);

  const ends = process.listeners('exit').at(-1) as (code: number) => void;
  expect(pid.map(isRunning)).toEqual([true, true]);
  ends(0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(pid.map(isRunning)).toEqual([false, false]);

  await first.close();
  expect(process.listeners('exit')).toHaveLength(before);
  await second.close();
  expect(process.listeners('exit')).toHaveLength(before - 1);
});

test('a tool cannot take the calls of another one from the Runtime API', async () => {
  const thief = add(
    `exports.handler = async () => {
       const address = process.env.AWS_LAMBDA_RUNTIME_API.split('/')[0];
       const { status } = await fetch("http://" + address + "/" + "0".repeat(48) + "/2018-06-01/runtime/invocation/next");
       return status;
     }`,
  );

  expect(await thief()).toEqual({ ok: true, payload: '403' });
});

test('an unknown function is not found', async () => {
  expect(await host.invoke('arn:nobody', '{}')).toMatchObject({ ok: false, errorType: 'ResourceNotFoundException' });
});
