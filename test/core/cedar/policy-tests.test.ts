import { parse } from 'yaml';
import { Caller, ToolArgument, ToolPolicy } from '../../../lib/authorization';
import { type AskedCall, AuthorizationModel, type CallAnswer } from '../../../lib/core/cedar/authorization-model';
import { policyTestsJunit, policyTestsText } from '../../../lib/core/cedar/policy-test-report';
import { readPolicyTests, runPolicyTests } from '../../../lib/core/cedar/policy-tests';
import { oauthPrincipal } from '../../../lib/core/cedar/request';
import { REFUND_TOOL } from '../../authorization/support';
import { GATEWAY } from './fixture';

const NOW = new Date('2026-11-24T10:00:00Z');

function model(limit = 500): AuthorizationModel {
  const policy = new ToolPolicy(REFUND_TOOL);
  policy.permit(Caller.agent('support', 'support'), [ToolArgument.named('amount').atMost(limit)]);
  const text = policy.renderPermit(GATEWAY)!.text;
  return new AuthorizationModel({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies: [{ id: 'refund', text }] });
}

const TABLE = `
tests:
  - name: support refunds up to the limit
    caller: { client_id: support, scope: orders/order-refund }
    tool: order-refund
    arguments: { orderId: A1, amount: 500 }
    expect: allow
    by: refund
  - name: not above
    caller: { client_id: support, scope: orders/order-refund }
    tool: order-refund___order-refund
    arguments: { orderId: A1, amount: 500.01 }
    expect: deny
`;
const MORE = `
  - { name: not below, caller: { client_id: support, scope: orders/order-refund }, tool: order-refund, arguments: { orderId: A1, amount: -1 }, expect: deny }
  - { name: no other client, caller: { client_id: other, scope: orders/order-refund }, tool: order-refund, arguments: { orderId: A1, amount: 1 }, expect: deny }
  - { name: not without scope, caller: { client_id: support, scope: orders/order-refund-x }, tool: order-refund, arguments: { orderId: A1, amount: 1 }, expect: deny }
`;

const read = (yaml: string) => readPolicyTests(parse(yaml), 'policies/tests.yaml', NOW);
const run = (yaml: string, limit?: number) => runPolicyTests(model(limit), read(yaml).tests);

test('a table passes, and fails when the policy changes', () => {
  expect(run(TABLE).results.map(({ passed }) => passed)).toEqual([true, true]);
  expect(run(TABLE, 600).results.map(({ passed, message }) => [passed, message])).toEqual([
    [true, 'got allow by refund'],
    [false, 'expected deny, got allow by refund'],
  ]);
});

test('a call that is allowed has to be listed', () => {
  class Hiding extends AuthorizationModel {
    public override ask(call: AskedCall): CallAnswer {
      return { ...super.ask(call), listed: false };
    }
  }
  const { input } = model();
  const results = (of: AuthorizationModel) =>
    runPolicyTests(of, read(TABLE).tests).results.map(({ passed, message }) => [passed, message]);

  expect(results(new AuthorizationModel(input))[0]).toEqual([true, 'got allow by refund']);
  expect(results(new Hiding(input))).toEqual([
    [false, 'the call is allowed, but tools/list hides the tool'],
    [true, 'got deny, no policy applies'],
  ]);
});

test('what no test holds in place is named, and gone when there is a test for it', () => {
  expect(run(TABLE).coverage).toEqual({
    untestedPolicies: [],
    untestedClauses: [
      { policyId: 'refund', clause: "claim 'client_id' is 'support'" },
      { policyId: 'refund', clause: "claim 'scope' has 'orders/order-refund'" },
      { policyId: 'refund', clause: 'amount >= 0' },
    ],
    clauses: 4,
    percent: 40,
  });
  expect(run(TABLE + MORE).coverage.untestedClauses).toEqual([]);
});

test('an alternative nobody uses is untested', () => {
  const policy = new ToolPolicy(REFUND_TOOL);
  policy.permit(Caller.user('a'));
  policy.permit(Caller.user('b'));
  const text = policy.renderPermit(GATEWAY)!.text;
  const two = new AuthorizationModel({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies: [{ id: 'p', text }] });
  const rows = (...users: string[]) =>
    users.map((sub) => ({
      caller: { sub },
      tool: 'order-refund',
      arguments: { orderId: 'x', amount: 1 },
      expect: sub === 'z' ? 'deny' : 'allow',
    }));
  const coverage = (...users: string[]) =>
    runPolicyTests(two, readPolicyTests({ tests: rows(...users) }, 't', NOW).tests).coverage;

  expect(coverage('a', 'z').untestedClauses).toEqual([{ policyId: 'p', clause: "caller is 'b'" }]);
  expect(coverage('a', 'b', 'z').untestedClauses).toEqual([]);
});

test('a policy that decides no test is named', () => {
  const only = run(
    'tests: [{ caller: { sub: x }, tool: order-refund, arguments: { orderId: a, amount: 1 }, expect: deny }]',
  );

  expect(only.results[0]).toMatchObject({ passed: true, message: 'got deny, no policy applies' });
  expect(only.coverage.untestedPolicies).toEqual(['refund']);
});

