import * as fc from 'fast-check';
import { keepsToSegment } from '../../../lib/core/schema/segment-pattern';

test.each([
  '^[A-Za-z0-9-]{1,36}$',
  '^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$',
  '^T-[0-9]{1,9}$',
  '^\\d+$',
  '^\\w{3,}?$',
  '^(?:ord|inv)-\\d+$',
  '^(ord|inv)(?<n>-\\d+)?$',
  '^a$|^b$',
  '^[^/\\\\%?#\\s;]+[a-z]$',
  '^\\p{L}+$',
  '^\\u{61}\\x62\\u0063$',
  '^(?!\\.+$)[a-z.]+$',
  '^(?=.{1,9}$)[a-z]+$',
  '^a\\.b\\.\\.c$',
  '^[.]{3,}$',
  '^[\\]a]+$',
])('%s keeps to a segment', (pattern) => {
  expect(keepsToSegment(pattern)).toBe(true);
});

/** Each with a value that it admits and that is not one segment. */
test.each([
  ['\\d+', '1/../admin'],
  ['^T-', 'T-/../admin'],
  ['[a-z]+$', '../admin'],
  ['^[A-Z]', 'A/../../admin'],
  ['T', 'T/..'],
  ['^a|b$', 'a/..'],
  ['^(?:a$|b)', 'b/..'],
  ['(?:^a$)|b', '/b'],
  ['^.+$', 'a/b'],
  ['^[^/]+$', '%2e%2e'],
  ['^[^/%]+$', 'a\\b'],
  ['^[^/%\\\\]+$', 'a?b'],
  ['^[^/%\\\\?]+$', 'a#b'],
  ['^[^/%\\\\?#]+$', '.\t.'],
  ['^[!-~]+$', 'a/b'],
  ['^\\W$', '/'],
  ['^a\\/b$', 'a/b'],
  ['^a\\x2fb$', 'a/b'],
  ['^a\\u{2f}b$', 'a/b'],
  ['^[a\\x2f]+$', 'a/a'],
  ['^\\cJ$', '\n'],
  ['^\\P{L}+$', '/'],
  ['^(?!\\.+$)[a-z.;]+$', '..;a'],
  ['^[^/\\\\%?#\\s]+[a-z]$', '..;a'],
  ['^[a-z.]+$', '..'],
  ['^[a-z.]$', '.'],
  ['^[a-z]*$', ''],
  ['^(?:a|/)$', '/'],
  ['^(?=(.*))[a-z]*\\1$', '/'],
  ['', '/'],
  ['^$', ''],
])('%s does not: %j', (pattern, value) => {
  expect(new RegExp(pattern, 'u').test(value)).toBe(true);
  expect(keepsToSegment(pattern)).toBe(false);
});

test.each(['(', '\\', '[', '^a{2,1}$', '^\\-$'])('%s is no expression', (pattern) => {
  expect(keepsToSegment(pattern)).toBe(false);
});

test('whatever is said to keep to a segment admits no value that does not', () => {
  const pieces = ['^', '$', '|', '(', '(?:', '(?!', '(?=', '(?<!', ')', '[', '[^', ']', '{2}', '*', '+', '?', '.', '-'];
  const characters = [
    'a',
    'z',
    '/',
    '%',
    '\\/',
    '\\\\',
    '\\d',
    '\\W',
    '\\s',
    '\\S',
    '\\.',
    '\\x2f',
    '\\p{P}',
    '\\b',
    ':',
  ];
  const piece = fc.constantFrom(...pieces, ...characters);
  const inner = fc.array(piece, { maxLength: 6 }).map((all) => all.join(''));
  const pattern = fc.oneof(
    inner,
    inner.map((text) => `^${text}$`),
    inner.map((text) => `^(?:${text})$`),
  );
  const value = fc.string({ unit: fc.constantFrom(...'az09./\\%?#\t\n:-'), maxLength: 6 });
  let proven = 0;
  let admitted = 0;
  fc.assert(
    fc.property(pattern, fc.array(value, { minLength: 20, maxLength: 40 }), (text, values) => {
      if (!keepsToSegment(text)) return;
      proven++;
      const expression = new RegExp(text, 'u');
      for (const each of values.filter((one) => expression.test(one))) {
        admitted++;
        expect({ text, each, escapes: /[/\\%?#\t\n\r]|^\.{0,2}$/.test(each) }).toEqual({ text, each, escapes: false });
      }
    }),
    { numRuns: 20_000 },
  );
  expect(proven).toBeGreaterThan(200);
  expect(admitted).toBeGreaterThan(50);
});
