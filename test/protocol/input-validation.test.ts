import { type InputSchema, inputViolations } from '../../lib/protocol/input-validation';

const violations = (schema: InputSchema, value: unknown) =>
  inputViolations(schema, value).map(({ argument, keyword }) => `${argument}:${keyword}`);

test.each<[string, InputSchema, unknown, unknown]>([
  ['a string', { type: 'string' }, 'a', 1],
  ['an integer', { type: 'integer' }, 1, 1.5],
  ['an integer that JSON did not round', { type: 'integer' }, 2 ** 53 - 1, 2 ** 53],
  ['a number', { type: 'number' }, 1.5, '1.5'],
  ['a boolean', { type: 'boolean' }, false, 0],
  ['a list', { type: 'array' }, [], {}],
  ['an object', { type: 'object' }, {}, []],
  ['an object, not null', { type: 'object' }, {}, null],
])('type: %s', (_what, schema, good, bad) => {
  expect([violations(schema, good), violations(schema, bad)]).toEqual([[], [':type']]);
});

test('a type that is not known matches nothing', () => {
  expect(violations({ type: 'null' }, null)).toEqual([':type']);
});

test('required arguments, also those the prototype would have', () => {
  const schema: InputSchema = { type: 'object', required: ['a', 'toString'] };

  expect(violations(schema, {})).toEqual(['a:required', 'toString:required']);
  expect(violations(schema, { a: 1, toString: 2 })).toEqual([]);
});

test('items that are equal as JSON are the same item', () => {
  const schema: InputSchema = { type: 'array', uniqueItems: true };

  expect(
    violations(schema, [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ]),
  ).toEqual([':uniqueItems']);
  expect(violations(schema, [1, '1', [1]])).toEqual([]);
});

test.each([
  [0.3, 0.1, true],
  [0.35, 0.1, false],
  [1e21, 10, true],
  [1e-7, 1e-8, true],
  [-6, 3, true],
  [7, 3, false],
])('%d as a multiple of %d', (value, multipleOf, fits) => {
  expect(violations({ type: 'number', multipleOf }, value)).toEqual(fits ? [] : [':multipleOf']);
});

test('text that is too long is not given to an expression', () => {
  const slow: InputSchema = { type: 'string', maxLength: 100, pattern: '^(a+)+$' };

  expect(violations(slow, `${'a'.repeat(100_000)}!`)).toEqual([':maxLength']);
});

test('a hostile call gets a bounded answer', () => {
  const hostile = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${'x'.repeat(1_000)}${i}`, i]));
  const found = inputViolations({ type: 'object', additionalProperties: false }, hostile);

  expect(found).toHaveLength(20);
  expect(JSON.stringify(found).length).toBeLessThan(5_000);
});

test('a message does not repeat the value', () => {
  expect(JSON.stringify(inputViolations({ type: 'string', enum: ['a'] }, 'secret-value'))).not.toContain(
    'secret-value',
  );
});
