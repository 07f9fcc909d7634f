import { daysAfter, isDay } from '../../lib/core/day';

test.each(['2026-11-24', '2028-02-29', '9999-12-31'])('%s is a day', (text) => {
  expect(isDay(text)).toBe(true);
});

test.each(['2026-02-29', '2026-11-31', '2026-99-99', '2026-1-1', '2026-11', '2026-11-24T00:00', 'soon', ''])(
  '%j is no day',
  (text) => {
    expect(isDay(text)).toBe(false);
  },
);

test('days are counted over the end of a year', () => {
  expect(daysAfter('2026-11-24', 90)).toBe('2027-02-22');
});
