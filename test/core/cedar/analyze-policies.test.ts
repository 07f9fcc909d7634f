import * as fc from 'fast-check';
import { Caller, ToolArgument, ToolPolicy } from '../../../lib/authorization';
import { analyzePolicies } from '../../../lib/core/cedar/analyze-policies';
import type { AnalysisInput } from '../../../lib/core/cedar/policy-finding';
import { oauthPrincipal } from '../../../lib/core/cedar/request';
import { REFUND_TOOL } from '../../authorization/support';
import { GATEWAY, refundPermit, TOOLS } from './fixture';

const GROUP = 'principal.hasTag("g") && principal.getTag("g") == "a"';
const list = refundPermit(GROUP).replace('order-refund___order-refund', 'order-list___order-list');

function kindsOf(texts: string[], options: Partial<AnalysisInput> = {}): string[] {
  const policies = texts.map((text, index) => ({ id: `p${index}`, text }));
  const found = analyzePolicies({
    gatewayArn: GATEWAY,
    tools: TOOLS,
    policies,
    callers: [],
    today: '2026-11-24',
    ...options,
  });
  return found.map(({ kind, policyId, tool }) => [kind, policyId ?? tool].filter(Boolean).join(' '));
}

test('policies that are as they should be have no findings', () => {
  const refund = new ToolPolicy(REFUND_TOOL);
  refund.permit(Caller.agent('c', 'a'), [ToolArgument.named('amount').atMost(5)]);
  refund.forbidUnless(Caller.agent('c', 'a'), [ToolArgument.named('count').atMost(5)]);

  expect(kindsOf([refund.renderPermit(GATEWAY)!.text, refund.renderForbid(GATEWAY)!.text, list])).toEqual([]);
});

/** Each finding with the text that has it and the text with that one thing put right. */
test.each<[string, string, string]>([
  ['unconditional-permit p0', refundPermit('true'), refundPermit(GROUP)],
  ['unconditional-permit p0', refundPermit(GROUP).replace(/when \{[\s\S]*\}/, ''), refundPermit(GROUP)],
  [
    'never-applies p0',
    refundPermit(`${GROUP} && context.input has count && context.input.count > 5 && context.input.count < 5`),
    refundPermit(`${GROUP} && context.input has count && context.input.count >= 5 && context.input.count <= 5`),
  ],
  [
    'never-applies p0',
    refundPermit(
      `${GROUP} && context.input.amount.greaterThan(decimal("5.0")) && context.input.amount.lessThan(decimal("4.5"))`,
    ),
    refundPermit(
      `${GROUP} && context.input.amount.greaterThan(decimal("4.0")) && context.input.amount.lessThan(decimal("4.5"))`,
    ),
  ],
  [
    'never-applies p0',
    refundPermit(`${GROUP} && context.input.orderId == "a" && ["b"].contains(context.input.orderId)`),
    refundPermit(`${GROUP} && context.input.orderId == "a" && ["a"].contains(context.input.orderId)`),
  ],
  ['never-applies p0', refundPermit('false'), refundPermit(GROUP)],
  ['refused-by-service p0', refundPermit(GROUP).replace(/resource == .*/, 'resource'), refundPermit(GROUP)],
  [
    'refused-by-service p0',
    refundPermit(GROUP).replace(/resource == .*/, 'resource is AgentCore::Gateway'),
    refundPermit(GROUP),
  ],
  ['refused-by-service p0', refundPermit(GROUP).replace('gateway/orders', 'gateway/others'), refundPermit(GROUP)],
  [
    'needs-admin-permission p0',
    refundPermit(GROUP)
      .replace(/resource == .*/, 'resource is AgentCore::Gateway')
      .replace(/action == .*,/, 'action,'),
    refundPermit(GROUP),
  ],
  ['disputed-action-list p0', refundPermit(GROUP).replace(/action == (.*),/, 'action in [$1],'), refundPermit(GROUP)],
])('%s', (finding, bad, good) => {
  expect(kindsOf([bad, list])).toContain(finding);
  expect(kindsOf([good, list])).toEqual([]);
});

