import fc from 'fast-check';
import { matchesAction, matchesArn, matchesPattern, patternsIntersect } from '../../../lib/core/iam/match';

test.each([
  ['a star takes anything', 'arn:*', 'arn:aws:s3:::b', true],
  ['a star takes nothing, too', 'ab*', 'ab', true],
  ['a question mark takes one character', 'gw-?', 'gw-1', true],
  ['a question mark takes exactly one', 'gw-?', 'gw-', false],
  ['resources are case sensitive', 'gateway/Shop', 'gateway/shop', false],
  ['a pattern is anchored', 'table/orders', 'table/orders-2', false],
  ['characters of regular expressions mean nothing', 'a.b+c', 'axb+c', false],
  // Private use characters stand in names that come from other systems.
  ['a private use character is itself', 'k/\uE000\uE001\uE002', 'k/\uE000\uE001\uE002', true],
  ['a private use character is no star', 'k/\uE000', 'k/*', false],
])('%s', (_name, pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

test('actions are compared without regard to case', () => {
  expect(matchesAction('DynamoDB:getitem', 'dynamodb:GetItem')).toBe(true);
});

test.each(
  [
    ['arn:aws:lambda:*:111122223333:function:f', 'arn:aws:lambda:eu-west-1:111122223333:function:f', true],
    [
      'a star stays in its part',
      'arn:aws:lambda:*:function:f',
      'arn:aws:lambda:eu-west-1:111122223333:function:f',
      false,
    ],
    ['the last part may hold colons', 'arn:aws:lambda:r:a:*', 'arn:aws:lambda:r:a:function:f:live', true],
  ].map((row) => (row.length === 3 ? [row[0], ...row] : row)) as [string, string, string, boolean][],
)('ARN pattern: %s', (_name, pattern, arn, expected) => {
  expect(matchesArn(pattern, arn)).toBe(expected);
});

test('a long hostile pattern does not hang', () => {
  expect(matchesPattern(`${'*a'.repeat(2000)}b`, 'a'.repeat(2000))).toBe(false);
});

const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 5 });
const words = [
  '',
  ...['a', 'b'].flatMap((x) => [x, ...['a', 'b'].flatMap((y) => [x + y, ...['a', 'b'].flatMap((z) => [x + y + z])])]),
];
const longer = words.flatMap((word) => words.map((other) => word + other));

test('intersection agrees with trying all words up to six letters', () => {
  fc.assert(
    fc.property(glob, glob, (a, b) => {
      const tried = longer.some((word) => matchesPattern(a, word) && matchesPattern(b, word));

      expect(patternsIntersect(a, b)).toBe(tried || patternsIntersectBeyond(a, b));
    }),
    { numRuns: 3000 },
  );
});

/** Two patterns of at most five tokens meet, if at all, in a word of at most ten letters: stars of one, letters of the other. */
function patternsIntersectBeyond(a: string, b: string): boolean {
  const shortest = (pattern: string) => pattern.replaceAll('*', '').length;
  if (shortest(a) + shortest(b) <= 6) return false;
  const fill = (pattern: string) => pattern.replaceAll('?', 'a');
  return [fill(a), fill(b)].some((word) => {
    const candidates = [word.replaceAll('*', ''), ...longer.map((text) => word.replace('*', text).replaceAll('*', ''))];
    return candidates.some((candidate) => matchesPattern(a, candidate) && matchesPattern(b, candidate));
  });
}
