import { changed, findings } from '../cases/four-layers';

/** The cases are of 2026-11-24. */
test.each([
  ['2026-11-24', 'warning', 'on trial until 2026-11-24'],
  ['2027-02-22', 'warning', 'on trial until 2027-02-22'],
  ['2027-02-23', 'error', 'its trial ends on no day of the next 90, got "2027-02-23"'],
  ['9999-12-31', 'error', 'ends on no day of the next 90'],
  ['2026-12-99', 'error', 'ends on no day of the next 90'],
  ['2026-11-31', 'error', 'ends on no day of the next 90'],
  [20270101, 'error', 'ends on no day of the next 90'],
  ['2026-11-23', 'error', 'its trial ended on 2026-11-23'],
  [undefined, 'error', 'without a day on which that ends'],
])('a forbid on trial until %s: %s', (lastDay, severity, message) => {
  const metadata = lastDay === undefined ? {} : { 'cdk-secure-mcp': { trial: { lastDay } } };
  const told = findings(
    changed({ 'RefundGuard/EnforcementMode': 'LOG_ONLY', 'RefundGuard#Metadata': metadata }),
    'AZ03',
  );

  expect(told).toEqual([expect.objectContaining({ severity, message: expect.stringContaining(message) })]);
});