test.each<[string, string, boolean]>([
  ['when an argument is large', 'when { context.input has count && context.input.count > 5 }', true],
  ['when a claim is bad', 'when { principal.hasTag("r") && principal.getTag("r") == "bad" }', true],
  ['unless a claim is good', 'unless { principal.hasTag("r") && principal.getTag("r") == "good" }', false],
  ['when it is late', 'when { context.system.now > datetime("2027-01-01") }', false],
  ['always', '', false],
])('a forbid %s fails open: %s', (_what, clause, open) => {
  const forbid = refundPermit('true')
    .replace('permit', 'forbid')
    .replace(/when \{[\s\S]*\}/, clause);

  expect(kindsOf([refundPermit(GROUP), list, forbid]).includes('forbid-fails-open p2')).toBe(open);
});

test.each<[string, string, boolean]>([
  ['a bad claim', '!(principal.hasTag("r") && principal.getTag("r") == "bad")', true],
  ['a bad claim, by a choice', 'if principal.hasTag("r") then principal.getTag("r") != "bad" else true', true],
  ['a claim', '!(principal.hasTag("r"))', true],
  ['a large argument', '!(context.input has count && context.input.count > 5)', true],
  [
    'a claim, by a choice that ends in no',
    'if principal.hasTag("r") then principal.getTag("r") != "bad" else false',
    false,
  ],
  ['a claim that has to be there', 'principal.hasTag("r") && !(principal.getTag("r") == "bad")', false],
  ['an argument that has to be absent', '!(context.input has count)', false],
  [
    'an argument that is bounded when given',
    'if context.input has count then context.input.count <= 5 else true',
    false,
  ],
])('a forbid unless the opposite of %s fails open: %s', (_what, exception, open) => {
  const forbid = refundPermit(exception).replace('permit', 'forbid').replace('when', 'unless');

  expect(kindsOf([refundPermit(GROUP), list, forbid]).includes('forbid-fails-open p2')).toBe(open);
});

test.each([
  ['in the condition', refundPermit(`principal is AgentCore::UnauthenticatedUser && context.input.orderId == "a"`)],
  [
    'by id',
    refundPermit('context.input.orderId == "a"').replace(
      'is AgentCore::OAuthUser',
      '== AgentCore::UnauthenticatedUser::"x"',
    ),
  ],
])('unauthenticated callers are refused by name, also %s', (_where, text) => {
  expect(
    kindsOf([text.replace('principal is AgentCore::OAuthUser,', 'principal,'), refundPermit(GROUP), list]),
  ).toContain('refused-by-service p0');
});

test.each<[string, string, string]>([
  ['text and another', 'context.input.orderId != "a"', 'context.input.orderId != "b"'],
  ['text and another start', 'context.input.orderId like "b*"', 'context.input.orderId like "*a*"'],
  ['text and the lack of it', '!(context.input.orderId == "a")', '!(context.input.orderId == "b")'],
  [
    'yes and no',
    'context.input has express && context.input.express && context.input.express == false',
    'context.input has express && context.input.express',
  ],
  [
    'only a and one more',
    'context.input has tags && ["a"].containsAll(context.input.tags) && context.input.tags.containsAll(["a", "b"])',
    'context.input has tags && ["a", "b"].containsAll(context.input.tags) && context.input.tags.containsAll(["a", "b"])',
  ],
  [
    'empty and not empty',
    'context.input has tags && context.input.tags.isEmpty() && !context.input.tags.isEmpty()',
    'context.input has tags && context.input.tags.isEmpty()',
  ],
])('%s exclude each other, and only they', (_what, never, possible) => {
  const found = (more: string) => kindsOf([refundPermit(`${GROUP} && context.input.orderId == "a" && ${more}`), list]);

  expect(found(never)).toContain('never-applies p0');
  expect(found(possible)).toEqual([]);
});

test('a permit of a tool that another one of it covers is a duplicate: its limit binds nobody', () => {
  const found = (...limits: (number | undefined)[]) => {
    const refund = new ToolPolicy(REFUND_TOOL);
    for (const limit of limits)
      refund.permit(Caller.agent('c', 'a'), limit === undefined ? [] : [ToolArgument.named('amount').atMost(limit)]);
    refund.permit(Caller.agent('d', 'b'));
    return kindsOf([refund.renderPermit(GATEWAY)!.text, list]);
  };

  expect(found(5)).toEqual([]);
  expect(found(5, undefined)).toEqual(['duplicate p0']);
  expect(found(5, 9)).toEqual(['duplicate p0']);
});

