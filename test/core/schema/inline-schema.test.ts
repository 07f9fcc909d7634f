import { generateSchema } from '@cedar-policy/mcp-schema-generator-wasm';
import { inlineSchema, publishedSchema } from '../../../lib/core/schema/inline-schema';
import { parseToolSchema } from '../../../lib/core/schema/parse-tool-schema';

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

const inlined = () => inlineSchema(RICH, RICH, 'document').schema!;

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

  expect(inlineSchema({ $ref: '#/parts/a~1b~0c' }, document, 'd').schema).toEqual({ type: 'string' });
  expect(inlineSchema({ $ref: '#/parts/%zz' }, document, 'd').problems[0]!.message).toContain('names nothing');
});

test('a name that every object has is no place in a document', () => {
  expect(inlineSchema({ $ref: '#/constructor' }, {}, 'd').problems[0]!.message).toContain('names nothing');
});
