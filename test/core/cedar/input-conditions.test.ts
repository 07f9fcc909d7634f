import * as fc from 'fast-check';
import { validatePolicies } from '../../../lib/core/cedar/engine';
import { type EnforcementLine, inputConditions, runtimeInputSchema } from '../../../lib/core/cedar/input-conditions';
import { PolicySet } from '../../../lib/core/cedar/policy-set';
import { oauthPrincipal, toolCallRequest } from '../../../lib/core/cedar/request';
import { schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import { parseToolSchema } from '../../../lib/core/schema/parse-tool-schema';
import { type InputSchema, inputViolations } from '../../../lib/protocol/input-validation';
import { GATEWAY } from './fixture';

const RICH = {
  type: 'object',
  properties: {
    region: { type: 'string', enum: ['eu', 'us'] },
    kind: { type: 'string', const: 'refund' },
    reason: { type: 'string', minLength: 1, maxLength: 5, pattern: '^[a-z]*$' },
    order: { type: 'string', pattern: '^o-' },
    email: { type: 'string', format: 'email' },
    amount: { type: 'number', minimum: 0.5, exclusiveMaximum: 2, multipleOf: 0.01 },
    count: { type: 'integer', exclusiveMinimum: 0, maximum: 3 },
    tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, minItems: 1, maxItems: 2, uniqueItems: true },
    sizes: { type: 'array', items: { type: 'string', pattern: '^(?:s|m)$' } },
    paths: { type: 'array', items: { type: 'string', pattern: '^/' } },
    lines: {
      type: 'array',
      items: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] },
    },
    address: { type: 'object', properties: { zip: { type: 'integer', enum: [1, 2] } }, additionalProperties: false },
  },
  required: ['region', 'amount'],
};

function parsed(json: unknown) {
  const { schema, constraints, problems } = parseToolSchema(json, 'rich.json');
  if (schema === undefined) throw new Error(JSON.stringify(problems));
  return { schema, constraints };
}

function decision(json: unknown, args: unknown): string {
  return decisions(json, [args])[0]!;
}

/** What a permit that demands nothing but what the schema says decides about calls with these arguments. */
function decisions(json: unknown, calls: readonly unknown[]): string[] {
  const { schema, constraints } = parsed(json);
  const tool = { target: 't', name: 't', inputSchema: schema };
  const conditions = ['principal.hasTag("sub")', ...inputConditions(schema, constraints).conditions];
  const text = `permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"t___t", resource) when { ${conditions.join(' && ')} };`;
  const cedarSchema = schemaFromTools([tool]);
  expect(validatePolicies([{ id: 'p', text }], cedarSchema)).toEqual([]);
  const fixed = {
    principal: oauthPrincipal({ sub: 'u' })!,
    gatewayArn: GATEWAY,
    qualifiedName: 't___t',
    now: new Date(),
  };
  const policies = new PolicySet([{ id: 'p', text }], cedarSchema);
  return calls.map((args) => {
    const request = toolCallRequest({ ...fixed, inputSchema: schema, arguments: args });
    return request.ok ? policies.decide(request.request).decision : 'refused';
  });
}

test('every line of the author is enforced by the policy or by the runtime, and the report says which', () => {
  const { schema, constraints } = parsed(RICH);
  const { report } = inputConditions(schema, constraints);

  expect(report.map(({ argument, keyword, enforcedBy }) => `${argument} ${keyword}: ${enforcedBy}`)).toEqual([
    'region enum: policy',
    'kind const: policy',
    'reason minLength: policy',
    'reason maxLength: runtime',
    'reason pattern: runtime',
    'order pattern: policy',
    'email format: runtime',
    'amount minimum: policy',
    'amount exclusiveMaximum: policy',
    'amount multipleOf: runtime',
    'count exclusiveMinimum: policy',
    'count maximum: policy',
    'tags minItems: policy',
    'tags maxItems: runtime',
    'tags uniqueItems: runtime',
    'tags[] enum: policy',
    'sizes[] pattern: policy',
    'paths[] pattern: runtime',
    'lines[].n minimum: runtime',
    'address additionalProperties: runtime',
    'address.zip enum: policy',
  ]);
});

test('the gateway gets the reduced schema', () => {
  const { schema } = parsed(RICH);

  expect(schema.properties!.amount).toEqual({ type: 'number' });
  expect(JSON.stringify(schema)).not.toMatch(/enum|minimum|pattern|additionalProperties/);
});

