import { Lazy } from 'aws-cdk-lib';
import { type PolicyTool, ToolArgument, ToolCondition } from '../../lib/authorization';
import { decideOn, policyOf, problemsOf, REFUND_TOOL } from './support';

const arg = ToolArgument.named;

/** Each condition with arguments that meet it and arguments that do not: either one alone would prove nothing. */
test.each<[string, ToolCondition, object, object]>([
  ['at most: the limit itself', arg('amount').atMost(500), { amount: 500 }, { amount: 500.01 }],
  ['at most: no negative numbers', arg('amount').atMost(500), { amount: 0 }, { amount: -1_000_000 }],
  ['at least', arg('amount').atLeast(10), { amount: 10 }, { amount: 9.9999 }],
  ['between: the lower limit', arg('amount').between(-5, 5), { amount: -5 }, { amount: -5.0001 }],
  ['between: the upper limit', arg('amount').between(-5, 5), { amount: 5 }, { amount: 5.0001 }],
  ['an integer: the upper limit', arg('count').between(1, 3), { count: 3 }, { count: 4 }],
  ['an integer: the lower limit', arg('count').between(1, 3), { count: 1 }, { count: 0 }],
  ['an optional argument: absent is not met', arg('count').atMost(3), { count: 3 }, {}],
  ['a number exactly', arg('amount').equalToNumber(12.5), { amount: 12.5 }, { amount: 12.51 }],
  ['one of numbers', arg('count').oneOfNumbers([1, 3]), { count: 3 }, { count: 2 }],
  ['text exactly', arg('orderId').equalTo('A1'), { orderId: 'A1' }, { orderId: 'a1' }],
  ['one of texts', arg('orderId').oneOf(['A1', 'A2']), { orderId: 'A2' }, { orderId: 'A2\nX' }],
  ['a start of text', arg('orderId').startsWith('eu-'), { orderId: 'eu-1' }, { orderId: 'us-eu-1' }],
  ['a start with a star is no wildcard', arg('orderId').startsWith('a*'), { orderId: 'a*b' }, { orderId: 'ab*' }],
  ['true', arg('express').isTrue(), { express: true }, { express: false }],
  ['false', arg('express').isFalse(), { express: false }, { express: true }],
  ['false: absent is not met', arg('express').isFalse(), { express: false }, {}],
  ['a claim', arg('orderId').equalToClaim('client_id'), { orderId: 'client-1' }, { orderId: 'client-2' }],
  ['nothing but', arg('tags').onlyOf(['a', 'b']), { tags: ['a'] }, { tags: ['a', 'c'] }],
  ['all of', arg('tags').containsAll(['a', 'b']), { tags: ['b', 'a', 'c'] }, { tags: ['a'] }],
  ['any of', arg('tags').containsAny(['a', 'b']), { tags: ['b', 'c'] }, { tags: ['c'] }],
  ['an empty list', arg('tags').isEmpty(), { tags: [] }, { tags: ['a'] }],
  ['a list with something in it', arg('tags').isNotEmpty(), { tags: ['a'] }, { tags: [] }],
  ['given', arg('count').isGiven(), { count: 0 }, {}],
  ['absent', arg('count').isAbsent(), {}, { count: 0 }],
  [
    'a property',
    arg('address').property('city').equalTo('Bern'),
    { address: { city: 'Bern' } },
    { address: { city: 'Rome' } },
  ],
  [
    'a property of an absent object',
    arg('address').property('city').equalTo('Bern'),
    { address: { city: 'Bern' } },
    {},
  ],
  [
    'an optional property',
    arg('address').property('zip').atMost(9),
    { address: { city: 'x', zip: 9 } },
    { address: { city: 'x' } },
  ],
  [
    'all of conditions',
    ToolCondition.allOf(arg('amount').atMost(5), arg('orderId').equalTo('A1')),
    { amount: 5 },
    { amount: 6 },
  ],
  [
    'any of conditions: absent or small',
    ToolCondition.anyOf(arg('count').isAbsent(), arg('count').atMost(3)),
    {},
    { count: 4 },
  ],
  [
    'any of conditions: the other arm',
    ToolCondition.anyOf(arg('amount').atMost(1), arg('count').atMost(3)),
    { amount: 9, count: 3 },
    { amount: 9 },
  ],
])('%s', (_what, condition, met, unmet) => {
  expect([decideOn(policyOf([condition]), met), decideOn(policyOf([condition]), unmet)]).toEqual(['allow', 'deny']);
});

