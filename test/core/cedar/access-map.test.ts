import { Caller, ClaimMatch, ToolArgument, ToolCondition, ToolPolicy } from '../../../lib/authorization';
import { accessChanges, accessChangesMarkdown, accessChangesText } from '../../../lib/core/cedar/access-difference';
import { type AccessMap, accessMap, accessMapMarkdown, accessMapText } from '../../../lib/core/cedar/access-map';
import { oauthPrincipal } from '../../../lib/core/cedar/request';
import { REFUND_TOOL } from '../../authorization/support';
import { GATEWAY } from './fixture';

const arg = ToolArgument.named;
const LIST_TOOL = {
  ...REFUND_TOOL,
  target: 'order-list',
  name: 'order-list',
  scope: 'orders/order-list',
  inputSchema: { type: 'object' } as const,
};
const agent = (client: string, ...scopes: string[]) => ({
  name: `agent ${client}`,
  principal: oauthPrincipal({ sub: client, client_id: client, scope: scopes.join(' ') })!,
});
const CALLERS = [agent('support', 'orders/order-refund', 'orders/order-list'), agent('reporting', 'orders/order-list')];

function mapOf(...policies: ToolPolicy[]): AccessMap {
  const texts = policies.flatMap((policy) =>
    [policy.renderPermit(GATEWAY), policy.renderForbid(GATEWAY)].flatMap((statement, index) =>
      statement === undefined ? [] : [{ id: `${policy.tool.name}-${index}`, text: statement.text }],
    ),
  );
  return accessMap({ gatewayArn: GATEWAY, tools: policies.map(({ tool }) => tool), policies: texts, callers: CALLERS });
}

function refund(limit: number): ToolPolicy {
  const policy = new ToolPolicy(REFUND_TOOL);
  policy.permit(Caller.agent('support', 'support'), [arg('amount').atMost(limit)]);
  return policy;
}

test('each agent has the condition that is left when its claims are known', () => {
  const list = new ToolPolicy(LIST_TOOL);
  list.permit(Caller.agent('support', 'support'));
  list.permit(Caller.agent('reporting', 'reporting'), [ToolCondition.dailyBetween('08:00', '17:30')]);

  expect(accessMapText(mapOf(refund(500), list))).toBe(
    [
      'order-list___order-list',
      '  agent support: always',
      '  agent reporting: time of day >= 08:00 and time of day < 17:30',
      "  any caller: caller has a token and claim 'client_id' is 'support' and claim 'scope' has 'orders/order-list'",
      "  any caller: caller has a token and claim 'client_id' is 'reporting' and claim 'scope' has 'orders/order-list' and time of day >= 08:00 and time of day < 17:30",
      '',
      'order-refund___order-refund',
      '  agent support: amount 0 to 500',
      '  agent reporting: never',
      "  any caller: caller has a token and claim 'client_id' is 'support' and claim 'scope' has 'orders/order-refund' and amount 0 to 500",
    ].join('\n'),
  );
});

test('a client without the scope of the tool is never let in, whatever its permit says', () => {
  const policy = new ToolPolicy(REFUND_TOOL);
  policy.permit(Caller.agent('reporting', 'reporting'));

  expect(mapOf(policy).tools[0]!.callers.map(({ decision }) => decision)).toEqual(['never', 'never']);
});

test('a forbid shows with what it leaves', () => {
  const policy = refund(500);
  policy.forbidUnless(Caller.anyAuthenticated({ reason: 'bounds for every caller' }), [arg('count').atMost(3)]);
  const [support] = mapOf(policy).tools[0]!.callers;

  expect(support).toMatchObject({ decision: 'sometimes', forbids: [{ condition: 'not (count 0 to 3)' }] });
  expect(accessMapText(mapOf(policy))).toContain('agent support: amount 0 to 500; and only if count 0 to 3\n');
  expect(accessMapText(mapOf(policy))).toMatch(/nobody: unless .*count 0 to 3$/);
  expect(accessChangesText(accessChanges(mapOf(refund(500)), mapOf(policy)))).toBe(
    "order-refund___order-refund, every caller: narrower\n+ nobody may call order-refund___order-refund unless claim 'sub' is present and count 0 to 3",
  );
});

