import {
  Caller,
  CallerType,
  type ICaller,
  ToolArgument,
  ToolPolicy,
  validateToolPolicies,
} from '../../lib/authorization';
import { formatProblem } from '../../lib/core/errors';
import { GATEWAY } from '../core/cedar/fixture';
import { decideOn, policyOf, problemsOf, REFUND_TOOL, SUPPORT } from './support';

const amount = ToolArgument.named('amount');

test('the permits of a tool are one statement, pinned to caller type, action and gateway', () => {
  const policy = policyOf([amount.atMost(500)]);
  policy.permit(Caller.group('supervisors'));

  expect(policy.renderPermit(GATEWAY)!.text).toMatchInlineSnapshot(`
"permit (
  principal is AgentCore::OAuthUser,
  action == AgentCore::Action::"order-refund___order-refund",
  resource == AgentCore::Gateway::"arn:aws:bedrock-agentcore:eu-west-1:123456789012:gateway/orders-abcdefghij"
)
when {
  (((((principal.hasTag("client_id") && principal.getTag("client_id") == "client-1") && (principal.hasTag("scope") && (principal.getTag("scope") == "orders/order-refund" || principal.getTag("scope") like "orders/order-refund *" || principal.getTag("scope") like "* orders/order-refund" || principal.getTag("scope") like "* orders/order-refund *")))) && context.input.amount.greaterThanOrEqual(decimal("0.0")) && context.input.amount.lessThanOrEqual(decimal("500.0"))) || ((principal.hasTag("cognito:groups") && (principal.getTag("cognito:groups") like "[\\"supervisors\\"*" || principal.getTag("cognito:groups") like "*,\\"supervisors\\"*" || principal.getTag("cognito:groups") like "* \\"supervisors\\"*"))))
};"
`);
  expect(policy.scopesOf(SUPPORT)).toEqual(['orders/order-refund']);
});

test('each permit is an alternative with its own conditions', () => {
  const policy = policyOf([amount.atMost(500)]);
  policy.permit(Caller.group('supervisors'), [amount.atMost(900)]);
  const supervisor = { sub: 'u', 'cognito:groups': ['supervisors'] };

  expect([decideOn(policy, { amount: 501 }), decideOn(policy, { amount: 500 })]).toEqual(['deny', 'allow']);
  expect([decideOn(policy, { amount: 901 }, supervisor), decideOn(policy, { amount: 900 }, supervisor)]).toEqual([
    'deny',
    'allow',
  ]);
});

test('a forbid holds against every permit, also when what it demands is absent', () => {
  const policy = policyOf([]);
  policy.forbidUnless(Caller.anyAuthenticated({ reason: 'every caller is bound' }), [
    ToolArgument.named('count').atMost(3),
  ]);

  expect(decideOn(policy, { count: 3 })).toBe('allow');
  expect(decideOn(policy, { count: 4 })).toBe('deny');
  expect(decideOn(policy, {})).toBe('deny');
});

test('all that is forbidden has to be met', () => {
  const anyone = Caller.anyAuthenticated({ reason: 'every caller is bound' });
  const policy = policyOf([]);
  policy.forbidUnless(anyone, [ToolArgument.named('count').atMost(3)]);
  policy.forbidUnless(anyone, [amount.atMost(5)]);

  expect([decideOn(policy, { count: 3, amount: 5 }), decideOn(policy, { count: 3, amount: 6 })]).toEqual([
    'allow',
    'deny',
  ]);
});

test('a forbid with a problem forbids everything', () => {
  const policy = policyOf([]);
  policy.forbidUnless(SUPPORT, [ToolArgument.named('amuont').atMost(3)]);

  expect(policy.renderForbid(GATEWAY)!.text).toMatch(/unless \{\n {2}false\n\};$/);
});

test('a tool that nobody may call is a problem', () => {
  const tools = [
    REFUND_TOOL,
    { ...REFUND_TOOL, target: 'order-list', name: 'order-list', at: 'Orders/Gateway/order-list' },
  ];
  const problems = validateToolPolicies({
    tools,
    policies: [policyOf([]), new ToolPolicy(tools[1]!)],
    gatewayArn: GATEWAY,
  });

  expect(problems.map(formatProblem)).toEqual([
    "tool 'order-list' has no permit, so every call to it is denied. Call tool.permit(...) or remove the tool [TOOL_UNREACHABLE] (at Orders/Gateway/order-list)",
  ]);
});

