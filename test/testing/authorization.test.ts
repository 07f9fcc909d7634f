import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorizationOf, ExpectationError } from 'cdk-secure-mcp/testing';
import { GatewayApp, schema } from '../support/gateway-app';

const shop = new GatewayApp();
const refund = shop.addTool('order-refund', { input: schema({ amount: { type: 'number' } }, ['amount']) });
const support = shop.gateway.addAgent('support');
refund.permit(support, { when: [refund.arg('amount').atMost(500)] });
const template = shop.template();
const folder = mkdtempSync(join(tmpdir(), 'testing-'));
const file = (name: string, content: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const [POLICY] = Object.values(template.findResources('AWS::BedrockAgentCore::Policy')).map(
  ({ Properties }) => Properties.Name,
);

const call = (amount: unknown) => ({ agent: 'support', tool: 'order-refund', arguments: { amount } });

function messageOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpectationError);
    return (error as Error).message;
  }
  throw new Error('the expectation was expected to fail and did not');
}

test.each<[string, Parameters<typeof authorizationOf>[0]]>([
  ['a stack', shop.stack],
  ['an app', shop.app],
  ['a gateway', shop.gateway],
  ['a cloud assembly', shop.app.synth()],
  ['the path of a cloud assembly', shop.app.synth().directory],
  ['the path of a template', file('template.json', template.toJSON())],
  ['a Template', template],
  ['a template as an object', template.toJSON() as { Resources: object }],
])('%s answers', (_what, subject) => {
  const authorization = authorizationOf(subject);

  authorization.expect(call(500)).allow({ by: 'order_refund' });
  authorization.expect(call(500.01)).deny({ by: [] });
  expect(() => authorization.expect(call(500.01)).allow()).toThrow(ExpectationError);
});

test('an allow that should be a deny says who, what and by which policy', () => {
  const message = messageOf(() => authorizationOf(shop.stack).expect(call(500)).deny());

  expect(message.split('\n').filter((line) => !line.startsWith('  at'))).toEqual([
    `expected deny, got allow by ${POLICY}`,
    '',
    '  caller     agent support',
    '  tool       order-refund___order-refund',
    '  arguments  {"amount":500}',
    `  policies   ${POLICY} permits this caller when amount 0 to 500`,
  ]);
});

test('a denial names the clause that is in the way, and what a stranger would need', () => {
  const authorization = authorizationOf(shop.stack);

  expect(messageOf(() => authorization.expect(call(501)).allow())).toMatch(
    /^expected allow, got deny, no policy applies\n[\s\S]*order_refund_\w+ permits this caller when amount 0 to 500$/,
  );
  expect(messageOf(() => authorization.expect({ ...call(1), agent: undefined, caller: { sub: 'x' } }).allow())).toMatch(
    /no policy permits this tool to this caller\n +order_refund_\w+ permits a caller when .*claim 'client_id' is/,
  );
  expect(messageOf(() => authorization.expect(call('1')).allow())).toContain("argument 'amount' must be a number");
});

test('the deciding policy is part of the expectation', () => {
  const expectation = authorizationOf(shop.stack).expect(call(1));

  expect(messageOf(() => expectation.allow({ by: 'other' }))).toContain(
    'expected to be decided by other, got allow by order_refund',
  );
});

test('a call of which nothing is expected fails the run, and one that is judged in time does not', () => {
  const run = (rest: string) => {
    const lines = [
      `import { authorizationOf } from ${JSON.stringify(join(__dirname, '../../lib/testing'))};`,
      `const authorization = authorizationOf(${JSON.stringify(file('template.json', template.toJSON()))});`,
      `const call = authorization.expect(${JSON.stringify(call(500))});`,
      rest,
    ];
    const script = file('script.ts', lines.join('\n'));
    return spawnSync(join(__dirname, '../../node_modules/.bin/tsx'), [script], { encoding: 'utf8' });
  };

  expect(run('')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('nothing is expected of a call of "order-refund": add .allow() or .deny()'),
  });
  expect(run('call.allow();')).toMatchObject({ status: 0, stderr: '' });
});