test.each<[string, ToolCondition, string, string]>([
  ['at the first instant', ToolCondition.notBefore('2026-12-01'), '2026-12-01T00:00:00Z', '2026-11-30T23:59:59Z'],
  ['until an instant', ToolCondition.before('2026-12-01T08:00:00Z'), '2026-12-01T07:59:59Z', '2026-12-01T08:00:00Z'],
  ['by day', ToolCondition.dailyBetween('08:30', '17:00'), '2026-01-05T08:30:00Z', '2026-01-05T17:00:00Z'],
  ['over midnight, late', ToolCondition.dailyBetween('22:00', '06:00'), '2026-01-05T23:00:00Z', '2026-01-05T21:59:59Z'],
  [
    'over midnight, early',
    ToolCondition.dailyBetween('22:00', '06:00'),
    '2026-01-05T05:59:59Z',
    '2026-01-05T06:00:00Z',
  ],
])('time window: %s', (_what, condition, inside, outside) => {
  const at = (time: string) => decideOn(policyOf([condition]), {}, undefined, new Date(time));

  expect([at(inside), at(outside)]).toEqual(['allow', 'deny']);
});

test.each<[string, ToolCondition, string, string, string]>([
  [
    'a number for text',
    arg('orderId').atMost(5),
    'CONDITION_TYPE',
    "argument 'orderId' is text, but the condition needs an integer or a number",
    '',
  ],
  [
    'text for a number',
    arg('amount').equalTo('5'),
    'CONDITION_TYPE',
    "argument 'amount' is a number, but the condition needs text",
    '',
  ],
  ['a number in disguise', arg('orderId').oneOf([5 as unknown as string]), 'CONDITION_TYPE', 'needs text, got 5', ''],
  [
    'an unknown argument',
    arg('amuont').atMost(5),
    'TOOL_ARGUMENT_UNKNOWN',
    "there is no argument 'amuont'",
    "Did you mean 'amount'?",
  ],
  [
    'an argument like nothing',
    arg('xyzzy').atMost(5),
    'TOOL_ARGUMENT_UNKNOWN',
    "'xyzzy'",
    "It has 'orderId', 'amount'",
  ],
  ['a property of Object', arg('constructor').equalTo('x'), 'TOOL_ARGUMENT_UNKNOWN', "'constructor'", ''],
  [
    'an unknown property',
    arg('address').property('ctiy').equalTo('x'),
    'TOOL_ARGUMENT_UNKNOWN',
    "'address.ctiy'",
    "Did you mean 'address.city'?",
  ],
  ['a fraction for an integer', arg('count').atMost(1.5), 'CONDITION_VALUE', 'an integer of at most 2^53, got 1.5', ''],
  [
    'five decimal places',
    arg('amount').atMost(0.00001),
    'CONDITION_VALUE',
    'at most 4 decimal places, got 0.00001',
    '',
  ],
  ['no values', arg('orderId').oneOf([]), 'CONDITION_VALUE', 'lists no values', ''],
  [
    'a value known when deployed',
    arg('orderId').equalTo(Lazy.string({ produce: () => 'x' })),
    'CONDITION_VALUE',
    'known only when deployed',
    '',
  ],
  [
    'a number known when deployed',
    arg('amount').atMost(Lazy.number({ produce: () => 5 })),
    'CONDITION_VALUE',
    'known only when deployed',
    '',
  ],
  ['half a surrogate pair', arg('orderId').equalTo('\ud800'), 'CONDITION_TYPE', 'needs text', ''],
  ['the absence of what is required', arg('amount').isAbsent(), 'CONDITION_TYPE', "'amount' is required", ''],
  ['a list of text for text', arg('orderId').containsAny(['x']), 'CONDITION_TYPE', "argument 'orderId' is text", ''],
])('%s is a problem of the tool', (_what, condition, code, message, fix) => {
  const [problem, ...others] = problemsOf([condition]);

  expect(others).toEqual([]);
  expect(problem).toContain(`[${code}] (at Orders/Gateway/order-refund)`);
  expect(problem).toContain("tool 'order-refund'");
  expect(problem).toContain(message);
  expect(problem).toContain(fix);
});