describe('a caller from outside the library', () => {
  const caller = (condition: string): ICaller => ({
    renderCaller: () => ({ type: CallerType.OAUTH_USER, condition, scopes: [], description: 'custom' }),
  });

  test.each([
    ['closes our parenthesis', 'principal.id == "a") || (principal.id == "b"'],
    ['adds a clause', 'true } when { true'],
    ['adds a policy', 'true }; permit (principal, action, resource) when { true'],
    ['ends in a comment', 'true //'],
  ])('that %s is refused', (_what, condition) => {
    expect(problemsOf([amount.atMost(5)], caller(condition))[0]).toMatch(
      /does not render one Cedar expression.*CALLER_INVALID/s,
    );
  });

  test('with one expression is fine', () => {
    expect(problemsOf([amount.atMost(5)], caller('principal.id == "a" || principal.id == "b"'))).toEqual([]);
  });

  test('that reads an attribute there is not gets the words of the validator', () => {
    const [problem] = problemsOf([], caller('principal.department == "x"'));

    expect(problem).toContain("the policy of tool 'order-refund' does not fit");
    expect(problem).toContain('attribute `department`');
    expect(problem).toContain('^^^');
    expect(problem).toContain('[CEDAR_INVALID] (at Orders/Gateway/order-refund)');
  });
});

test('what Cedar only warns about is not said to contradict the schema', () => {
  const [problem] = problemsOf([ToolArgument.named('orderId').oneOf(['p\u0430ypal', 'other'])]);

  expect(problem).toContain("the policy of tool 'order-refund' is valid, but Cedar warns about it");
  expect(problemsOf([ToolArgument.named('orderId').oneOf(['paypal', 'other'])])).toEqual([]);
});

test('what has to be given and absent can never apply', () => {
  const count = ToolArgument.named('count');

  expect(problemsOf([count.isGiven(), count.isAbsent()])).toEqual([
    "the policy of tool 'order-refund' can never apply: its conditions exclude each other. Correct the conditions [POLICY_ANALYSIS] (at Orders/Gateway/order-refund)",
  ]);
  expect(problemsOf([count.isGiven()])).toEqual([]);
});

test('a claim is compared only where callers have claims', () => {
  const condition = ToolArgument.named('orderId').equalToClaim('order');
  const signed: ICaller = {
    renderCaller: () => ({
      type: CallerType.IAM_ENTITY,
      condition: 'principal.id == "a"',
      scopes: [],
      description: 'a',
    }),
  };

  expect(problemsOf([condition], signed)).toEqual([
    expect.stringMatching(
      /argument 'orderId' is compared with a claim, but its callers have no token.*\[CONDITION_TYPE\]/,
    ),
  ]);
  expect(problemsOf([condition])).toEqual([]);
});

test('a statement over the limit of the service is a problem', () => {
  const policy = policyOf([]);
  for (let i = 0; i < 60; i++) policy.permit(Caller.scope(`orders/${'x'.repeat(20)}-${i}`));

  expect(policy.renderPermit(GATEWAY)!.problems).toMatchObject([
    { code: 'POLICY_SIZE', message: expect.stringContaining('10000'), fix: expect.stringMatching(/^Give callers/) },
  ]);
});

test('and where the input schema is what is long, that is said', () => {
  const value = Array.from({ length: 400 }, (_, index) => `warehouse-with-a-name-${index}`);
  const constraint = { path: [{ property: 'orderId' }], type: 'string', keyword: 'enum', value } as const;
  const policy = new ToolPolicy({ ...REFUND_TOOL, constraints: [constraint] });
  policy.permit(SUPPORT);

  expect(policy.renderPermit(GATEWAY)!.problems).toMatchObject([
    { code: 'POLICY_SIZE', fix: expect.stringMatching(/^Shorten the lists of values/), at: REFUND_TOOL.at },
  ]);
});

test('the expression of a foreign caller stays inside parentheses: its conditions bind all of it', () => {
  const foreign: ICaller = {
    renderCaller: () => ({
      type: CallerType.OAUTH_USER,
      condition: 'principal.hasTag("vip") || principal.hasTag("staff")',
      scopes: [],
      description: 'vip or staff',
    }),
  };
  const policy = policyOf([amount.between(400, 500)]);
  policy.permit(foreign, [amount.between(0.01, 5)]);
  const vip = { sub: 'u', vip: 'yes' };

  expect([decideOn(policy, { amount: 300 }, vip), decideOn(policy, { amount: 4 }, vip)]).toEqual(['deny', 'allow']);
});
