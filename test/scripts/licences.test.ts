import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { licences } from '../../scripts/bundle/licences';

const ROOT = mkdtempSync(join(tmpdir(), 'licences-'));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

let next = 0;
function installed(manifest: object, files: { [name: string]: string } = {}): string {
  const folder = join(ROOT, `package-${next++}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'made-up', version: '1.2.3', ...manifest }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
const fine = () => installed({ license: 'MIT' }, { LICENSE: 'Permission is hereby granted' });

test.each<[string, object]>([
  ['AGPL-3.0', { license: 'AGPL-3.0' }],
  ['GPL-3.0-or-later', { license: 'GPL-3.0-or-later' }],
  ['a choice that includes a copyleft licence', { license: '(MIT AND LGPL-3.0)' }],
  ['a licence of its own', { license: 'SEE LICENSE IN LICENSE.txt' }],
  ['an old manifest with AGPL', { license: { type: 'AGPL-3.0', url: 'x' } }],
  ['no licence', {}],
])('a package is not bundled under %s', (_name, manifest) => {
  expect(() => licences([fine(), installed(manifest)])).toThrow(/^made-up is bundled, and its licence is /);
});

test.each(['MIT', 'Apache-2.0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0'])(
  'a package is bundled under %s, with the text of its licence',
  (license) => {
    const text = licences([installed({ license }, { 'LICENCE.md': 'The terms.' })]);

    expect(text).toContain(`made-up 1.2.3 (${license})\n\nThe terms.`);
  },
);

test('a package without a licence file is named with its author', () => {
  expect(licences([installed({ license: 'MIT', author: { name: 'Ada' } })])).toContain('MIT licence, by Ada');
});
