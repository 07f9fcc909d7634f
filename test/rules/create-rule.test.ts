import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRule } from '../../scripts/create-rule';

const ROOT = join(__dirname, '../..');

function clone(): string {
  const root = mkdtempSync(join(tmpdir(), 'clone-'));
  cpSync(join(ROOT, 'lib/rules'), join(root, 'lib/rules'), { recursive: true });
  cpSync(join(ROOT, 'test/rules'), join(root, 'test/rules'), { recursive: true });
  return root;
}

test('a new rule is written, registered and has cases', () => {
  const root = clone();
  const [file, cases, registry] = createRule(root, 'LP19', 'tool-has-owner');

  expect(readFileSync(file!, 'utf8')).toContain("id: 'LP19'");
  expect(readFileSync(cases!, 'utf8')).toMatch(/LP19: \{\s+violating/);
  expect(readFileSync(registry!, 'utf8')).toMatch(
    /import \{ lp19 \} from '\.\/least-privilege\/lp19-tool-has-owner';[\s\S]*lp18,\n {2}lp19,\n\];/,
  );
});

test.each([
  ['XX01', 'two-words', 'starts with IN, OUT, AZ or LP'],
  ['LP19', 'Owner', 'kebab-case'],
  ['LP18', 'two-words', 'LP18 exists'],
])('%s %s is refused', (id, name, fragment) => {
  expect(() => createRule(clone(), id, name)).toThrow(fragment);
});
