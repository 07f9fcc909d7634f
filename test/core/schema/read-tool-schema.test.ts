import { inputConditions } from '../../../lib/core/cedar/input-conditions';
import { parseToolSchema } from '../../../lib/core/schema/parse-tool-schema';
import { readToolSchema } from '../../../lib/core/schema/read-tool-schema';

/** As generators of JSON Schema write nested types. */
const ORDER = {
  type: 'object',
  $defs: {
    'Address/1': {
      type: 'object',
      title: 'Address',
      description: 'An address',
      properties: { country: { type: 'string', pattern: '^(?:DE|FR)$', default: 'DE' } },
      required: ['country'],
    },
  },
  properties: {
    to: { $ref: '#/$defs/Address~11' },
    from: { $ref: '#/$defs/Address~11', description: 'Where it comes from', title: 'Sender' },
    stops: { type: 'array', items: { allOf: [{ $ref: '#/$defs/Address~11' }] } },
    note: { type: 'string', format: 'date', 'x-a': 1 },
  },
  required: ['to'],
};

const listed = (json: unknown) => readToolSchema(json, 'x').dropped.map(({ pointer, why }) => `${pointer} ${why}`);

test('a reference is what it names', () => {
  const { schema, constraints, source, problems } = readToolSchema(ORDER, 'x');
  const address = (description: string) => ({
    type: 'object',
    description,
    properties: { country: { type: 'string' } },
    required: ['country'],
  });

  expect(problems).toEqual([]);
  expect(schema!.properties).toEqual({
    to: address('An address'),
    from: address('Where it comes from'),
    stops: { type: 'array', items: address('An address') },
    note: { type: 'string' },
  });
  expect(inputConditions(schema!, constraints).report.map((line) => `${line.argument} ${line.keyword}`)).toEqual([
    'to.country pattern',
    'from.country pattern',
    'stops[].country pattern',
    'note format',
  ]);
  expect(parseToolSchema(source, 'x').schema).toEqual(schema);
});

test('what is dropped is named where it was written', () => {
  const title = '/$defs/Address~11/title annotation';
  const country = '/$defs/Address~11/properties/country/default annotation';

  expect(listed(ORDER)).toEqual([
    '/$defs definitions',
    '/$defs/Address~11/title replaced',
    '/$defs/Address~11/description replaced',
    title,
    country,
    '/properties/from/title annotation',
    country,
    title,
    country,
    '/properties/note/x-a extension',
  ]);
});

test.each<[string, object, string, string]>([
  [
    'a keyword that nothing would enforce, in what a reference names',
    { $defs: { A: { type: 'string', not: {} } }, properties: { a: { $ref: '#/$defs/A' } } },
    "nothing would enforce the keyword 'not'",
    'x#/$defs/A/not',
  ],
  [
    'a format that nothing checks',
    { $defs: { A: { type: 'string' } }, properties: { a: { $ref: '#/$defs/A', format: 'iban' } } },
    "'format' is one of",
    'x#/properties/a/format',
  ],
  [
    'a list without items',
    { $defs: { A: { type: 'array' } }, properties: { a: { $ref: '#/$defs/A' } } },
    'an array without items',
    'x#/$defs/A',
  ],
  ['a reference to itself', { properties: { a: { $ref: '#/properties/a' } } }, 'a schema refers to itself', 'x'],
  ['another document', { properties: { a: { $ref: 'https://e.example/a' } } }, 'a reference leaves the document', 'x'],
  ['nothing', { properties: { a: { $ref: '#/$defs/A' } } }, 'a reference names nothing', 'x'],
])('%s is a problem', (_what, json, message, at) => {
  const { schema, dropped, problems } = readToolSchema({ type: 'object', ...json }, 'x');

  expect(schema).toBeUndefined();
  expect(dropped).toEqual([]);
  expect(problems).toEqual([expect.objectContaining({ at, message: expect.stringContaining(message) })]);
});

test('an argument that is called $ref is no reference', () => {
  const json = { type: 'object', properties: { $ref: { type: 'string' } } };

  expect(readToolSchema(json, 'x')).toEqual({ ...parseToolSchema(json, 'x'), source: json });
});
