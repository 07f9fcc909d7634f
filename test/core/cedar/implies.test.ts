import fc from 'fast-check';
import { Caller, ToolArgument, type ToolCondition, ToolPolicy } from '../../../lib/authorization';
import { accessChanges, accessChangesText } from '../../../lib/core/cedar/access-difference';
import { accessMap } from '../../../lib/core/cedar/access-map';
import { AuthorizationModel } from '../../../lib/core/cedar/authorization-model';
import { parsePolicy } from '../../../lib/core/cedar/engine';
import { type CedarExpression, conditionOf } from '../../../lib/core/cedar/expression';
import { implies } from '../../../lib/core/cedar/implies';
import { oauthPrincipal } from '../../../lib/core/cedar/request';
import { REFUND_TOOL } from '../../authorization/support';
import { GATEWAY, refundPermit, TOOLS } from './fixture';

const arg = ToolArgument.named;
const parsed = (text: string): CedarExpression => conditionOf(parsePolicy(refundPermit(text)).json!);
const both = (a: string, b: string) => [implies(parsed(a), parsed(b), true), implies(parsed(b), parsed(a), true)];
const [COUNT, AMOUNT, ID] = ['context.input.count', 'context.input.amount', 'context.input.orderId'];
const NOW = 'context.system.now';

test.each<[string, string, string]>([
  ['a part more', `${ID} == "a" && ${COUNT} > 1`, `${ID} == "a"`],
  ['an alternative less', `${ID} == "a"`, `${ID} == "a" || ${ID} == "b"`],
  ['a smaller integer', `${COUNT} <= 5`, `${COUNT} <= 6`],
  ['an end that is not included', `${COUNT} < 5`, `${COUNT} <= 5`],
  ['a larger integer, the other way round', `!(${COUNT} < 5)`, `${COUNT} > 4`],
  ['a smaller decimal', `${AMOUNT}.lessThan(decimal("9.5"))`, `${AMOUNT}.lessThan(decimal("10.0"))`],
  [
    'a decimal beyond the precision of a double',
    `${AMOUNT}.lessThan(decimal("900000000000000.0001"))`,
    `${AMOUNT}.lessThan(decimal("900000000000000.0002"))`,
  ],
  ['an earlier time', `${NOW} < datetime("2027-01-01")`, `${NOW} < datetime("2027-01-01T00:00:00.001Z")`],
  ['a shorter day', `${NOW}.toTime() < duration("17h")`, `${NOW}.toTime() < duration("1021m")`],
  ['a value of several', `${ID} == "a"`, `["a", "b"].contains(${ID})`],
  ['fewer values', `["b", "a"].contains(${ID})`, `["a", "b", "c"].contains(${ID})`],
  ['a value within bounds', `${COUNT} == 3`, `${COUNT} >= 1 && ${COUNT} <= 3`],
  [
    'fewer elements that may be there',
    `["a"].containsAll(context.input.tags)`,
    `["a", "b"].containsAll(context.input.tags)`,
  ],
  [
    'more elements that have to be there',
    `context.input.tags.containsAll(["a", "b"])`,
    `context.input.tags.containsAll(["a"])`,
  ],
  [
    'fewer elements of which one has to be there',
    `context.input.tags.containsAny(["a"])`,
    `context.input.tags.containsAny(["a", "b"])`,
  ],
  ['what leaves less', `!(["a", "b"].contains(${ID}))`, `!(${ID} == "a")`],
  ['never', 'false', `${ID} == "a"`],
  [
    'parts in another place',
    `(${ID} == "a" || ${ID} == "b") && ${COUNT} < 2`,
    `${COUNT} < 3 && (${ID} == "b" || ${ID} == "a")`,
  ],
])('narrower: %s', (_what, narrow, wide) => {
  expect(both(narrow, wide)).toEqual([true, false]);
});

test.each<[string, string, string]>([
  ['bounds of two arguments', `${COUNT} < 5`, `context.input.number < 6`],
  ['bounds on two sides', `${COUNT} < 5`, `${COUNT} > 1`],
  ['a text and a number', `${ID} == "5"`, `${COUNT} < 6`],
  ['two values', `${ID} == "a"`, `${ID} == "b"`],
  ['a test and its opposite', `${COUNT} < 5`, `!(${COUNT} < 5)`],
  ['two patterns', `${ID} like "a*"`, `${ID} like "*a"`],
  ['a time with an offset', `${NOW} < datetime("2027-01-01T00:00:00+0100")`, `${NOW} < datetime("2027-01-01")`],
])('undecided: %s', (_what, a, b) => {
  expect(both(a, b)).toEqual([false, false]);
});

test('an alternative before another one counts only where it cannot fail', () => {
  const [old, now] = [parsed(`${ID} == "a"`), parsed(`${COUNT} + ${COUNT} > 5 || ${ID} == "a"`)];

  expect(implies(old, now, true)).toBe(true);
  expect(implies(old, now, false)).toBe(false);
});

test('large conditions end in bounded time', () => {
  const chain = (operator: string, test: (index: number) => string) =>
    parsed(Array.from({ length: 60 }, (_, index) => test(index)).join(` ${operator} `));
  const many = chain('&&', (i) => `(${COUNT} == ${i} || ${ID} == "${i}")`);
  const others = chain('||', (i) => `(${COUNT} < -${i} && ${ID} == "x")`);
  const started = Date.now();

  expect(implies(many, others, true)).toBe(false);
  expect(Date.now() - started).toBeLessThan(5_000);
});