test('a difference is what a reviewer has to look at', () => {
  const [before, after] = [mapOf(refund(500)), mapOf(refund(900))];
  const tool = 'order-refund___order-refund';

  expect(accessChangesText(accessChanges(before, after)).split('\n')).toEqual([
    `${tool}, agent support: wider`,
    `- agent support may call ${tool} when amount 0 to 500`,
    `+ agent support may call ${tool} when amount 0 to 900`,
  ]);
  expect(accessChanges(before, before)).toEqual([]);
});

test('access that is added, removed and changed, and whether it widens', () => {
  const list = new ToolPolicy(LIST_TOOL);
  list.permit(Caller.agent('reporting', 'reporting'));
  const limited = refund(500);
  limited.forbidUnless(Caller.anyAuthenticated({ reason: 'bounds for every caller' }), [arg('count').atMost(3)]);
  const kinds = (before: AccessMap, after: AccessMap) =>
    accessChanges(before, after).map(({ who, kind, widens }) => `${who} ${kind}${widens ? ', wider' : ''}`);

  expect(kinds(mapOf(refund(500)), mapOf(refund(500), list))).toEqual(['agent reporting added, wider']);
  expect(kinds(mapOf(refund(500), list), mapOf(refund(500)))).toEqual(['agent reporting removed']);
  expect(kinds(mapOf(refund(500)), mapOf(limited))).toEqual(['nobody added']);
  expect(kinds(mapOf(limited), mapOf(refund(500)))).toEqual(['nobody removed, wider']);
});

test('a difference as Markdown is a table of its own cells', () => {
  const row = accessChangesMarkdown(accessChanges(mapOf(refund(500)), mapOf(refund(900)))).split('\n')[2];

  expect(row).toBe(
    '| **wider** | order-refund\\_\\_\\_order-refund | agent support | amount 0 to 500 | amount 0 to 900 |',
  );
});

test('a gateway that enforces nothing is open to everybody', () => {
  const input = { gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies: [], callers: CALLERS };

  expect(accessMapText(accessMap({ ...input, enforced: false }))).toContain('any caller: always');
  expect(accessMapText(accessMap(input))).not.toContain('always');
});

test('claims of a person who logs in are open, those of a client are not', () => {
  const policy = new ToolPolicy(REFUND_TOOL);
  policy.permit(Caller.allOf(Caller.client('support'), Caller.claim('team', ClaimMatch.oneOf('red'))));
  policy.permit(Caller.allOf(Caller.client('support'), Caller.user('alice')));
  const text = policy.renderPermit(GATEWAY)!.text;
  const callers = [true, false].map((open) => ({ ...CALLERS[0]!, open }));
  const map = accessMap({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies: [{ id: 'p', text }], callers });

  expect(map.tools[0]!.callers.map(({ permits }) => permits.map(({ condition }) => condition))).toEqual([
    ["claim 'team' is 'red'", "caller is 'alice'"],
    [],
  ]);
});

test.each([
  [
    'context.input.amount.greaterThanOrEqual(decimal("1.0")) && context.input.amount.greaterThanOrEqual(decimal("2.0")) && context.input.amount.lessThanOrEqual(decimal("9.0"))',
    'amount 2 to 9',
  ],
  [
    'context.input.amount.lessThanOrEqual(decimal("9.0")) && context.input.amount.lessThanOrEqual(decimal("5.0"))',
    'amount <= 5',
  ],
  [
    '(if context.input has count then context.input.count >= 1 else true) && (if context.input has count then context.input.count <= 20 else true)',
    '(count is absent or count 1 to 20)',
  ],
])('bounds are shown as the range that is left: %s', (condition, words) => {
  const text = `permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"order-refund___order-refund", resource) when { ${condition} };`;
  const map = accessMap({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies: [{ id: 'p', text }], callers: [] });

  expect(map.tools[0]!.permits[0]!.condition).toBe(`caller has a token and ${words}`);
});

