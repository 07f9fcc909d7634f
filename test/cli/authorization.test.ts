import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../lib/cli/command';
import { access } from '../../lib/cli/commands/access';
import { diff } from '../../lib/cli/commands/diff';
import { test as testCommand } from '../../lib/cli/commands/test';
import { GatewayApp, schema } from '../support/gateway-app';

const folder = mkdtempSync(join(tmpdir(), 'authorization-'));

function app(limit: number): string {
  const shop = new GatewayApp();
  const refund = shop.addTool('order-refund', { input: schema({ amount: { type: 'number' } }, ['amount']) });
  const support = shop.gateway.addAgent('support');
  refund.permit(support, { when: [refund.arg('amount').atMost(limit)] });
  const path = join(folder, `limit-${limit}.json`);
  writeFileSync(path, JSON.stringify(shop.template().toJSON()));
  return path;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const [old, now] = [app(500), app(900)];
const ROW = '{ agent: support, tool: order-refund, arguments: { amount: 500 }, expect: allow }';

test('access shows what is left for each agent', async () => {
  const { exitCode, output } = await access.run([old]);

  expect(exitCode).toBe(0);
  expect(output).toContain('gateway shop\n\norder-refund___order-refund\n  agent support: amount 0 to 500\n');
  expect(output).toContain("claim 'client_id' is the client of agent support");
});

test('access as Markdown and JSON', async () => {
  const markdown = (await access.run([old, '--format', 'markdown'])).output;
  const json = (await access.run([old, '--format', 'json'])).output;

  expect(markdown).toContain('| order-refund___order-refund | agent support | amount 0 to 500 |');
  expect(JSON.parse(json!).gateways[0].tools[0].callers).toMatchObject([
    { caller: 'agent support', decision: 'sometimes' },
  ]);
});

test('diff shows the line a reviewer needs', async () => {
  const changed = await diff.run([old, now]);

  expect(changed.exitCode).toBe(1);
  expect(changed.output).toContain('- agent support may call order-refund___order-refund when amount 0 to 500\n');
  expect(changed.output).toContain('+ agent support may call order-refund___order-refund when amount 0 to 900\n');
  expect(await diff.run([old, old])).toMatchObject({ exitCode: 0, output: expect.stringContaining('No difference') });
});

test('policy tests pass, fail and name what is untested', async () => {
  const tests = file('tests.yaml', `tests: [${ROW}, ${ROW.replace('500', '500.01').replace('allow', 'deny')}]`);
  const passed = await testCommand.run([old, '--tests', tests]);
  const failed = await testCommand.run([now, '--tests', tests, '--format', 'junit']);

  expect(passed).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining('2 passed, 0 failed; 1 of 4 clauses tested'),
  });
  expect(failed).toMatchObject({
    exitCode: 1,
    output: expect.stringContaining('<failure message="expected deny, got allow by order_refund'),
  });
});

test.each<[string, () => unknown, string]>([
  [
    'a table that is not there',
    () => testCommand.run([old, '--tests', join(folder, 'none.yaml')]),
    'the tests cannot be read',
  ],
  [
    'an agent that is not there',
    () => testCommand.run([old, '--tests', file('a.yaml', `tests: [${ROW.replace('support', 'sales')}]`)]),
    'nobody is calling',
  ],
  [
    'a gateway that is not there',
    () => testCommand.run([old, '--gateway', 'x']),
    'no gateway has that name, the names are shop',
  ],
  [
    'a template without gateway',
    () => access.run([file('empty.json', JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue' } } }))]),
    'there is no gateway in',
  ],
])('%s is refused', (_what, run, message) => {
  expect(run).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
});

test('what the template does not tell is said', async () => {
  const gateway = { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { Name: 'g', AuthorizerType: 'NONE' } };
  const target = {
    Type: 'AWS::BedrockAgentCore::GatewayTarget',
    Properties: { Name: 't', GatewayIdentifier: { Ref: 'G' }, TargetConfiguration: { Mcp: { OpenApiSchema: {} } } },
  };
  const { notice } = (await access.run([
    file('open.json', JSON.stringify({ Resources: { G: gateway, T: target } })),
  ])) as CommandResult;

  expect(notice).toContain('g: the gateway does not enforce its policies: every call passes');
  expect(notice).toContain('g: target t: its tools are not in the template');
});
