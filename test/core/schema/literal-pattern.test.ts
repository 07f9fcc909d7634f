import * as fc from 'fast-check';
import { literalMatches } from '../../../lib/core/schema/literal-pattern';

const START = { atStart: true, atEnd: false };
const END = { atStart: false, atEnd: true };
const WHOLE = { atStart: true, atEnd: true };
const ANYWHERE = { atStart: false, atEnd: false };

test.each<[string, object[]]>([
  ['^o-', [{ text: 'o-', ...START }]],
  ['\\.pdf$', [{ text: '.pdf', ...END }]],
  ['^eu$', [{ text: 'eu', ...WHOLE }]],
  ['draft', [{ text: 'draft', ...ANYWHERE }]],
  ['', [{ text: '', ...ANYWHERE }]],
  ['^', [{ text: '', ...START }]],
  ['^$', [{ text: '', ...WHOLE }]],
  ['^(?:a|b|)$', ['a', 'b', ''].map((text) => ({ text, ...WHOLE }))],
  ['^(a|b)$', ['a', 'b'].map((text) => ({ text, ...WHOLE }))],
  ['^(?:ord|inv)-', ['ord-', 'inv-'].map((text) => ({ text, ...START }))],
  [
    '^(?:eu|us)-(?:(?:e|w)ast|x)$',
    ['eu-east', 'eu-wast', 'eu-x', 'us-east', 'us-wast', 'us-x'].map((text) => ({ text, ...WHOLE })),
  ],
  [
    '^a|b$',
    [
      { text: 'a', ...START },
      { text: 'b', ...END },
    ],
  ],
  ['^(?:a|a)$', [{ text: 'a', ...WHOLE }]],
  ['^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/$', [{ text: '^$\\.*+?()[]{}|/', ...WHOLE }]],
  ['^a-:,/"😀\n$', [{ text: 'a-:,/"😀\n', ...WHOLE }]],
])('%s compares with texts', (pattern, matches) => {
  expect(literalMatches(pattern)).toEqual(matches);
});

test.each([
  'a.b',
  'a*',
  'a+',
  'a?',
  'a{2}',
  '[ab]',
  '\\d',
  '\\w',
  '\\s',
  '\\b',
  '\\u0041',
  '\\x41',
  '\\n',
  '\\p{L}',
  '(a)\\1',
  '(?<n>a)\\k<n>',
  '(?<n>a)',
  '(?=a)',
  '(?!a)',
  '(?<!a)',
  '(?:a)*',
  '^(?:a)?$',
  '^(?:a|b)+$',
  'a^',
  '$a',
  'a$b',
  '^^a',
  'a$$',
  '(^a)',
  '(?:a$)',
  '^(?:^a|b)$',
  '^(?:a|.)$',
  '^(?:a|[b])$',
  '^(?:(?:a|b*)|c)$',
  `^(?:${Array.from({ length: 101 }, (_, index) => `x${index}`).join('|')})$`,
  `^${'(?:a|b)'.repeat(30)}$`,
])('%s takes more than a comparison', (pattern) => {
  expect(() => new RegExp(pattern, 'u')).not.toThrow();
  expect(literalMatches(pattern)).toBeUndefined();
});

test.each(['(', ')', '(?:a', 'a)', '\\', '\\-', '|)', '(?a)', '(?', '*', '}'])(
  '%s is no expression, and is not read as one',
  (pattern) => {
    expect(() => new RegExp(pattern, 'u')).toThrow();
    expect(literalMatches(pattern)).toBeUndefined();
  },
);

test('whatever is read means what the engine of JavaScript makes of it', () => {
  const piece = fc.constantFrom(...'ab.*+?^$|()[]{}\\/-:=!<>dsnu1,"\n😀é'.split(/(?:)/u), '(?:', '\\.', '\\*', '\\\\');
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  let read = 0;
  fc.assert(
    fc.property(
      pattern,
      fc.array(fc.string({ unit: fc.constantFrom(...'ab.*\\|/-:\n"', '😀', 'é'), maxLength: 5 })),
      (text, values) => {
        const matches = literalMatches(text);
        if (matches === undefined) return;
        read++;
        const expression = new RegExp(text, 'u');
        for (const value of [...values, ...matches.map((match) => match.text)]) {
          const expected = matches.some(({ text: part, atStart, atEnd }) => {
            if (atStart && atEnd) return value === part;
            if (atStart) return value.startsWith(part);
            return atEnd ? value.endsWith(part) : value.includes(part);
          });
          expect({ text, value, matches: expected }).toEqual({ text, value, matches: expression.test(value) });
        }
      },
    ),
    { numRuns: 5_000 },
  );
  expect(read).toBeGreaterThan(500);
});