test.each<[string, object, object]>([
  ['a value of the list', { region: 'us' }, { region: 'US' }],
  ['a constant', { kind: 'refund' }, { kind: 'order' }],
  ['no empty text', { reason: 'x' }, { reason: '' }],
  ['a pattern that is a comparison', { order: 'o-1' }, { order: 'x-o-1' }],
  ['a pattern of every item of a list', { sizes: ['s', 'm'] }, { sizes: ['s', 'l'] }],
  ['a lower bound', { amount: 0.5 }, { amount: 0.4999 }],
  ['an upper bound that is not included', { amount: 1.9999 }, { amount: 2 }],
  ['a lower bound that is not included', { count: 1 }, { count: 0 }],
  ['an upper bound', { count: 3 }, { count: 4 }],
  ['no empty list', { tags: ['a'] }, { tags: [] }],
  ['every item of the list', { tags: ['a', 'b'] }, { tags: ['a', 'c'] }],
  ['a nested value', { address: { zip: 2 } }, { address: { zip: 3 } }],
  ['a nested value that is absent', { address: {} }, { address: { zip: 0 } }],
])('policy: %s', (_what, met, unmet) => {
  const base = { region: 'eu', amount: 1 };

  expect([decision(RICH, { ...base, ...met }), decision(RICH, { ...base, ...unmet })]).toEqual(['allow', 'deny']);
});

test.each<[string, object, object, string]>([
  ['length', { reason: 'abcde' }, { reason: 'abcdef' }, 'reason must have at most 5 characters'],
  [
    'length in characters, not UTF-16 units',
    { reason: 'abcde' },
    { reason: '😀😀😀😀😀' },
    'reason must match ^[a-z]*$',
  ],
  ['pattern', { reason: 'abc' }, { reason: 'a1' }, 'reason must match ^[a-z]*$'],
  ['pattern of items that sets cannot say', { paths: ['/a'] }, { paths: ['/a', 'b'] }, 'paths[1] must match ^/'],
  ['format', { email: 'a@b.example' }, { email: 'a@b' }, 'email must have the format email'],
  ['multiple, in decimal', { amount: 0.57 }, { amount: 0.575 }, 'amount must be a multiple of 0.01'],
  ['number of items', { tags: ['a', 'b'] }, { tags: ['a', 'b', 'a'] }, 'tags must have at most 2 items'],
  ['items twice', { tags: ['a', 'b'] }, { tags: ['a', 'a'] }, 'tags must not have the same item twice'],
  ['items of items', { lines: [{ n: 1 }] }, { lines: [{ n: 1 }, { n: 0 }] }, 'lines[1].n must be at least 1'],
  [
    'properties nobody declared',
    { address: { zip: 1 } },
    { address: { zip: 1, admin: true } },
    'address.admin is not an argument',
  ],
])('runtime: %s', (_what, met, unmet, message) => {
  const { schema, constraints } = parsed(RICH);
  const reduced = JSON.parse(runtimeInputSchema(schema, constraints).json!) as InputSchema;
  const violations = (args: object) =>
    inputViolations(reduced, { region: 'eu', amount: 1, ...args }).map((found) => `${found.argument} ${found.message}`);

  expect([violations(met), violations(unmet)]).toEqual([[], [message]]);
});

