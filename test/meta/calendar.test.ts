import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_OPTIONS } from '../../lib/rules/options';

const EXAMPLES = join(__dirname, '../../examples');

/** What an example says about a day on which something ends or begins. */
const DAYS = /(?:datetime\("|expires:? |lastDay: '|[bB]efore\(')(\d{4})-\d\d/g;

test('no day in an example comes soon: it would warn, or mean nothing, on a machine of next year', () => {
  const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(ts|cedar|json|ya?ml)$/.test(file) && !/node_modules|cdk\.out/.test(file),
  );
  const days = files.flatMap((file) =>
    [...readFileSync(join(EXAMPLES, file), 'utf8').matchAll(DAYS)].map(([text, year]) => ({ file, text, year })),
  );

  expect(days.length).toBeGreaterThan(2);
  expect(days.filter(({ year }) => Number(year) < 2036)).toEqual([]);
});

test('rules judge by a fixed day in tests', () => {
  expect(DEFAULT_OPTIONS.today).toBe('2026-11-24');
});
