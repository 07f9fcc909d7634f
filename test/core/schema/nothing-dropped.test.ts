import * as fc from 'fast-check';
import { inputConditions } from '../../../lib/core/cedar/input-conditions';
import { type DroppedKeyword, pointerTo } from '../../../lib/core/schema/dropped-keyword';
import type { InputConstraint } from '../../../lib/core/schema/input-constraint';
import { parseToolSchema } from '../../../lib/core/schema/parse-tool-schema';
import { readMcpTools } from '../../../lib/core/schema/read-mcp-tools';
import type { ToolInputSchema } from '../../../lib/core/schema/tool-schema';

type Json = { readonly [key: string]: unknown };

const NAMES = ['id', 'a/b', 'c~d', 'title', 'constructor', 'é"'];

/** What each type of schema may have, with values that are as they should be. */
const ANNOTATIONS = {
  title: fc.constant('T'),
  description: fc.constant('d'),
  default: fc.constant(1),
  examples: fc.constant([1]),
  deprecated: fc.boolean(),
  readOnly: fc.boolean(),
  writeOnly: fc.boolean(),
  $comment: fc.constant('c'),
  'x-vendor': fc.constant({}),
};
const TEXT = {
  enum: fc.constantFrom(['a'], ['a', 'b']),
  const: fc.constant('a'),
  pattern: fc.constantFrom('^a', 'a$', '^(?:a|b)$', 'a', '[a-z]+', 'a.b', '^\\d+$'),
  format: fc.constantFrom('date', 'uuid', 'email'),
  minLength: fc.constantFrom(0, 1, 2),
  maxLength: fc.constantFrom(0, 1, 9),
};
const NUMBER = {
  enum: fc.constantFrom([1], [1, 2]),
  const: fc.constant(1),
  minimum: fc.integer(),
  maximum: fc.integer(),
  exclusiveMinimum: fc.integer(),
  exclusiveMaximum: fc.integer(),
  multipleOf: fc.constantFrom(1, 5),
};

function some(type: string, keywords: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> {
  return fc.record({ type: fc.constant(type), ...ANNOTATIONS, ...keywords }, { requiredKeys: ['type'] });
}

const { schema } = fc.letrec<{ schema: Json; object: Json; array: Json }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    some('string', TEXT),
    some('integer', NUMBER),
    some('number', NUMBER),
    some('boolean', { const: fc.boolean() }),
    tie('array'),
    tie('object'),
  ),
  array: fc
    .tuple(
      some('array', { minItems: fc.nat(2), maxItems: fc.nat(9), uniqueItems: fc.boolean() }),
      fc.oneof({ maxDepth: 3 }, some('string', TEXT), tie('schema')),
    )
    .map(([own, items]) => ({ ...own, items })),
  object: objectOf(fc.oneof({ maxDepth: 3 }, some('string', TEXT), tie('schema'))),
}));
const input = objectOf(schema);

function objectOf(property: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .tuple(
      some('object', { additionalProperties: fc.boolean() }),
      fc.dictionary(fc.constantFrom(...NAMES), property, { minKeys: 1, maxKeys: 3 }),
      fc.nat(3),
    )
    .map(([own, properties, count]) => ({ ...own, properties, required: Object.keys(properties).slice(0, count) }));
}

interface Written {
  readonly pointer: string;
  /** As reports name it. */
  readonly argument: string;
  readonly keyword: string;
  readonly value: unknown;
  /** What is published of the schema that has the keyword. */
  readonly published: Json | undefined;
}

