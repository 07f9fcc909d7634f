import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../lib/core/errors';

const LIB = join(__dirname, '..', '..', 'lib');
const sources = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('core/errors.ts'))
  .map((file) => readFileSync(join(LIB, file), 'utf8'))
  .join('\n');

test.each(Object.keys(ERRORS))('%s is used', (code) => {
  expect(sources.includes(`'${code}'`)).toBe(true);
});

test('codes are in alphabetical order', () => {
  expect(Object.keys(ERRORS)).toEqual(Object.keys(ERRORS).sort());
});