test('a table passes as a whole, and tells what it leaves open', () => {
  const rows = [
    { ...call(500), expect: 'allow' },
    { ...call(501), expect: 'deny' },
  ];
  const authorization = authorizationOf(shop.stack);

  expect(authorization.expectTable(file('tests.yaml', { tests: rows })).coverage.untestedPolicies).toEqual([]);
  expect(
    messageOf(() => authorization.expectTable({ tests: [{ ...rows[0], expect: 'deny', name: 'never' }] })),
  ).toMatch(/^never\nexpected deny, got allow by order_refund_\w+\n/);
});

test.each<[string, () => unknown, RegExp]>([
  [
    'nobody',
    () => authorizationOf(shop.stack).expect({ tool: 'order-refund' }).deny(),
    /nobody is calling.*POLICY_TEST/s,
  ],
  [
    'an unknown agent',
    () =>
      authorizationOf(shop.stack)
        .expect({ ...call(1), agent: 'x' })
        .deny(),
    /nobody is calling/,
  ],
  [
    'an unknown tool',
    () =>
      authorizationOf(shop.stack)
        .expect({ ...call(1), tool: 'order-refunds' })
        .deny(),
    /there is no tool 'order-refunds', did you mean 'order-refund'/,
  ],
  ['an unknown gateway', () => authorizationOf(shop.stack, { gateway: 'x' }), /0 gateways match, there are: shop/],
  [
    'a template without gateway',
    () => authorizationOf({ Resources: { Q: { Type: 'AWS::SQS::Queue' } } }),
    /0 gateways match, there are: none/,
  ],
  ['no template', () => authorizationOf({ Resources: { A: {} } }), /resource "A" has no Type.*ASSEMBLY_UNREADABLE/s],
  ['a construct without App', () => authorizationOf({ node: { root: {} } }), /is in no App/],
])('%s is an error, never a pass', (_what, run, message) => {
  expect(run).toThrow(message);
});

test('a gateway that enforces nothing has no answers', () => {
  const open = JSON.parse(JSON.stringify(template.toJSON()).replace('"Mode":"ENFORCE"', '"Mode":"LOG_ONLY"'));

  expect(() => authorizationOf(open)).toThrow(/lets calls through that no policy permits/);
});

interface Resources {
  readonly [id: string]: { readonly Type: string; readonly Properties: object };
}

describe('a policy that no offline engine reads', () => {
  const guarded = (action: string) => {
    const { Resources, ...rest } = structuredClone(template.toJSON()) as { Resources: Resources };
    const policy = Object.values(Resources).find(({ Type }) => Type === 'AWS::BedrockAgentCore::Policy')!;
    const Statement = `forbid (principal, action == AgentCore::Action::"${action}", resource) when guardrails { X };`;
    const Properties = { ...policy.Properties, Name: 'guarded', Definition: { Policy: { Statement } } };
    return authorizationOf({ ...rest, Resources: { ...Resources, Guarded: { ...policy, Properties } } });
  };
  const own = guarded('order-refund___order-refund');
  const other = guarded('another___tool');

  test('leaves no expectation about the tool that it may concern, and those about others', () => {
    const why = /nothing can be said about this tool, policy guarded: it is not plain Cedar/;

    expect(messageOf(() => own.expect(call(500)).allow())).toMatch(why);
    expect(messageOf(() => own.expect(call(501)).deny())).toMatch(why);
    other.expect(call(500)).allow();
    other.expect(call(501)).deny();
  });

  test('counts as untested', () => {
    const tests = [{ ...call(500), expect: 'allow' }];
    const { coverage } = other.expectTable({ tests });

    expect(coverage.untestedPolicies).toEqual(['guarded']);
    expect(coverage.percent).toBeLessThan(authorizationOf(template).expectTable({ tests }).coverage.percent);
    expect(messageOf(() => own.expectTable({ tests }))).toContain('policy guarded');
  });
});
