import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRule } from '../../scripts/create-rule';

const ROOT = join(__dirname, '../..');

/** Of no rule to come: the tests of the clone have to pass beside it. */
const ID = 'LP99';

const OF_TESTS = ['test/support', 'test/fixtures'];

function clone(...folders: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const folder of ['lib/rules', 'test/rules', ...folders])
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true, filter: (path) => !/cdk\.out$/.test(path) });
  return root;
}

test('a new rule is written, registered and has cases', () => {
  const root = clone();
  const [file, cases, registry] = createRule(root, ID, 'tool-has-owner');

  expect(readFileSync(file!, 'utf8')).toContain("id: 'LP99'");
  expect(readFileSync(cases!, 'utf8')).toMatch(/LP99: \{\s+violating/);
  expect(readFileSync(registry!, 'utf8')).toMatch(
    /import \{ lp99 \} from '\.\/least-privilege\/lp99-tool-has-owner';[\s\S]*lp\d\d,\n {2}lp99,\n\];/,
  );
});

test.each([
  ['XX01', 'two-words', 'starts with IN, OUT, AZ or LP'],
  [ID, 'Owner', 'kebab-case'],
  ['LP18', 'two-words', 'LP18 exists'],
])('%s %s is refused', (id, name, fragment) => {
  expect(() => createRule(clone(), id, name)).toThrow(fragment);
});

describe('npm run create-rule', () => {
  let root: string;
  let created: SpawnSyncReturns<string>;
  beforeAll(() => {
    root = clone('lib', 'scripts', 'docs', 'examples', 'README.md', 'package.json', 'tsconfig.json', ...OF_TESTS);
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    // What `npm run create-rule` runs, without its check that dependencies are installed.
    const script = join(root, 'scripts/create-rule.ts');
    const options = { cwd: root, encoding: 'utf8' } as const;
    created = spawnSync(process.execPath, ['--import', 'tsx', script, ID, 'tool-has-owner'], options);
  });
  const at = (file: string) => join(root, file);

  /** The tests of the rule in the clone. */
  const tested = () =>
    spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/jest/bin/jest.js'), '--rootDir', root, '-t', ID, 'mutation-proof', 'registry'],
      { cwd: root, encoding: 'utf8' },
    );

  test('writes the rule, its cases, its registration and its page, and says where and what to do', () => {
    expect(created.stdout).toContain(
      [
        at('lib/rules/least-privilege/lp99-tool-has-owner.ts'),
        at('test/rules/cases/least-privilege.ts'),
        at('lib/rules/registry.ts'),
      ].join('\n'),
    );
    expect(created.stdout).toContain(at('docs/rules/lp99-tool-has-owner.md'));
    expect(created.stdout).toContain('npx jest test/rules (it must pass as it is), and make it say what you mean');
    expect(created.status).toBe(0);
    const page = readFileSync(at('docs/rules/lp99-tool-has-owner.md'), 'utf8');
    expect(page).toMatch(/^# LP99 tool-has-owner\n\nWhat is wrong when it fires\n[\s\S]*SecureMcp::SecureMcp-LP99/);
    expect(readFileSync(at('docs/rules/README.md'), 'utf8')).toContain('[LP99](lp99-tool-has-owner.md)');
  });

  test('passes as it is: it fires, it is undecided, it is complete, and it alone fires', () => {
    const { stderr, status } = tested();

    expect(stderr).toMatch(/Tests: +\d+ skipped, 5 passed/);
    expect(status).toBe(0);
  });

  test('and no longer passes when the rule no longer finds what its case breaks', () => {
    const rule = at('lib/rules/least-privilege/lp99-tool-has-owner.ts');
    writeFileSync(rule, readFileSync(rule, 'utf8').replace("value === 'todo'", "value === 'never'"));
    const { stderr, status } = tested();

    expect(stderr).toContain('● LP99 tool-has-owner › fires: what breaks it');
    expect(status).toBe(1);
  });
});