test('Markdown has a row per rule and no text that ends a cell', () => {
  const policy = new ToolPolicy(REFUND_TOOL);
  policy.permit(Caller.claim('team', ClaimMatch.oneOf('a|b')), [arg('orderId').oneOf(['x', 'y'])]);

  expect(accessMapMarkdown(mapOf(policy)).split('\n').at(-1)).toBe(
    "| order-refund___order-refund | any caller | caller has a token and claim 'team' is 'a\\|b' and orderId is one of 'x', 'y' |",
  );
});

test.each<[string, ToolCondition, string]>([
  ['at least', arg('amount').atLeast(5), 'amount >= 5'],
  ['absent', arg('count').isAbsent(), 'count is absent'],
  ['given', arg('count').isGiven(), 'count is given'],
  ['true', arg('express').isTrue(), 'express is true'],
  ['false', arg('express').isFalse(), 'express is false'],
  ['a claim', arg('orderId').equalToClaim('order'), "orderId is claim 'order'"],
  ['only of', arg('tags').onlyOf(['a']), "tags has only 'a'"],
  ['all of', arg('tags').containsAll(['a', 'b']), "tags has all of 'a', 'b'"],
  ['any of', arg('tags').containsAny(['a', 'b']), "tags has one of 'a', 'b'"],
  ['not empty', arg('tags').isNotEmpty(), 'tags is given and tags is not empty'],
  ['a start', arg('orderId').startsWith('eu-'), "orderId looks like 'eu-*'"],
  [
    'text that tries to end its quotation',
    arg('orderId').equalTo("a' or always\u202e"),
    "orderId is 'a\\' or always\\u{202e}'",
  ],
  ['nested', arg('address').property('city').equalTo('Bern'), "address.city is 'Bern'"],
  ['either', ToolCondition.anyOf(arg('count').isAbsent(), arg('count').atMost(3)), '(count is absent or count 0 to 3)'],
  ['from an instant', ToolCondition.notBefore('2026-12-01'), 'time >= 2026-12-01'],
])('words for: %s', (_what, condition, words) => {
  const policy = new ToolPolicy(REFUND_TOOL);
  policy.permit(Caller.user('u'), [condition]);

  expect(mapOf(policy).tools[0]!.permits).toMatchObject([
    { policyId: 'order-refund-0', condition: `caller has a token and caller is 'u' and ${words}` },
  ]);
});

test.each([
  [
    'is kept beside an or',
    'context.input has count && (context.input.count < 3 || context.input.orderId == "a")',
    "count is given and (count < 3 or orderId is 'a')",
  ],
  [
    'is kept beside an is not',
    'principal.hasTag("t") && principal.getTag("t") != "a"',
    "claim 't' is present and claim 't' is not 'a'",
  ],
  ['is left out beside a comparison', 'context.input has count && context.input.count < 3', 'count < 3'],
])('a guard %s', (_what, condition, words) => {
  const text = `permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"order-refund___order-refund", resource) when { ${condition} };`;
  const map = accessMap({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies: [{ id: 'p', text }], callers: [] });

  expect(map.tools[0]!.permits[0]!.condition).toBe(`caller has a token and ${words}`);
});

test('a condition nobody has words for is shown as Cedar', () => {
  const text = `permit (principal, action == AgentCore::Action::"order-refund___order-refund", resource) when { context.input.amount == context.input.amount && ip(context.input.orderId).isLoopback() };`;
  const map = accessMap({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies: [{ id: 'p', text }], callers: [] });

  expect(map.tools[0]!.permits[0]!.condition).toBe('amount is amount and ip(context.input.orderId).isLoopback()');
});

