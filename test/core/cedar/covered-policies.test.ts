import * as fc from 'fast-check';
import { Caller, ToolArgument, ToolPolicy } from '../../../lib/authorization';
import { analyzePolicies } from '../../../lib/core/cedar/analyze-policies';
import { AuthorizationModel } from '../../../lib/core/cedar/authorization-model';
import { oauthPrincipal } from '../../../lib/core/cedar/request';
import { REFUND_TOOL } from '../../authorization/support';
import { GATEWAY, refundPermit, TOOLS } from './fixture';

const GROUP = 'principal.hasTag("g") && principal.getTag("g") == "a"';
const [A, B, C] = ['a', 'b', 'c'].map((id) => `context.input.orderId == "${id}"`);
const OTHERS = [refundPermit(GROUP).replace('order-refund___order-refund', 'order-list___order-list')];
const forbid = (condition: string) => refundPermit(condition).replace('permit', 'forbid').replace('when', 'unless');
const ofAll = (condition: string) => refundPermit(condition).replace(/action == .*,/, 'action,');

const user = (...ids: string[]) => ids.map((id) => `principal.id == "${id}"`).join(' || ');

function found(...texts: string[]) {
  const policies = [...texts, ...OTHERS].map((text, index) => ({ id: `p${index}`, text }));
  return analyzePolicies({ gatewayArn: GATEWAY, tools: TOOLS, policies, callers: [], today: '2026-11-24' }).filter(
    ({ kind }) => kind === 'duplicate',
  );
}

const messages = (...texts: string[]) => found(...texts).map(({ severity, message }) => `${severity}: ${message}`);

/** What is superfluous, and the same with one thing different, so that it is not. */
test.each<[string, string, readonly string[], readonly string[]]>([
  [
    'the same in another order',
    "policy 'p1' permits nothing that 'p0' does not",
    [refundPermit(`${GROUP} && ${A}`), refundPermit(`${A} && ${GROUP}`)],
    [refundPermit(`${GROUP} && ${A}`), refundPermit(`${B} && ${GROUP}`)],
  ],
  [
    'less than a later one',
    "policy 'p0' permits nothing that 'p1' does not",
    [refundPermit(`${GROUP} && context.input.amount.lessThan(decimal("5.0"))`), refundPermit(GROUP)],
    [
      refundPermit(`${GROUP} && context.input.amount.lessThan(decimal("5.0"))`),
      refundPermit(`${GROUP} && context.input.amount.greaterThan(decimal("1.0"))`),
    ],
  ],
  [
    'one of the ways of another one',
    "policy 'p0' permits nothing that 'p1' does not",
    [refundPermit(`${GROUP} && ${A}`), refundPermit(`(${B} || ${A}) && ${GROUP}`)],
    [refundPermit(`${GROUP} && ${A}`), refundPermit(`(${B} || ${C}) && ${GROUP}`)],
  ],
  [
    'one person of all that have a token',
    "policy 'p0' permits nothing that 'p1' does not",
    [refundPermit(A!).replace('is AgentCore::OAuthUser', '== AgentCore::OAuthUser::"x"'), refundPermit(A!)],
    [
      refundPermit(A!).replace('is AgentCore::OAuthUser', '== AgentCore::OAuthUser::"x"'),
      refundPermit(A!).replace('is AgentCore::OAuthUser', '== AgentCore::OAuthUser::"y"'),
    ],
  ],
  [
    'a guard of what is required',
    "policy 'p0' permits nothing that 'p1' does not",
    [
      refundPermit(`${GROUP} && (if context.input has orderId then ${A} else true)`),
      refundPermit(`${GROUP} && (${A} || ${B})`),
    ],
    [
      refundPermit(`${GROUP} && (if context.input has count then ${A} else true)`),
      refundPermit(`${GROUP} && (${A} || ${B})`),
    ],
  ],
  [
    'what a forbid leaves of it',
    "policy 'p0' permits nothing that 'p1' does not",
    [refundPermit(GROUP), refundPermit(`${A} || ${B}`), forbid(A!)],
    [refundPermit(GROUP), refundPermit(`${A} || ${B}`), forbid(C!)],
  ],
  [
    'a forbid of less',
    "policy 'p1' forbids nothing that 'p2' does not",
    [refundPermit(GROUP), forbid(A!), forbid(`${A} && context.system.now < datetime("2030-01-01")`)],
    [refundPermit(GROUP), forbid(A!), forbid('context.system.now < datetime("2030-01-01")')],
  ],
  [
    'a policy of which another one repeats a way',
    "policy 'p1' has an alternative that 'p0' covers: caller is 'b'",
    [refundPermit(user('a', 'b')), refundPermit(user('b', 'c'))],
    [refundPermit(user('a', 'b')), refundPermit(user('c', 'd'))],
  ],
])('superfluous: %s', (_what, message, superfluous, needed) => {
  expect(messages(...superfluous)).toEqual([`warning: ${message}`]);
  expect(messages(...needed)).toEqual([]);
});