test('a policy twice is a duplicate, whatever its white space', () => {
  expect(kindsOf([refundPermit(GROUP), list, refundPermit(GROUP).replaceAll('\n', ' ')])).toEqual(['duplicate p2']);
});

test('a tool without permit, and one with a permit that never applies, are unreachable', () => {
  expect(kindsOf([refundPermit(GROUP)])).toEqual(['tool-unreachable order-list___order-list']);
  expect(kindsOf([refundPermit('false'), list])).toContain('tool-unreachable order-refund___order-refund');
});

test.each<[string, string, string]>([
  [
    'two times',
    'context.system.now >= datetime("2027-01-01") && context.system.now < datetime("2026-01-01")',
    'context.system.now >= datetime("2026-01-01") && context.system.now < datetime("2027-01-01")',
  ],
  [
    'two times of the day',
    'context.system.now.toTime() >= duration("10h") && context.system.now.toTime() < duration("540m")',
    'context.system.now.toTime() >= duration("9h") && context.system.now.toTime() < duration("600m")',
  ],
  ['two callers', 'principal.id == "a" && principal.id == "b"', 'principal.id == "a" && principal.id != "b"'],
  [
    'two values of a claim',
    'principal.hasTag("a") && principal.getTag("a") == "x" && ["y", "z"].contains(principal.getTag("a"))',
    'principal.hasTag("a") && principal.getTag("a") == "x" && ["x", "z"].contains(principal.getTag("a"))',
  ],
])('%s exclude each other', (_what, condition, possible) => {
  const severities = (text: string) => {
    const policies = [text, list].map((each, index) => ({ id: `p${index}`, text: each }));
    return analyzePolicies({ gatewayArn: GATEWAY, tools: TOOLS, policies, callers: [], today: '2026-11-24' })
      .filter(({ kind }) => kind === 'never-applies')
      .map(({ severity, message }) => `${severity}: ${message}`);
  };
  const forbid = (text: string) => refundPermit(text).replace('permit', 'forbid').replace('when', 'unless');

  expect(severities(refundPermit(`${GROUP} && ${condition}`))).toEqual([
    "error: policy 'p0' can never apply: its conditions exclude each other",
  ]);
  expect(severities(refundPermit(`(${GROUP}) || (${condition})`))).toEqual([
    expect.stringContaining("warning: policy 'p0' has an alternative that can never apply: "),
  ]);
  expect(severities(forbid(condition))).toEqual([
    expect.stringContaining("error: policy 'p0' makes an exception that can never be"),
  ]);
  for (const text of [refundPermit(possible), refundPermit(`(${GROUP}) || (${possible})`), forbid(possible)])
    expect(severities(text)).toEqual([]);
});

test('forms that the schema lets a text have are no alternatives of a permit; whether one of them is left is judged', () => {
  const forms = '(["x"].contains(context.input.orderId) || context.input.orderId like "b*")';
  const permit = (forms: string) =>
    kindsOf([refundPermit(`${GROUP} && context.input.orderId == "b1" && ${forms}`), list]);

  expect(permit(forms)).toEqual([]);
  expect(permit(forms.replace('orderId like "b*"', 'amount.lessThan(decimal("1.0"))'))).toEqual(['never-applies p0']);
  expect(permit(forms.replace('b*', 'c*'))).toEqual([
    'never-applies p0',
    'tool-unreachable order-refund___order-refund',
  ]);
});