test('all problems of a permit are reported together', () => {
  const problems = problemsOf([
    ToolCondition.anyOf(arg('amuont').atMost(5), arg('orderId').atMost(1)),
    arg('count').atMost(0.5),
  ]);

  expect(problems.map((text) => /\[([A-Z_]+)\]/.exec(text)![1])).toEqual([
    'TOOL_ARGUMENT_UNKNOWN',
    'CONDITION_TYPE',
    'CONDITION_VALUE',
  ]);
});

test('a statement with a problem permits nothing', () => {
  const { text } = policyOf([ToolCondition.anyOf(arg('amuont').atMost(5), arg('count').isAbsent())]).renderPermit(
    'arn',
  )!;

  expect(text).toMatch(/when \{\n {2}false\n\};$/);
});

test.each<[string, () => unknown, string]>([
  ['a negative limit for atMost', () => arg('amount').atMost(-1), 'atMost admits 0 to the limit, got -1'],
  [
    'limits the wrong way round',
    () => arg('amount').between(5, 1),
    'the lower limit is above the upper one, got [5,1]',
  ],
  ['a start of nothing', () => arg('orderId').startsWith(''), 'every text starts with ""'],
  ['no conditions in allOf', () => ToolCondition.allOf(), 'allOf has no conditions'],
  ['no conditions in anyOf', () => ToolCondition.anyOf(), 'anyOf has no conditions'],
  ['a day that does not exist', () => ToolCondition.before('2026-02-30'), 'got "2026-02-30"'],
  ['a local time', () => ToolCondition.before('2026-02-20T10:00:00+01:00'), 'a time is not understood'],
  ['an hour that does not exist', () => ToolCondition.dailyBetween('24:00', '06:00'), 'got "24:00"'],
  ['an empty window', () => ToolCondition.dailyBetween('06:00', '06:00'), 'got "06:00 to 06:00"'],
])('%s throws at once', (_what, make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'CONDITION_VALUE', message: expect.stringContaining(message) }));
});

describe('a list of numbers', () => {
  const tool: PolicyTool = {
    ...REFUND_TOOL,
    inputSchema: {
      type: 'object',
      properties: {
        ...REFUND_TOOL.inputSchema.properties,
        lots: { type: 'array', items: { type: 'integer' } },
        rates: { type: 'array', items: { type: 'number' } },
      },
      required: ['orderId', 'amount'],
    },
  };

  test.each<[string, ToolCondition, object, object]>([
    ['nothing but', arg('lots').onlyOfNumbers([1, 2]), { lots: [2] }, { lots: [2, 3] }],
    ['all of', arg('lots').containsAllNumbers([1, 2]), { lots: [2, 1, 3] }, { lots: [1] }],
    ['any of', arg('rates').containsAnyNumber([0.5, 1]), { rates: [1, 7] }, { rates: [0.25] }],
    ['absent', arg('rates').onlyOfNumbers([0.5]), { rates: [0.5] }, {}],
  ])('%s', (_what, condition, good, bad) => {
    const policy = policyOf([condition], undefined, tool);

    expect([decideOn(policy, good), decideOn(policy, bad)]).toEqual(['allow', 'deny']);
  });

  test.each([
    [arg('tags').onlyOfNumbers([1]), "argument 'tags' is a list of string, but the condition needs a list of numbers"],
    [arg('lots').onlyOf(['1']), "argument 'lots' is a list of integer, but the condition needs a list of text"],
    [arg('lots').containsAnyNumber([1.5]), 'an integer of at most 2^53'],
    [arg('rates').containsAllNumbers([0.00001]), 'at most 4 decimal places'],
  ])('of another kind is a problem', (condition, message) => {
    expect(problemsOf([condition], undefined, tool)[0]).toContain(message);
  });
});
