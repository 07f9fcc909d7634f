import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const tracked = spawnSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .stdout.split('\0')
  .filter(Boolean);

/** Put together here, so that this file does not contain what it looks for. */
const FORBIDDEN = [
  ['a path of a machine', new RegExp(`(^|[^\\w.])/(${['work', 'home', 'Users', 'root'].join('|')})/[\\w.-]+/`)],
  ['a folder beside the repository', new RegExp(`\\.\\./${'shared'}/`)],
  ['a registry', new RegExp(`registry\\.${'npmjs'}|${'pypi'}\\.org|repo\\.${'maven'}|proxy\\.${'golang'}`)],
] as const;

test.each(FORBIDDEN)('no file holds %s', (_name, pattern) => {
  const hits = tracked
    .filter((file) => !/\.(png|wasm|tgz|jsii)$/.test(file) && file !== 'package-lock.json')
    .filter((file) => pattern.test(readFileSync(join(ROOT, file), 'utf8')));

  expect(tracked.length).toBeGreaterThan(30);
  expect(hits).toEqual([]);
});
