import { parseToolSchema } from '../../../lib/core/schema/parse-tool-schema';
import { fromServiceSchema, toServiceSchema } from '../../../lib/core/schema/service-schema';
import { REFUND } from '../cedar/fixture';

function problems(json: unknown) {
  return parseToolSchema(json, 'refund.json').problems;
}

const withArgument = (argument: unknown) => ({ type: 'object', properties: { amount: argument } });

test('a schema of the five keywords is read as it is', () => {
  const json = { $schema: 'https://json-schema.org/draft/2020-12/schema', description: 'd', ...REFUND };

  expect(parseToolSchema(json, 'x')).toEqual({
    schema: { description: 'd', ...REFUND },
    constraints: [],
    dropped: [{ pointer: '/$schema', keyword: '$schema', why: 'annotation' }],
    problems: [],
  });
});

test.each<[string, unknown, string, string, string]>([
  [
    'a keyword nobody carries',
    withArgument({ type: 'string', $ref: '#/x' }),
    'SCHEMA_KEYWORD',
    "'$ref'",
    '/properties/amount/$ref',
  ],
  [
    'a bound that is no number',
    withArgument({ type: 'number', minimum: '1' }),
    'SCHEMA_INVALID',
    `'minimum' is a number, got "1"`,
    '/properties/amount/minimum',
  ],
  [
    'a keyword of another type',
    withArgument({ type: 'number', maxLength: 1 }),
    'SCHEMA_INVALID',
    "'maxLength' has no effect on type",
    '/properties/amount/maxLength',
  ],
  [
    'an expression that does not compile',
    withArgument({ type: 'string', pattern: '(' }),
    'SCHEMA_INVALID',
    "'pattern' is a regular expression",
    '/properties/amount/pattern',
  ],
  [
    'a format that nothing checks',
    withArgument({ type: 'string', format: 'emial' }),
    'SCHEMA_INVALID',
    "'format' is one of",
    '/properties/amount/format',
  ],
  [
    'an enum with another type',
    withArgument({ type: 'string', enum: ['a', 1] }),
    'SCHEMA_INVALID',
    "'enum' is a list of different values of type string",
    '/properties/amount/enum',
  ],
  [
    'a length below zero',
    withArgument({ type: 'string', maxLength: -1 }),
    'SCHEMA_INVALID',
    "'maxLength' is a whole number",
    '/properties/amount/maxLength',
  ],
  ['a misspelt keyword', { type: 'object', propertis: {} }, 'SCHEMA_KEYWORD', "'propertis'", '/propertis'],
  ['a misspelt type', withArgument({ type: 'strnig' }), 'SCHEMA_INVALID', '"strnig"', '/properties/amount/type'],
  ['no type', withArgument({}), 'SCHEMA_INVALID', 'got undefined', '/properties/amount/type'],
  [
    'two types',
    withArgument({ type: ['string', 'null'] }),
    'SCHEMA_INVALID',
    '["string","null"]',
    '/properties/amount/type',
  ],
  ['a boolean schema', withArgument(true), 'SCHEMA_INVALID', 'got true', '/properties/amount'],
  ['an input that is no object', { type: 'string' }, 'SCHEMA_INVALID', 'the input of a tool is an object', ''],
  ['an array without items', withArgument({ type: 'array' }), 'SCHEMA_INVALID', 'without items', '/properties/amount'],
  [
    'items beside another type',
    withArgument({ type: 'string', items: { type: 'string' } }),
    'SCHEMA_INVALID',
    'only an array',
    '/properties/amount/items',
  ],
  [
    'an object without properties',
    withArgument({ type: 'object' }),
    'SCHEMA_INVALID',
    'accepts nothing',
    '/properties/amount',
  ],
  [
    'properties that are a list',
    { type: 'object', properties: [] },
    'SCHEMA_INVALID',
    'object of schemas',
    '/properties',
  ],
  [
    'required without such an argument',
    { ...withArgument({ type: 'number' }), required: ['amuont'] },
    'SCHEMA_INVALID',
    '"amuont"',
    '/required',
  ],
  [
    'required twice',
    { ...withArgument({ type: 'number' }), required: ['amount', 'amount'] },
    'SCHEMA_INVALID',
    'twice',
    '/required',
  ],
  [
    'required that is no list',
    { type: 'object', required: 'amount' },
    'SCHEMA_INVALID',
    'list of argument names',
    '/required',
  ],
  [
    'a description that is no text',
    { type: 'object', description: 1 },
    'SCHEMA_INVALID',
    'description is text',
    '/description',
  ],
  [
    'a name that Cedar reads as an entity',
    { type: 'object', properties: { __entity: { type: 'string' } } },
    'SCHEMA_INVALID',
    '"__entity"',
    '/properties/__entity',
  ],
  ['no object at all', 'x', 'SCHEMA_INVALID', 'a schema is a JSON object', ''],
])('%s is a problem', (_what, json, code, fragment, path) => {
  const found = problems(json);

  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ code, at: path === '' ? 'refund.json' : `refund.json#${path}` });
  expect(found[0]!.message).toContain(fragment);
});

test('near misses are named and all problems are collected', () => {
  const found = problems({ type: 'objct', propertis: {}, required: 1 });

  expect(found.map(({ fix }) => fix)).toEqual(
    expect.arrayContaining(["Did you mean 'properties'?", "Did you mean 'object'?", 'Write a list of strings']),
  );
  expect(parseToolSchema({ type: 'objct' }, 'x').schema).toBeUndefined();
});

test('what a problem and a dropped keyword point at is an RFC 6901 pointer', () => {
  const named = (argument: object) => ({ type: 'object', properties: { 'a/b~c': argument } });

  expect(problems(named({ type: 'string', not: {} }))[0]!.at).toBe('refund.json#/properties/a~1b~0c/not');
  expect(parseToolSchema(named({ type: 'string', title: 'T', 'x-a/b': 1 }), 'x').dropped).toEqual([
    { pointer: '/properties/a~1b~0c/title', keyword: 'title', why: 'annotation' },
    { pointer: '/properties/a~1b~0c/x-a~1b', keyword: 'x-a/b', why: 'extension' },
  ]);
});

test('the service spelling keeps the names of arguments', () => {
  const schema = {
    type: 'object',
    properties: { Type: { type: 'array', items: { type: 'string' } } },
    required: ['Type'],
  } as const;

  expect(toServiceSchema(schema)).toEqual({
    Type: 'object',
    Properties: { Type: { Type: 'array', Items: { Type: 'string' } } },
    Required: ['Type'],
  });
  expect(fromServiceSchema(toServiceSchema(REFUND))).toEqual(REFUND);
});

test.each([
  ['an intrinsic function', { Ref: 'Schema' }],
  ['an unreadable property', { Type: 'object', Properties: { a: { 'Fn::If': [] } } }],
  ['unreadable items', { Type: 'array', Items: 'x' }],
  ['required with an intrinsic', { Type: 'object', Required: [{ Ref: 'x' }] }],
])('a definition with %s is unknown', (_what, cfn) => {
  expect(fromServiceSchema(cfn)).toBeUndefined();
});
