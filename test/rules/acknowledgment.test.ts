import { acknowledgmentText, readReason } from '../../lib/rules/acknowledgment';

const about = { ruleId: 'SecureMcp-IN01', scope: 'app' };

test.each([
  [{ reason: 'SEC-1 docs', owner: 'docs', expires: '2999-12' }, 'SEC-1 docs, owner docs, expires 2999-12'],
  [{ reason: 'SEC-1 docs' }, 'SEC-1 docs'],
  [{ reason: ' ', owner: 'docs' }, 'no reason given, owner docs'],
  [{ reason: 'SEC-1\ndocs\u001b[2K' }, 'SEC-1\\u000adocs\\u001b[2K'],
])('%j is told as one line', (given, text) => {
  expect(acknowledgmentText({ ...about, ...given })).toBe(text);
});

test('owner and expiry that the reason says are not said twice, and another expiry is', () => {
  const reason = 'SEC-1 docs, owner docs-team, expires 2999-03-31';

  expect(acknowledgmentText({ ...about, reason, ...readReason(reason) })).toBe(reason);
  expect(acknowledgmentText({ ...about, reason, ...readReason(reason), expires: '2027-01' })).toBe(
    `${reason}, expires 2027-01`,
  );
});