test('a forbid that fails for some calls is skipped for them, so it does not narrow a permit', () => {
  const permits = [refundPermit(GROUP), refundPermit(`${A} || ${B}`)];
  const count = 'context.input has count && context.input.count';

  expect(messages(...permits, forbid(`${count} > 0 && ${A}`))).toHaveLength(1);
  expect(messages(...permits, forbid(`${count} + 1 > 0 && ${A}`))).toEqual([]);
});

test('a policy about several tools is superfluous when it is for each of them', () => {
  const other = 'principal.hasTag("h") && principal.getTag("h") == "b"';

  expect(messages(refundPermit(other), ofAll(GROUP))).toEqual([
    "warning: policy 'p2' permits nothing that 'p1' does not",
  ]);
  expect(messages(refundPermit(GROUP), ofAll(`${GROUP} && ${other}`))).toEqual([
    "warning: policy 'p1' permits nothing that 'p0' does not",
  ]);
  expect(messages(refundPermit(other), ofAll(`${GROUP} && ${other}`))).toEqual([
    "warning: policy 'p1' permits nothing that 'p0' does not",
  ]);
  expect(messages(refundPermit(GROUP), ofAll(other))).toEqual([]);
});

test('of three that cover each other one stays', () => {
  const both = ofAll(GROUP);
  const refund = refundPermit(GROUP);

  // The last one is about the list tool.
  expect(messages(both, refund)).toEqual([
    "warning: policy 'p1' permits nothing that 'p0' does not",
    "warning: policy 'p2' permits nothing that 'p0' does not",
  ]);
  expect(messages(refund, both)).toEqual([
    "warning: policy 'p0' permits nothing that 'p1' does not",
    "warning: policy 'p2' permits nothing that 'p1' does not",
  ]);
});

test('a permit of a file is held against those of the tool, one by one', () => {
  const refund = new ToolPolicy(REFUND_TOOL);
  refund.permit(Caller.agent('c', 'a'), [ToolArgument.named('amount').atMost(5)]);
  refund.permit(Caller.group('staff'), [ToolArgument.named('amount').atMost(50)]);
  const { text } = refund.renderPermit(GATEWAY)!;
  const staff = new ToolPolicy(REFUND_TOOL);
  staff.permit(Caller.group('staff'));
  const file = staff.renderPermit(GATEWAY)!.text;
  const [finding] = found(text, file);

  expect(finding).toMatchObject({ policyId: 'p0', because: [{ policyId: 'p1' }] });
  expect(finding!.message).toBe(
    "policy 'p0' has an alternative that 'p1' covers: claim 'cognito:groups' lists 'staff' and amount 0 to 50",
  );
  expect(found(text, file.replace('staff', 'leads'))).toEqual([]);
});

test('of more policies than are held against each other only equal ones are found', () => {
  const many = Array.from({ length: 101 }, (_, index) =>
    refundPermit(`${GROUP} && context.input.orderId == "x${index}"`),
  );
  const other = refundPermit(`context.input.orderId == "x1" && ${GROUP}`);

  expect(messages(...many.slice(0, 50), other)).toHaveLength(1);
  expect(messages(...many, other)).toEqual([]);
  expect(messages(...many, many[1]!)).toEqual(["warning: policy 'p101' says the same as 'p1'"]);
});