test('what is said to be narrower allows no call that the other denies', () => {
  const atom = fc.oneof(
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>=', '=='), fc.integer({ min: 0, max: 3 }))
      .map(([operator, n]) => `${COUNT} ${operator} ${n}`),
    fc
      .subarray(['a', 'b', 'c'], { minLength: 1 })
      .map((values) => `[${values.map((v) => `"${v}"`).join(', ')}].contains(${ID})`),
    fc.constantFrom('a', 'b').map((value) => `${ID} == "${value}"`),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      atom,
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      tie('condition').map((a) => `!(${a})`),
    ),
  }));
  const calls = [0, 1, 2, 3].flatMap((count) => ['a', 'b', 'c'].map((orderId) => ({ orderId, amount: 1, count })));
  const required = TOOLS.map((tool) => ({
    ...tool,
    inputSchema: { ...tool.inputSchema, required: ['orderId', 'amount', 'count'] },
  }));
  const allowed = (text: string) => {
    const model = new AuthorizationModel({
      gatewayArn: GATEWAY,
      tools: [required[0]!],
      policies: [{ id: 'p', text: refundPermit(text) }],
    });
    const principal = oauthPrincipal({ sub: 'x' })!;
    return calls.map(
      (call) =>
        model.decide({ principal, tool: 'order-refund', arguments: call, now: new Date(0) }).decision === 'allow',
    );
  };
  let said = 0;

  fc.assert(
    fc.property(condition, condition, (a, b) => {
      if (!implies(parsed(a), parsed(b), true)) return;
      said++;
      const [narrow, wide] = [allowed(a), allowed(b)];
      expect(narrow.every((allows, index) => !allows || wide[index])).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(said).toBeGreaterThan(20);
});

describe('changes of access', () => {
  const mapOf = (policies: readonly { id: string; text: string }[]) =>
    accessMap({ gatewayArn: GATEWAY, tools: [REFUND_TOOL], policies, callers: [] });
  const mapWith = (build: (policy: ToolPolicy) => void) => {
    const policy = new ToolPolicy(REFUND_TOOL);
    build(policy);
    const texts = [policy.renderPermit(GATEWAY), policy.renderForbid(GATEWAY)];
    return mapOf(
      texts.flatMap((statement, index) => (statement === undefined ? [] : [{ id: `p${index}`, text: statement.text }])),
    );
  };
  const effects = (from: (policy: ToolPolicy) => void, to: (policy: ToolPolicy) => void) => {
    const [old, now] = [mapWith(from), mapWith(to)];
    return [accessChanges(old, now), accessChanges(now, old)].map((changes) =>
      changes.map(({ effect, widens }) => `${effect}${widens ? '!' : ''}`),
    );
  };
  const staff = Caller.group('staff');
  const permit =
    (...when: ToolCondition[]) =>
    (policy: ToolPolicy) =>
      policy.permit(staff, when);
  const demand =
    (...when: ToolCondition[]) =>
    (policy: ToolPolicy) => {
      permit()(policy);
      policy.forbidUnless(staff, when);
    };

  test.each<[string, (policy: ToolPolicy) => void, (policy: ToolPolicy) => void]>([
    ['a lower limit', permit(arg('amount').atMost(900)), permit(arg('amount').atMost(500))],
    ['one more condition', permit(), permit(arg('orderId').equalTo('a'))],
    ['fewer values', permit(arg('orderId').oneOf(['a', 'b'])), permit(arg('orderId').equalTo('b'))],
    ['a caller less', (policy) => [staff, Caller.user('u')].map((who) => policy.permit(who)), permit()],
    ['a permit less', permit(), () => undefined],
    ['a forbid more', permit(), demand(arg('amount').atMost(5))],
    ['a forbid that leaves less', demand(arg('amount').atMost(500)), demand(arg('amount').atMost(5))],
  ])('%s is narrower, and the way back is wider', (_what, old, now) => {
    const [forth, back] = effects(old, now);

    expect(new Set(forth)).toEqual(new Set(['narrower']));
    expect(new Set(back)).toEqual(new Set(['wider!']));
  });

  test('what is neither is changed, and what means the same is no change', () => {
    expect(effects(permit(arg('orderId').oneOf(['a', 'b'])), permit(arg('orderId').oneOf(['b', 'c'])))).toEqual([
      ['changed!'],
      ['changed!'],
    ]);
    expect(effects(permit(arg('orderId').oneOf(['a', 'b'])), permit(arg('orderId').oneOf(['b', 'a'])))).toEqual([
      [],
      [],
    ]);
  });

  test('integers that JavaScript rounds are compared by the text of their policy', () => {
    const map = (limit: string) =>
      mapOf([{ id: 'p', text: refundPermit(`context.input has count && ${COUNT} < ${limit}`) }]);
    const effect = (old: string, now: string) => accessChanges(map(old), map(now)).map((change) => change.effect);

    expect(effect('9007199254740993', '9007199254740992')).toEqual(['changed']);
    expect(effect('9007199254740993', '9007199254740993')).toEqual([]);
    expect(effect('9007199254740991', '9007199254740990')).toEqual(['narrower']);
  });

  test('a policy that can fail decides nothing', () => {
    const guarded = 'context.input has count && context.input.count > 1';
    const forbid = (condition: string) =>
      mapOf([
        { id: 'all', text: refundPermit('principal.hasTag("sub")') },
        {
          id: 'p',
          text: refundPermit('true')
            .replace('permit', 'forbid')
            .replace(/when \{[\s\S]*\}/, `unless { ${condition} }`),
        },
      ]);
    const [old, now] = [forbid('context.input has count && context.input.count > 0'), forbid(guarded)];

    expect(accessChangesText(accessChanges(old, now)).split('\n')[0]).toBe(
      'order-refund___order-refund, every caller: narrower',
    );
    expect(accessChangesText(accessChanges(old, forbid('context.input.count > 1'))).split('\n')[0]).toBe(
      'order-refund___order-refund, every caller: changed',
    );
  });
});