test('what ends before today is over, which is a warning: the same app said nothing of it a day before', () => {
  const found = (today: string, ...texts: string[]) =>
    analyzePolicies({
      gatewayArn: GATEWAY,
      tools: TOOLS,
      policies: [...texts, list].map((text, index) => ({ id: `p${index}`, text })),
      callers: [],
      today,
    }).map(({ kind, severity, message }) => `${kind} ${severity}: ${message}`);
  const before = (day: string) => `${GROUP} && context.system.now < datetime("${day}")`;
  const forbid = refundPermit(before('2026-11-24')).replace('permit', 'forbid').replace('when', 'unless');
  const always = `${GROUP} && context.input.orderId == "a"`;

  expect(found('2026-11-24', refundPermit(before('2026-11-24')))).toEqual([
    "over warning: policy 'p0' can no longer apply: its time is over",
  ]);
  expect(found('2026-11-23', refundPermit(before('2026-11-24')))).toEqual([]);
  expect(found('2026-11-24', refundPermit(before('2026-11-24T00:00:01Z')))).toEqual([]);
  expect(found('2026-11-24', refundPermit(`(${always}) || (${before('2026-11-24')})`))).toEqual([
    expect.stringContaining("over warning: policy 'p0' has an alternative that can no longer apply: "),
  ]);
  expect(found('2026-11-24', refundPermit(`(${before('2026-11-01')}) || (${before('2026-11-24')})`))).toContain(
    "over warning: policy 'p0' can no longer apply: its time is over",
  );
  expect(found('2026-11-24', refundPermit(GROUP), forbid)).toEqual([
    "over warning: policy 'p1' makes an exception that can no longer be: its time is over",
  ]);
  expect(found('2026-11-23', refundPermit(GROUP), forbid)).toEqual([]);
});

test('an alternative of an exception that can never be is found like one of a permit', () => {
  const forbid = (count: number) =>
    refundPermit(
      `context.input.orderId == "a" || (context.input has count && context.input.count > 5 && context.input.count < ${count})`,
    )
      .replace('permit', 'forbid')
      .replace('when', 'unless');

  expect(kindsOf([refundPermit(GROUP), list, forbid(5)])).toEqual(['never-applies p2']);
  expect(kindsOf([refundPermit(GROUP), list, forbid(9)])).toEqual([]);
});

test('alternatives that all exclude the rest are a contradiction of the whole', () => {
  const either = (a: string, b: string) =>
    refundPermit(
      `${GROUP} && context.input.orderId == "a" && (context.input.orderId == "${a}" || context.input.orderId == "${b}" && principal.id == "u")`,
    );

  expect(kindsOf([either('b', 'c'), list])).toContain('never-applies p0');
  expect(kindsOf([either('a', 'c'), list])).toEqual(['never-applies p0']);
  expect(kindsOf([either('b', 'c'), list])).toContain('tool-unreachable order-refund___order-refund');
  expect(kindsOf([either('a', 'c'), list])).not.toContain('tool-unreachable order-refund___order-refund');
});

test('a forbid that holds wherever the permit does leaves a tool unreachable', () => {
  const forbid = (condition: string) => refundPermit(condition).replace('permit', 'forbid').replace('when', 'unless');
  const permit = refundPermit(`${GROUP} && context.input.orderId == "a"`);
  const kinds = (condition: string) =>
    kindsOf([permit, list, forbid(condition)]).filter((kind) => kind.startsWith('tool-unreachable'));

  expect(kinds('false')).toEqual(['tool-unreachable order-refund___order-refund']);
  expect(kinds('!(context.input.orderId == "a")')).toHaveLength(1);
  expect(kinds('!(context.input.orderId == "b")')).toEqual([]);
  expect(kinds('context.input.orderId == "b"')).toHaveLength(1);
  expect(kinds('context.input.orderId == "a"')).toEqual([]);
  // Where it fails it is skipped.
  const failing = 'context.input has count && context.input.count + 1 > 0 && context.input.orderId == "b"';
  expect(kinds(failing)).toEqual([]);
  expect(kinds(failing.replace(' + 1', ''))).toHaveLength(1);
});

test('a tool that asks nothing of the caller is open to everybody', () => {
  const open = refundPermit('context.input.orderId == "a"');

  expect(kindsOf([open, list])).toEqual(['tool-open-to-everybody order-refund___order-refund']);
});

test.each([
  ['any role', 'context.input.orderId == "a"', true],
  ['one role', 'principal.id == "arn:aws:sts::123456789012:assumed-role/Clerk"', false],
  ['the roles of an account', 'principal.id like "arn:aws:sts::123456789012:*"', false],
])('a tool that is permitted to %s is open to everybody whom IAM lets in: %s, %s', (_who, condition, open) => {
  const text = refundPermit(condition).replace('AgentCore::OAuthUser', 'AgentCore::IamEntity');

  expect(kindsOf([text, list])).toEqual(open ? ['tool-open-to-everybody order-refund___order-refund'] : []);
});