test('without all that is called superfluous every call is decided alike, and of a tool that is called unreachable none is allowed', () => {
  const atom = fc.constantFrom(
    `${A}`,
    'context.input.count < 2',
    'context.input.count >= 1',
    'context.input has express',
    'principal.hasTag("g")',
    // Fails for 2.
    'context.input.count + 9223372036854775806 > 0',
  );
  const literal = fc
    .tuple(atom, fc.integer({ min: 0, max: 3 }))
    .map(([text, pick]) => (pick === 0 ? `!(${text})` : text));
  const condition = fc.oneof(
    literal,
    fc
      .tuple(literal, fc.constantFrom('&&', '||'), literal, fc.integer({ min: 0, max: 3 }))
      .map(([a, operator, b, pick]) => `${pick === 0 ? '!' : ''}(${a} ${operator} ${b})`),
    literal.map((a) => `(if context.input has express then ${a} else true)`),
  );
  const any = fc.boolean();
  const written = fc.record({ effect: fc.constantFrom('permit', 'permit', 'forbid'), oneUser: any, everyTool: any });
  const policy = (
    text: string,
    { effect, oneUser, everyTool }: { effect: string; oneUser: boolean; everyTool: boolean },
  ) => {
    const all = refundPermit(text).replace('permit', effect);
    const some = oneUser ? all.replace('is AgentCore::OAuthUser', '== AgentCore::OAuthUser::"u"') : all;
    return everyTool ? some.replace(/action == .*,/, 'action,') : some;
  };
  // Two of them say something of each other; the third one may come between.
  const three = fc
    .tuple(condition, literal, fc.constantFrom('&&', '||'), condition, written, written, written, any)
    .map(([base, more, operator, other, a, b, c, swapped]) => {
      const related = [policy(base, a), policy(`${more} ${operator} (${base})`, { ...b, effect: a.effect })];
      return [...(swapped ? related.reverse() : related), policy(other, c)];
    });
  const inputSchema = { ...TOOLS[0]!.inputSchema, required: ['orderId', 'amount', 'count'] };
  const tools = TOOLS.map((tool) => ({ ...tool, inputSchema }));
  const calls = ['a', 'b', 'c'].flatMap((orderId) =>
    [0, 1, 2].flatMap((count) => [{ express: true }, {}].map((more) => ({ orderId, count, amount: 1, ...more }))),
  );
  const callers = ['u', 'v'].flatMap((sub) => [oauthPrincipal({ sub })!, oauthPrincipal({ sub, g: 'x' })!]);
  const decisions = (policies: readonly { id: string; text: string }[]) => {
    const model = new AuthorizationModel({ gatewayArn: GATEWAY, tools, policies });
    return callers.flatMap((principal) =>
      tools.flatMap(({ name }) =>
        calls.map((each) => {
          const { tool, decision } = model.decide({ principal, tool: name, arguments: each, now: new Date(0) });
          return [tool, decision] as const;
        }),
      ),
    );
  };
  let [said, denied] = [0, 0];

  fc.assert(
    fc.property(three, (texts) => {
      const policies = texts.map((text, index) => ({ id: `p${index}`, text }));
      const input = { gatewayArn: GATEWAY, tools, policies, callers: [], today: '2026-11-24' };
      const all = analyzePolicies(input);
      const superfluous = all
        .filter(({ kind, message }) => kind === 'duplicate' && !message.includes('alternative'))
        .map(({ policyId }) => policyId);
      const unreachable = all.filter(({ kind }) => kind === 'tool-unreachable').map(({ tool }) => tool);
      if (superfluous.length + unreachable.length === 0) return;
      const now = decisions(policies);
      denied += unreachable.length;
      expect(now.filter(([tool, decision]) => unreachable.includes(tool) && decision === 'allow')).toEqual([]);
      if (superfluous.length === 0) return;
      said++;
      expect(decisions(policies.filter(({ id }) => !superfluous.includes(id)))).toEqual(now);
    }),
    { numRuns: 40 },
  );

  expect(said).toBeGreaterThan(10);
  expect(denied).toBeGreaterThan(5);
});
