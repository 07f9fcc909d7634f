import { formatProblem, SecureMcpError, shown } from '../../lib/core/errors';
import { nearest } from '../../lib/core/suggest';

test('a problem says what is wrong, what to do next, its code and where', () => {
  const text = formatProblem({ code: 'TOOL_NAME', message: 'bad name, got "a_b"', fix: 'Use a hyphen', at: 'S/Gw' });

  expect(text).toBe('bad name, got "a_b". Use a hyphen [TOOL_NAME] (at S/Gw)');
});

test('an error carries all its problems', () => {
  const error = new SecureMcpError([
    { code: 'TOOL_NAME', message: 'one', fix: 'Fix one' },
    { code: 'TOOL_DUPLICATE', message: 'two', fix: 'Fix two' },
  ]);

  expect(error.code).toBe('TOOL_NAME');
  expect(error.message.split('\n')).toHaveLength(2);
});

test('a long value is cut', () => {
  expect(shown('x'.repeat(500)).length).toBeLessThanOrEqual(120);
});

test.each([
  ['amuont', 'amount'],
  ['orderid', 'orderId'],
  ['completely-different', undefined],
])('nearest to %s is %s', (word, expected) => {
  expect(nearest(word, ['amount', 'orderId'])).toBe(expected);
});