test('a caller that needs no scope has more than its scopes say', () => {
  const tools = [{ ...TOOLS[0]!, scope: 'o/refund' }, TOOLS[1]!];
  const principal = oauthPrincipal({ sub: 'c', client_id: 'c', g: 'a' })!;
  const callers = [{ name: 'agent c', principal, scopes: ['o/list'] }];
  const exact = new ToolPolicy({ ...REFUND_TOOL, scope: 'o/refund' });
  exact.permit(Caller.agent('c', 'c'));

  expect(kindsOf([refundPermit(GROUP), list], { tools, callers })).toEqual([
    'wider-than-scopes order-refund___order-refund',
  ]);
  expect(kindsOf([exact.renderPermit(GATEWAY)!.text, list], { tools, callers })).toEqual([]);
});

test('claims of somebody who logs in to an agent may do without the scope, too, which is a warning', () => {
  const tools = [{ ...TOOLS[0]!, scope: 'o/refund' }, TOOLS[1]!];
  const principal = oauthPrincipal({ sub: 'c', client_id: 'c' })!;
  const found = (policy: string, open: boolean) => {
    const callers = [{ name: 'agent c', principal, scopes: ['o/list'], open }];
    const policies = [policy, list].map((text, index) => ({ id: `p${index}`, text }));
    return analyzePolicies({ gatewayArn: GATEWAY, tools, policies, callers, today: '2026-11-24' }).map(
      ({ severity, message }) => ({
        severity,
        message,
      }),
    );
  };
  const itself = refundPermit('principal.hasTag("client_id") && principal.getTag("client_id") == "c"');
  const another = refundPermit(`principal.hasTag("client_id") && principal.getTag("client_id") == "d" && ${GROUP}`);
  const person = refundPermit('context.input.amount == decimal("1.0")').replace(
    'is AgentCore::OAuthUser',
    '== AgentCore::OAuthUser::"alice"',
  );

  expect(found(refundPermit(GROUP), false)).toEqual([]);
  for (const policy of [refundPermit(GROUP), person])
    expect(found(policy, true)).toEqual([
      { severity: 'warning', message: expect.stringContaining('with claims of somebody who logs in to it') },
    ]);
  expect(found(another, true)).toEqual([]);
  expect(found(itself, true)).toMatchObject([{ severity: 'error' }]);
});

test('quotas of statement, engine and schema', () => {
  const long = refundPermit(`${GROUP} && context.input.orderId != "${'x'.repeat(10_000)}"`);
  const many = Array.from({ length: 1001 }, (_, i) => refundPermit(`${GROUP} && context.input.orderId == "${i}"`));
  const wide = Array.from({ length: 300 }, (_, i) => ({
    target: `t${i}`,
    name: 't',
    inputSchema: {
      type: 'object' as const,
      properties: Object.fromEntries(
        Array.from({ length: 60 }, (_x, j) => [`argument_number_${j}`, { type: 'string' as const }]),
      ),
    },
  }));

  expect(kindsOf([long, list])).toContain('quota p0');
  expect(kindsOf([...many, list]).filter((kind) => kind.startsWith('quota'))).toEqual(['quota', 'quota']);
  expect(kindsOf([list], { tools: [...wide, TOOLS[1]!] }).filter((kind) => kind.startsWith('quota'))).toEqual([
    'quota',
  ]);
});

test('bounds that are called a contradiction admit no amount', () => {
  const limit = fc.integer({ min: -20, max: 20 }).map((value) => value / 10);

  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'), limit), {
        minLength: 1,
        maxLength: 4,
      }),
      limit,
      (bounds, amount) => {
        const text = bounds
          .map(([test, value]) => `context.input.amount.${test}(decimal("${value.toFixed(1)}"))`)
          .join(' && ');
        const contradiction = kindsOf([refundPermit(`${GROUP} && ${text}`), list]).includes('never-applies p0');
        const holds = bounds.every(([test, value]) => {
          if (test === 'lessThan') return amount < value;
          if (test === 'lessThanOrEqual') return amount <= value;
          return test === 'greaterThan' ? amount > value : amount >= value;
        });

        expect(contradiction && holds).toBe(false);
      },
    ),
    { numRuns: 60 },
  );
});
