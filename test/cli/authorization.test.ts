import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CallbackUrl, Caller, Inbound, McpToolList, Outbound, SecureMcpGateway, Target } from 'cdk-secure-mcp';
import { authorizationOf } from 'cdk-secure-mcp/testing';
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

const PAGES = JSON.stringify({
  tools: [
    {
      name: 'getPage',
      description: 'Get a page',
      inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
    },
  ],
});

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
  expect(changed.output).toContain('order-refund___order-refund, agent support: wider\n');
  expect((await diff.run([now, old])).output).toContain('order-refund___order-refund, agent support: narrower\n');
  expect(changed.output).toContain('- agent support may call order-refund___order-refund when amount 0 to 500\n');
  expect(changed.output).toContain('+ agent support may call order-refund___order-refund when amount 0 to 900');
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
    'a table that is no YAML',
    () => testCommand.run([old, '--tests', file('broken.yaml', 'tests: [{')]),
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

test('diff as Markdown, and what of it fails a pipeline', async () => {
  const exit = async (from: string, to: string, failOn: string) =>
    ((await diff.run([from, to, '--fail-on', failOn])) as CommandResult).exitCode;

  expect((await diff.run([old, now, '--format', 'markdown'])).output).toContain(
    '### Access to gateway shop\n\n| access | tool | who may call | before | after |\n',
  );
  expect(JSON.parse((await diff.run([old, now, '--format', 'json'])).output!).gateways[0].changes[0]).toMatchObject({
    who: 'agent support',
    kind: 'changed',
    widens: true,
  });
  const removed = file('removed.json', JSON.stringify(withoutPolicies(old)));
  expect(await Promise.all([exit(old, removed, 'any'), exit(old, removed, 'wider')])).toEqual([1, 0]);
  expect(await Promise.all([exit(removed, old, 'wider'), exit(removed, old, 'never')])).toEqual([1, 0]);
});

function withoutPolicies(path: string) {
  const template = JSON.parse(readFileSync(path, 'utf8')) as { Resources: { [id: string]: { Type: string } } };
  const kept = Object.entries(template.Resources).filter(([, { Type }]) => Type !== 'AWS::BedrockAgentCore::Policy');
  return { ...template, Resources: Object.fromEntries(kept) };
}

test('clients under other logical ids, and a narrower limit, are no wider access', async () => {
  const text = readFileSync(app(400), 'utf8');
  const renamed = file('renamed.json', text.replaceAll(/GatewayAgentsupportClient\w+/g, 'Renamed'));

  expect(text).toMatch(/GatewayAgentsupportClient\w+/);
  expect(await diff.run([old, renamed, '--fail-on', 'wider'])).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining(', agent support: narrower\n'),
  });
  expect(await diff.run([renamed, old, '--fail-on', 'wider'])).toMatchObject({ exitCode: 1 });
});

test('a gateway that stops enforcing opens every tool, and has no tests', async () => {
  const open = file('log-only.json', readFileSync(old, 'utf8').replace('"Mode":"ENFORCE"', '"Mode":"LOG_ONLY"'));
  const { exitCode, output } = await diff.run([old, open, '--fail-on', 'wider']);

  expect(exitCode).toBe(1);
  expect(output).toContain('+ agent support may call order-refund___order-refund\n');
  expect(output).toContain('+ a caller may call order-refund___order-refund\n');
  expect(output).toContain('? the gateway does not enforce its policies: every call passes');
  expect(() => testCommand.run([open, '--tests', file('t.yaml', `tests: [${ROW}]`)])).toThrow(
    /gateway shop does not enforce its policies.*POLICY_TEST/s,
  );
});

test('a run with less coverage than asked for fails, also for CI', async () => {
  const tests = file('few.yaml', `tests: [${ROW}]`);
  const run = (percent: string, ...more: string[]) =>
    testCommand.run([old, '--tests', tests, '--min-coverage', percent, ...more]) as CommandResult;

  expect(run('20')).toMatchObject({ exitCode: 0, output: expect.stringContaining('coverage 20 %') });
  expect(run('21')).toMatchObject({
    exitCode: 1,
    notice: 'coverage is 20 %, and at least 21 % is asked for',
  });
  expect(run('21', '--format', 'junit').output).toContain(
    '<testcase classname="policies" name="coverage">\n      <failure message="coverage is 20 %, and at least 21 % is asked for"/>',
  );
  for (const percent of ['101', '-1', 'all'])
    expect(() => run(percent)).toThrow(/--min-coverage takes a whole number from 0 to 100|argument is ambiguous/);
});