test.each<[string, string, string]>([
  [
    'another policy decides',
    'caller: { client_id: support, scope: orders/order-refund }, tool: order-refund, arguments: { orderId: A, amount: 1 }, expect: allow, by: other',
    'expected to be decided by other, got allow by refund',
  ],
  [
    'the arguments do not fit',
    'caller: { client_id: support, scope: orders/order-refund }, tool: order-refund, arguments: { orderId: A, amount: "1" }, expect: allow',
    "expected allow, got deny: argument 'amount' must be a number",
  ],
  [
    'there is no such tool',
    'caller: { sub: a }, tool: order-refnd, expect: deny',
    "there is no tool 'order-refnd', did you mean 'order-refund'?",
  ],
])('a test fails when %s', (_what, row, message) => {
  const [result] = run(`tests: [{ ${row} }]`).results;

  expect(result).toMatchObject({ passed: false, message: expect.stringContaining(message) });
});

test('every policy that is named has to decide, and every one that decides has to be named', () => {
  const text = model().input.policies[0]!.text;
  const ids = ['refund_0123456789', 'refund_9876543210', 'other'];
  const three = new AuthorizationModel({ ...model().input, policies: ids.map((id) => ({ id, text })) });
  const passed = (by: unknown) => {
    const row = { caller: { client_id: 'support', scope: 'orders/order-refund' }, tool: 'order-refund', by };
    const tests = [{ ...row, arguments: { orderId: 'A', amount: 1 }, expect: 'allow' }];
    return runPolicyTests(three, readPolicyTests({ tests }, 't', NOW).tests).results[0]!.passed;
  };

  expect(passed(['refund', 'other'])).toBe(true);
  expect(passed(ids)).toBe(true);
  expect(passed('refund')).toBe(false);
  // As many names as policies, one of which is nobody's.
  expect(passed(['refund', 'other', 'gone'])).toBe(false);
  expect(passed(['refund', 'refund', 'refund'])).toBe(false);
});

test('claims beside an agent are of a token that it can get', () => {
  const tags = { client_id: 'c', scope: 'o/a o/b', token_use: 'access' };
  const principal = { ...oauthPrincipal({ sub: 'c', ...tags })!, tags };
  const problems = (caller: object, expectation = 'allow') => {
    const tests = [{ agent: 'assistant', caller, tool: 'order-refund', expect: expectation }];
    const callers = [{ name: 'agent assistant', principal, open: true }];
    return readPolicyTests({ tests }, 't', NOW, callers).problems.map(({ message }) => message);
  };

  expect(problems({ sub: 'alice', 'cognito:groups': ['leads'], scope: 'o/b', token_use: 'access' })).toEqual([]);
  expect(problems({ sub: 'alice', client_id: 'd', scope: 'o/a o/c', token_use: 'id' })).toEqual([
    `test 1: agent 'assistant' gets no token with another client_id, got "d"`,
    `test 1: agent 'assistant' gets no token with another scope, got "o/a o/c"`,
    `test 1: agent 'assistant' gets no token with another token_use, got "id"`,
  ]);
  expect(problems({ scope: 'o/c' }, 'deny')).toEqual([]);
  expect(problems({ client_id: 'd' }, 'deny')).toHaveLength(1);
});

test.each<[string, string, string]>([
  ['no tests', 'tests: []', 'there is no list of tests'],
  [
    'a misspelt key',
    'tests: [{ caller: { sub: a }, tool: t, expct: deny, expect: deny }]',
    "there is no 'expct' in a test. Did you mean 'expect'?",
  ],
  ['nobody calling', 'tests: [{ caller: {}, tool: t, expect: deny }]', 'nobody is calling'],
  ['no tool', 'tests: [{ caller: { sub: a }, expect: deny }]', 'the tool is a name, got undefined'],
  ['no expectation', 'tests: [{ caller: { sub: a }, tool: t, expect: maybe }]', 'expect is allow or deny, got "maybe"'],
  [
    'a time nobody knows',
    'tests: [{ caller: { sub: a }, tool: t, expect: deny, at: noon }]',
    'at is a time, got "noon"',
  ],
  [
    'arguments that are a list',
    'tests: [{ caller: { sub: a }, tool: t, expect: deny, arguments: [1] }]',
    'arguments is an object, got [1]',
  ],
  ['a test that is text', 'tests: [x]', 'a test is an object, got "x"'],
])('%s is a problem of the table', (_what, yaml, text) => {
  const { problems } = read(yaml);

  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code: 'POLICY_TEST', at: 'policies/tests.yaml' });
  expect(`${problems[0]!.message}. ${problems[0]!.fix}`).toContain(text);
});

test('the report of a terminal and of CI', () => {
  const report = run(TABLE, 600);

  expect(policyTestsText(report)).toContain(
    '  ok    support refunds up to the limit\n  FAIL  not above\n        expected deny, got allow by refund\n          caller     {"client_id":"support",',
  );
  expect(policyTestsText(report)).toContain(
    '          policies   refund permits this caller when amount 0 to 600\n\n1 passed, 1 failed; 0 of 4 clauses tested, coverage 20 %\n',
  );
  expect(policyTestsText(report)).toContain('  policy refund: amount >= 0');
  expect(policyTestsJunit(report, 'a<b>"&\u0001')).toContain(
    '<testsuite name="a&lt;b&gt;&quot;&amp; " tests="2" failures="1">',
  );
  expect(policyTestsJunit(report, 's')).toContain(
    '<failure message="expected deny, got allow by refund">expected deny, got allow by refund\ncaller     {',
  );
});