/** Every keyword of a schema, at any depth. */
function everyKeyword(json: Json, published: unknown, pointer = '', argument = ''): Written[] {
  const node = published as Json | undefined;
  const inner = (key: string, each: unknown, name: string): Written[] => {
    const [at, of] = [pointerTo(pointer, key), node?.[key]];
    const place = key === 'items' ? at : pointerTo(at, name);
    const child = key === 'items' ? of : (of as Json | undefined)?.[name];
    const text = key === 'items' ? `${argument}[]` : argument === '' ? name : `${argument}.${name}`;
    return everyKeyword(each as Json, child, place, text);
  };
  return Object.entries(json).flatMap(([keyword, value]): Written[] => {
    if (keyword === 'items') return inner('items', value, '');
    if (keyword === 'properties')
      return Object.entries(value as Json).flatMap(([name, each]) => inner(keyword, each, name));
    return [{ pointer: pointerTo(pointer, keyword), argument, keyword, value, published: node }];
  });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface Reading {
  readonly schema: ToolInputSchema;
  readonly constraints: readonly InputConstraint[];
  readonly dropped: readonly DroppedKeyword[];
}

/** Where a keyword went: published, to the policy, to the runtime, or into the list of what is dropped. */
function placesOf(
  { pointer, argument, keyword, value, published }: Written,
  { schema: read, constraints, dropped }: Reading,
) {
  const { report } = inputConditions(read, constraints);
  return [
    ...(same(published?.[keyword], value) ? ['published'] : []),
    ...report
      .filter((line) => line.argument === (argument || 'input') && line.keyword === keyword && same(line.value, value))
      .map(({ enforcedBy }) => enforcedBy),
    ...dropped.filter((line) => line.pointer === pointer && line.keyword === keyword).map(() => 'dropped'),
  ];
}

test('every keyword of a tool is published, enforced by the policy or the runtime, or listed as dropped', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(input, (json) => {
      const { schema: read, constraints, dropped, problems } = parseToolSchema(json, 'x');
      expect(problems).toEqual([]);
      const reading = { schema: read!, constraints, dropped };
      const all = everyKeyword(json, read).map((written) => ({ ...written, places: placesOf(written, reading) }));
      expect(all.filter(({ places }) => places.length !== 1)).toEqual([]);
      for (const { places } of all) seen.add(places[0]!);
    }),
    { numRuns: 500 },
  );
  expect([...seen].sort()).toEqual(['dropped', 'policy', 'published', 'runtime']);
});

test('the same of a tool of an MCP server, of which more is published', () => {
  const beside = {
    title: fc.constant('T'),
    outputSchema: fc.constant({}),
    annotations: fc.constant({}),
    _meta: fc.constant({}),
  };
  fc.assert(
    fc.property(input, fc.record(beside, { requiredKeys: [] }), (json, own) => {
      const reading = readMcpTools([{ name: 'n', description: 'd', inputSchema: json, ...own }], 'x');
      expect(reading.problems).toEqual([]);
      const { published, inputSchema, constraints, dropped } = reading.tools[0]!;
      const keywords = everyKeyword(json, published.inputSchema, '/0/inputSchema');
      const lost = keywords.filter((written) => {
        const places = placesOf(written, { schema: inputSchema, constraints, dropped });
        // A description may have gained the values and the format.
        const told = written.keyword === 'description' && String(written.published?.description).startsWith('d ');
        return (places.length === 0 && !told) || (places.includes('dropped') && places.length > 1);
      });
      expect(lost).toEqual([]);
      expect(
        dropped
          .filter(({ pointer }) => !pointer.startsWith('/0/inputSchema/'))
          .map(({ keyword }) => keyword)
          .sort(),
      ).toEqual(Object.keys(own).sort());
    }),
    { numRuns: 300 },
  );
});

test('what is neither is a problem', () => {
  for (const keyword of [
    'not',
    'oneOf',
    'patternProperties',
    'minProperties',
    'contentEncoding',
    'nullable',
    '$ref',
    'titel',
  ]) {
    const json = { type: 'object', properties: { a: { type: 'string', [keyword]: {} } } };

    expect(parseToolSchema(json, 'x')).toMatchObject({ dropped: [], problems: [{ code: 'SCHEMA_KEYWORD' }] });
  }
});