test('a denial that no policy decided says why it passed', () => {
  const misspelt = ROW.replace('amount', 'amuont').replace('allow', 'deny');
  const { output } = testCommand.run([old, '--tests', file('misspelt.yaml', `tests: [${misspelt}]`)]) as CommandResult;

  expect(output).toMatch(/ok .*order-refund deny \(.*argument 'amount' must be given/);
});

describe('agents that people log in to, several gateways, remote targets', () => {
  const app = new App();
  const stack = new Stack(app, 'Two');
  for (const name of ['people', 'robots']) {
    const gateway = new SecureMcpGateway(stack, name, { gatewayName: name, inbound: Inbound.cognito() });
    const api = gateway.addTarget(
      'pages',
      Target.mcpServer({
        endpoint: 'https://pages.example/mcp',
        tools: McpToolList.fromJson(PAGES),
        outbound: Outbound.unauthenticated({ reason: 'public pages' }),
      }),
    );
    const agent =
      name === 'robots'
        ? gateway.addAgent('robot')
        : gateway.addInteractiveAgent('assistant', { callbackUrls: [CallbackUrl.https('https://a.example/cb')] });
    api
      .tool('getPage')
      .permit(Caller.allOf(agent, Caller.group('editors')), { when: [api.tool('getPage').arg('id').equalTo('a')] });
  }
  const path = file('two.json', JSON.stringify(Template.fromStack(stack).toJSON()));

  test('each gateway has its own agents, and what a person has to be is shown', async () => {
    const { output } = await access.run([path]);

    expect(output).toContain(
      "gateway people\n\npages___getPage\n  agent assistant: claim 'cognito:groups' lists 'editors' and id is 'a'\n",
    );
    expect(output).toContain('gateway robots\n\npages___getPage\n  agent robot: never\n');
  });

  test('tests name the agent and the claims of the person', () => {
    const row = (groups: string, expected: string) =>
      `{ agent: assistant, caller: { sub: alice, "cognito:groups": ${groups} }, tool: getPage, arguments: { id: a }, expect: ${expected} }`;
    const tests = file('people.yaml', `tests: [${row('[editors]', 'allow')}, ${row('[readers]', 'deny')}]`);

    expect(testCommand.run([path, '--gateway', 'people', '--tests', tests])).toMatchObject({ exitCode: 0 });
    expect(() => testCommand.run([path, '--gateway', 'robots', '--tests', tests])).toThrow(/nobody is calling/);
  });
});

/** The template with a policy that no offline engine reads. */
function guarded(name: string, guard = 'A'): string {
  const template = JSON.parse(readFileSync(old, 'utf8')) as {
    Resources: { [id: string]: { Type: string; Properties: object } };
  };
  const { Resources } = template;
  const policy = Object.values(Resources).find(({ Type }) => Type === 'AWS::BedrockAgentCore::Policy')!;
  const Definition = { Policy: { Statement: `forbid (principal, action, resource) when guardrails { ${guard} };` } };
  const Guarded = { ...policy, Properties: { ...policy.Properties, Name: 'guarded', Definition } };
  return file(name, JSON.stringify({ ...template, Resources: { ...Resources, Guarded } }));
}

test('an unread policy that comes, changes or goes is a difference, and fails the tests', async () => {
  const before = guarded('guarded.json');
  const after = guarded('guarded-otherwise.json', 'B');
  const compare = async (from: string, to: string) =>
    (await diff.run([from, to, '--fail-on', 'wider'])) as CommandResult;

  expect(await compare(before, guarded('guarded-same.json'))).toMatchObject({
    exitCode: 0,
    notice: expect.stringMatching(/^shop: not compared, policy guarded/),
  });
  expect((await compare(old, old)).notice).toBeUndefined();
  expect(await compare(old, before)).toMatchObject({
    exitCode: 1,
    output: expect.stringMatching(/^\? policy guarded/m),
  });
  expect(await compare(before, old)).toMatchObject({
    exitCode: 1,
    output: expect.stringMatching(/^\? no longer: policy guarded/m),
  });
  expect(await compare(before, after)).toMatchObject({
    exitCode: 1,
    output: expect.stringMatching(/no longer: policy guarded.*digest .*\n\? policy guarded.*digest/),
  });
  const tests = file('guarded.yaml', `tests: [${ROW}]`);
  expect(testCommand.run([before, '--tests', tests])).toMatchObject({ exitCode: 1 });
  expect(testCommand.run([old, '--tests', tests])).toMatchObject({ exitCode: 0 });
});

test('gateways of one name in two stacks are compared each with its own', async () => {
  const stacks = (first: string, second: string) => {
    const path = mkdtempSync(join(tmpdir(), 'stacks-'));
    writeFileSync(join(path, 'One.json'), readFileSync(first));
    writeFileSync(join(path, 'Two.json'), readFileSync(second));
    return path;
  };
  const run = async (from: string, to: string) => (await diff.run([from, to])) as CommandResult;
  const same = stacks(old, old);

  expect(await run(same, stacks(now, old))).toMatchObject({
    exitCode: 1,
    output: expect.stringMatching(/^gateway One\/shop\n/),
  });
  expect(await run(same, stacks(old, old))).toMatchObject({ exitCode: 0 });
  expect((await run(old, same)).output).toMatch(/gateway Two\/shop\n/);

  const tests = file('twins.yaml', `tests: [${ROW.replace('500', '900')}]`);
  const both = stacks(now, old);
  const test = (name: string) =>
    (testCommand.run([both, '--tests', tests, '--gateway', name]) as CommandResult).exitCode;
  expect(() => test('shop')).toThrow(/there are several gateways, the names are One\/shop, Two\/shop/);
  expect([test('One/shop'), test('Two/shop')]).toEqual([0, 1]);
  expect(() => authorizationOf(both, { gateway: 'shop' })).toThrow(/2 gateways match, there are: One\/shop, Two\/shop/);
  authorizationOf(both, { gateway: 'Two/shop' })
    .expect({ agent: 'support', tool: 'order-refund', arguments: { amount: 900 } })
    .deny();
});
