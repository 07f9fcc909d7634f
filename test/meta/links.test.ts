import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const documents = spawnSync('git', ['ls-files', '-z', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .stdout.split('\0')
  .filter((file) => file !== '' && file !== 'API.md');

test.each(documents)('links of %s lead to files that are there', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);

  expect(targets.filter((target) => !existsSync(join(ROOT, dirname(document), target)))).toEqual([]);
});

test('every decision is listed in the architecture', () => {
  const architecture = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const decisions = readdirSync(join(ROOT, 'docs/decisions'));

  expect(decisions.length).toBeGreaterThan(4);
  expect(decisions.filter((file) => !architecture.includes(`](decisions/${file})`))).toEqual([]);
});