describe('what the line of an agent says for its client', () => {
  const SUPPORT = 'principal.hasTag("client_id") && principal.getTag("client_id") == "support"';
  const lines = (condition: string, open = false) => {
    const text = (when: string) =>
      `permit (principal is AgentCore::OAuthUser, action, resource == AgentCore::Gateway::"${GATEWAY}") when { ${when} };`;
    const map = (...conditions: string[]) =>
      accessMap({
        gatewayArn: GATEWAY,
        tools: [REFUND_TOOL],
        policies: conditions.map((when, index) => ({ id: `p${index}`, text: text(when) })),
        callers: [{ ...CALLERS[0]!, open }],
      });
    return accessChanges(map('false'), map(condition)).map(({ who, after }) => `${who}: ${after.length}`);
  };

  test.each<[string, string, string[], boolean]>([
    ['its client', SUPPORT, ['agent support: 1'], false],
    [
      'its client, or anybody',
      `(${SUPPORT}) || context.input.amount > decimal("1.0")`,
      ['agent support: 1', 'a caller: 1'],
      false,
    ],
    [
      'its client, or anybody, in one test of the arguments',
      `(context.input.orderId == "a" || (${SUPPORT})) && context.input.orderId == "b"`,
      ['agent support: 1', 'a caller: 1'],
      false,
    ],
    [
      'a claim that only says so',
      'principal.hasTag("team") && principal.getTag("team") == "is the client of agent support"',
      ['a caller: 1'],
      false,
    ],
    ['a claim that the client has not', `${SUPPORT} && principal.hasTag("team")`, ['a caller: 1'], false],
    ['a claim of who logs in to it', `${SUPPORT} && principal.hasTag("team")`, ['agent support: 1'], true],
  ])('is not said again of %s', (_what, condition, expected, open) => {
    expect(lines(condition, open)).toEqual(expected);
  });

  test('and no other policy hides behind it', () => {
    const both = `(${SUPPORT}) || (${SUPPORT} && principal.hasTag("team"))`;

    expect(lines(both)).toEqual(['agent support: 1', 'a caller: 1']);
  });
});

test.each([
  ['in the scope', 'principal == AgentCore::OAuthUser::"alice"', 'true', 'sometimes'],
  ['in the scope, as a member', 'principal in AgentCore::OAuthUser::"alice"', 'true', 'sometimes'],
  [
    'in the scope, as a member of a type',
    'principal is AgentCore::OAuthUser in AgentCore::OAuthUser::"alice"',
    'true',
    'sometimes',
  ],
  ['in a condition', 'principal', 'principal == AgentCore::OAuthUser::"alice"', 'sometimes'],
  ['in a set', 'principal', '[AgentCore::OAuthUser::"alice"].contains(principal)', 'sometimes'],
  ['by another client', 'principal == AgentCore::OAuthUser::"alice"', 'principal.getTag("client_id") == "x"', 'never'],
  ['of another type', 'principal == AgentCore::IamEntity::"alice"', 'true', 'never'],
])('a person who is named %s may be the one who logs in', (_what, scope, condition, decision) => {
  const tags = { client_id: 'support' };
  const principal = { ...oauthPrincipal({ sub: 'support', ...tags })!, tags };
  const text = `permit (${scope}, action, resource) when { ${condition} };`;
  const decisionOf = (open: boolean) =>
    accessMap({
      gatewayArn: GATEWAY,
      tools: [REFUND_TOOL],
      policies: [{ id: 'p', text }],
      callers: [{ name: 'agent support', principal, open }],
    }).tools[0]!.callers[0]!.decision;

  expect(decisionOf(true)).toBe(decision);
  expect(decisionOf(false)).toBe('never');
});

test.each([
  ['an asterisk and a wildcard', 'like "team-\\*"', 'like "team-*"'],
  ['a backslash and a wildcard, and an asterisk', 'like "a\\\\*"', 'like "a\\*"'],
  [
    'an element of a list and a word',
    'like "[\\"a\\"*" || principal.getTag("t") like "*,\\"a\\"*" || principal.getTag("t") like "* \\"a\\"*"',
    '== "a" || principal.getTag("t") like "a *" || principal.getTag("t") like "* a" || principal.getTag("t") like "* a *"',
  ],
])('%s read differently', (_what, ...conditions) => {
  const words = conditions.map((condition) => {
    const when = `principal.hasTag("t") && (principal.getTag("t") ${condition})`;
    const text = `permit (principal is AgentCore::OAuthUser, action, resource) when { ${when} };`;
    const policies = [{ id: 'p', text }];
    const map = accessMap({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies, callers: [] });
    return map.tools[0]!.permits.map(({ condition: each }) => each).join('; ');
  });

  expect(words[0]).toContain("claim 't'");
  expect(words[0]).not.toBe(words[1]);
});
