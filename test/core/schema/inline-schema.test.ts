import { generateSchema } from '@cedar-policy/mcp-schema-generator-wasm';
import { inlineSchema } from '../../../lib/core/schema/inline-schema';
import { parseToolSchema } from '../../../lib/core/schema/parse-tool-schema';
import { publishedSchema } from '../../../lib/core/schema/published-schema';

const STUB = `namespace AgentCore {
  @mcp_principal entity OAuthUser = { id: String };
  @mcp_principal entity IamEntity = { id: String };
  @mcp_principal entity UnauthenticatedUser;
  @mcp_resource entity Gateway;
}`;

/** The Cedar schema that the vendor's public generator makes of a tool with this input. */
function vendorSchema(inputSchema: unknown): unknown {
  const tools = JSON.stringify([{ name: 'vendor___tool', description: 'd', inputSchema }]);
  const options = JSON.stringify({ objectsAsRecords: true, numbersAsDecimal: true, flattenNamespaces: true });
  const result = JSON.parse(generateSchema(STUB, tools, options));
  if (!result.isOk) throw new Error(result.error);
  return JSON.parse(result.schemaJson);
}

const RICH = {
  type: 'object',
  required: ['state'],
  properties: {
    state: { type: 'string', enum: ['open', 'closed'] },
    due: { type: 'string', format: 'date-time' },
    address: { type: 'string', format: 'ipv4' },
    count: { type: 'integer', format: 'int64', minimum: 0 },
    lines: { type: 'array', items: { type: 'object', properties: { kind: { type: 'string', enum: ['a', 'b'] } } } },
  },
};

const inline = (schema: unknown, document: unknown = schema) =>
  inlineSchema(schema, { document, at: 'document', pointer: '/here', documentPointer: '/doc' });
const inlined = () => inline(RICH).schema!;

test('what is published has the types that conditions are checked against', () => {
  const { schema, problems } = parseToolSchema(inlined(), 'document');

  expect(problems).toEqual([]);
  expect(vendorSchema(publishedSchema(inlined()))).toEqual(vendorSchema(schema));
});

test('as it was written, it would have others', () => {
  const { schema } = parseToolSchema(inlined(), 'document');

  expect(vendorSchema(RICH)).not.toEqual(vendorSchema(schema));
});

test('the values and the format are still told, the pattern holds for exactly the values', () => {
  const { properties } = publishedSchema({
    type: 'object',
    properties: {
      a: { type: 'string', enum: ['x.y', 'z|'], description: 'A choice.' },
      b: { type: 'string', format: 'date' },
    },
  }) as { properties: { [name: string]: { description: string; pattern: string } } };
  const pattern = new RegExp(properties.a!.pattern, 'u');

  expect(properties.a!.description).toBe('A choice. One of: "x.y", "z|".');
  expect(properties.b!.description).toBe('Format: date.');
  expect(['x.y', 'z|'].every((value) => pattern.test(value))).toBe(true);
  expect(['xzy', 'z', 'x.y ', ''].some((value) => pattern.test(value))).toBe(false);
});

test('a pointer with escapes is followed; one that cannot be decoded names nothing', () => {
  const document = { parts: { 'a/b~c': { type: 'string' } } };

  expect(inline({ $ref: '#/parts/a~1b~0c' }, document).schema).toEqual({ type: 'string' });
  expect(inline({ $ref: '#/parts/%zz' }, document).problems[0]!.message).toContain('names nothing');
});

test('a name that every object has is no place in a document', () => {
  expect(inline({ $ref: '#/constructor' }, {}).problems[0]!.message).toContain('names nothing');
});

describe('what stands beside a reference', () => {
  const document = {
    parts: { 'a/b': { type: 'string', maxLength: 9, title: 'inner', description: 'inner' } },
  };
  const $ref = '#/parts/a~1b';

  test('holds, too, and of two texts for readers the nearer one is kept', () => {
    const { schema, dropped, problems } = inline({ $ref, minLength: 1, maxLength: 9, title: 'outer' }, document);

    expect(problems).toEqual([]);
    expect(schema).toEqual({ type: 'string', maxLength: 9, description: 'inner', minLength: 1, title: 'outer' });
    expect(dropped).toEqual([{ pointer: '/doc/parts/a~1b/title', keyword: 'title', why: 'replaced' }]);
  });

  test('may not contradict it', () => {
    const { schema, problems } = inline({ $ref, maxLength: 5 }, document);

    expect(schema).toBeUndefined();
    expect(problems[0]!.message).toBe("'maxLength' stands beside a reference and in what it names, got 5 and 9");
  });

  test('is read in an allOf with one branch, too', () => {
    const { schema, dropped } = inline({ allOf: [{ $ref }], description: 'outer', nullable: true, 'x-a': 1 }, document);

    expect(schema).toEqual({ type: 'string', maxLength: 9, title: 'inner', description: 'outer' });
    expect(dropped.map(({ pointer, why }) => `${pointer} ${why}`)).toEqual([
      '/here/nullable null',
      '/here/x-a extension',
      '/doc/parts/a~1b/description replaced',
    ]);
  });
});

test('what is left out is listed with its place and reason', () => {
  const { dropped, problems } = inline({
    type: 'object',
    $defs: { Unused: {} },
    properties: {
      a: { type: ['string', 'null'], enum: ['x', null], example: 'x', readOnly: true },
      b: { type: 'integer', format: 'int32', minimum: 0, exclusiveMinimum: true, exclusiveMaximum: false },
      'c/d': { type: 'array', items: { type: 'string', nullable: false, xml: {}, 'x-order': 1 } },
    },
  });

  expect(problems).toEqual([]);
  expect(dropped.map(({ pointer, why }) => `${pointer} ${why}`)).toEqual([
    '/here/$defs definitions',
    '/here/properties/a/type null',
    '/here/properties/a/enum null',
    '/here/properties/a/example annotation',
    '/here/properties/a/readOnly annotation',
    '/here/properties/b/format format',
    '/here/properties/b/exclusiveMaximum withoutEffect',
    '/here/properties/c~1d/items/nullable withoutEffect',
    '/here/properties/c~1d/items/xml annotation',
    '/here/properties/c~1d/items/x-order extension',
  ]);
});