test('what the policy enforces does not go to the runtime, and nothing goes where nothing is left', () => {
  const { schema, constraints } = parsed(RICH);
  const bounded = parsed({ type: 'object', properties: { n: { type: 'integer', minimum: 1, maximum: 2 } } });

  expect(runtimeInputSchema(schema, constraints).json).not.toMatch(
    /region|order|sizes|exclusiveMaximum|"zip":\{"type":"integer","enum"/,
  );
  expect(runtimeInputSchema(bounded.schema, bounded.constraints)).toEqual({});
});

test('a schema that does not fit into the environment is a problem', () => {
  const properties = Object.fromEntries(
    Array.from({ length: 80 }, (_, i) => [`argument-${i}`, { type: 'string', maxLength: 10 }] as const),
  );
  const { schema, constraints } = parsed({ type: 'object', properties });

  expect(runtimeInputSchema(schema, constraints).problem).toMatchObject({ code: 'SCHEMA_SIZE' });
});

test('policy and validator agree on what both enforce', () => {
  const both = {
    type: 'object',
    properties: {
      s: { type: 'string', enum: ['', 'a', '*', '"'] },
      n: { type: 'number', minimum: -1.5, maximum: 1.25 },
      i: { type: 'integer', exclusiveMinimum: -2, exclusiveMaximum: 2 },
      b: { type: 'boolean', const: true },
      l: { type: 'array', items: { type: 'integer', enum: [1, 2] }, minItems: 1 },
    },
    required: ['n'],
  };
  const args = fc.record(
    {
      s: fc.constantFrom('', 'a', 'b', '*', '"', 'a*'),
      n: fc.integer({ min: -20_000, max: 20_000 }).map((value) => value / 10_000),
      i: fc.integer({ min: -3, max: 3 }),
      b: fc.boolean(),
      l: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    },
    { requiredKeys: ['n'] },
  );

  fc.assert(
    fc.property(args, (given) => {
      expect(decision(both, given)).toBe(inputViolations(both, given).length === 0 ? 'allow' : 'deny');
    }),
    { numRuns: 200 },
  );
});

describe('a pattern in the policy decides as RegExp does', () => {
  const LATIN = [...'ab*?\\"\'/.-^$|()[]{}+%_ \n\r\u2028\u0000\u0301é😀'];
  const MIXED = [...'ж漢אا*"\\ \u202E\u0301\u{10FFFF}a'];
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom(...LATIN), maxLength: 5 }) },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...MIXED), maxLength: 3 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  );
  const escaped = (literal: string) => literal.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
  const ANCHORS = [
    ['^', ''],
    ['', '$'],
    ['^', '$'],
    ['', ''],
  ] as const;

  /** A pattern of literals, and values that are near to them. */
  const cases = fc
    .record({
      literals: fc.array(text, { minLength: 1, maxLength: 3 }),
      anchors: fc.constantFrom(...ANCHORS),
      around: fc.tuple(text, text),
      free: text,
    })
    .map(({ literals, anchors: [start, end], around: [before, after], free }) => {
      const inner = literals.map(escaped).join('|');
      return {
        pattern: `${start}${literals.length === 1 ? inner : `(?:${inner})`}${end}`,
        values: [free, ...literals.flatMap((each) => [each, before + each, each + after, before + each + after])],
      };
    });

  const schemaOf = (value: object, required: string[]) => ({ type: 'object', properties: { value }, required });

  test.each([
    ['required', ['value']],
    ['optional', []],
  ])('%s argument', (_what, required) => {
    const seen = new Set<string>();
    let ofPolicies = 0;
    fc.assert(
      fc.property(cases, ({ pattern, values }) => {
        const json = schemaOf({ type: 'string', pattern }, required);
        const { schema, constraints } = parsed(json);
        const [{ enforcedBy }] = inputConditions(schema, constraints).report as [EnforcementLine];
        if (enforcedBy === 'runtime') {
          // Only for how it would look in a policy.
          expect([...pattern].some((character) => character > '~' && !LATIN.includes(character))).toBe(true);
          return;
        }
        ofPolicies++;
        const given = required.length > 0 ? values : [...values, undefined];
        for (const [index, decided] of decisions(
          json,
          given.map((value) => (value === undefined ? {} : { value })),
        ).entries()) {
          const value = given[index];
          const expected = value === undefined || new RegExp(pattern, 'u').test(value) ? 'allow' : 'deny';
          seen.add(expected);
          expect({ pattern, value, decided }).toEqual({ pattern, value, decided: expected });
        }
      }),
      { numRuns: 200 },
    );
    expect([...seen].sort()).toEqual(['allow', 'deny']);
    expect(ofPolicies).toBeGreaterThan(50);
  });

  test('items of a list', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 3 }),
        fc.array(text, { maxLength: 3 }),
        (literals, others) => {
          const items = { type: 'string', pattern: `^(?:${literals.map(escaped).join('|')})$` };
          const json = schemaOf({ type: 'array', items }, ['value']);
          const { schema, constraints } = parsed(json);
          fc.pre(inputConditions(schema, constraints).conditions.length > 0);
          const lists = [[], literals, others, [...literals, ...others]];
          expect(
            decisions(
              json,
              lists.map((value) => ({ value })),
            ),
          ).toEqual(
            lists.map((value) => (value.every((each) => new RegExp(items.pattern, 'u').test(each)) ? 'allow' : 'deny')),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each(['^größe', '^ж', '漢字$'])('%s looks like nothing else', (pattern) => {
    const json = schemaOf({ type: 'string', pattern }, ['value']);

    expect(decisions(json, [{ value: pattern.replace(/[$^]/, '') }, { value: 'x' }])).toEqual(['allow', 'deny']);
    expect(runtimeInputSchema(parsed(json).schema, parsed(json).constraints)).toEqual({});
  });

  test('with other keywords, all have to hold', () => {
    const value = { type: 'string', enum: ['a-1', 'b-1', 'a-2'], pattern: '^a-|^c', minLength: 1, const: 'a-1' };

    expect(
      decisions(
        schemaOf(value, ['value']),
        ['a-1', 'a-2', 'b-1', 'c', ''].map((each) => ({ value: each })),
      ),
    ).toEqual(['allow', 'deny', 'deny', 'deny', 'deny']);
  });

  test.each(['[ab]', 'a.b', '^a+$', '^\\d', '\\u0061', '\ud800', '^p\u0430ypal$', '\u202Ex'])(
    '%j is left to the runtime, in full',
    (pattern) => {
      const { schema, constraints } = parsed(schemaOf({ type: 'string', pattern }, []));

      expect(inputConditions(schema, constraints)).toMatchObject({
        conditions: [],
        report: [{ enforcedBy: 'runtime' }],
      });
      expect(JSON.parse(runtimeInputSchema(schema, constraints).json!)).toMatchObject({
        properties: { value: { pattern } },
      });
    },
  );
});
