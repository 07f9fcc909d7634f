import { execFileSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Vault } from '../../../lib/local/outbound/vault';

const SECRET = 'planted-marker-5f0c';

function fileWith(text: string, repository?: 'ignored' | 'not ignored'): string {
  const folder = mkdtempSync(join(tmpdir(), 'vault-'));
  const file = join(folder, 'vault.json');
  writeFileSync(file, text);
  if (repository !== undefined) execFileSync('git', ['init', '-q'], { cwd: folder });
  if (repository === 'ignored') writeFileSync(join(folder, '.gitignore'), 'vault.json\n');
  return file;
}

const GOOD = JSON.stringify({ 'crm-login': { clientSecret: SECRET } });
const errorOf = (open: () => unknown): string => {
  try {
    open();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

test.each(['ignored', undefined] as const)('a file in a repository where it is %s is read', (repository) => {
  const vault = Vault.open(fileWith(GOOD, repository), {});

  expect(vault.get('crm-login', 'clientSecret')).toBe(SECRET);
  expect(vault.get('crm-login', 'apiKey')).toBeUndefined();
  expect(vault.get('toString', 'apiKey')).toBeUndefined();
});

test('a file that git does not ignore is refused', () => {
  const message = errorOf(() => Vault.open(fileWith(GOOD, 'not ignored'), {}));

  expect(message).toContain('git does not ignore the vault file');
  expect(message).toContain('[LOCAL_UNSUPPORTED]');
});

test.each([
  ['not ignored', false],
  ['ignored', true],
] as const)('a link from elsewhere to a file that is %s in its repository is read: %s', (repository, read) => {
  const link = join(mkdtempSync(join(tmpdir(), 'link-')), 'vault.json');
  symlinkSync(fileWith(GOOD, repository), link);

  expect(errorOf(() => Vault.open(link, {}))).toEqual(read ? '' : expect.stringContaining('git does not ignore'));
});

test('where git cannot say that it ignores the file, it is refused', () => {
  const file = fileWith(GOOD, 'ignored');
  expect(Vault.open(file, {}).get('crm-login', 'clientSecret')).toBe(SECRET);

  // A repository that git refuses to read answers 128.
  writeFileSync(join(file, '../.git/config'), 'no configuration');
  expect(errorOf(() => Vault.open(file, {}))).toContain('git does not ignore the vault file, or cannot be asked');
});

test.each([
  ['no JSON', `{ "crm-login": ${SECRET} }`, 'it is not JSON'],
  ['a list', `["${SECRET}"]`, 'does not hold credentials by provider'],
  ['an unknown field', `{"crm-login":{"${SECRET}":"x"}}`, 'does not hold credentials by provider'],
  ['a value that is no text', `{"crm-login":{"apiKey":["${SECRET}"]}}`, 'does not hold credentials by provider'],
])('a file with %s is refused, and none of it is shown', (_what, text, fragment) => {
  const message = errorOf(() => Vault.open(fileWith(text), {}));

  expect(message).toContain(fragment);
  expect(message).toContain('[LOCAL_UNSUPPORTED]');
  expect(message).not.toContain(SECRET);
});

test('a file that is not there is named', () => {
  expect(errorOf(() => Vault.open('/nowhere/vault.json', {}))).toContain('"/nowhere/vault.json": ENOENT');
});

test('the environment comes first, under the name that the hint tells', () => {
  const vault = Vault.open(
    { 'crm-login': { clientSecret: 'from the file' } },
    { SECURE_MCP_VAULT_CRM_LOGIN_CLIENT_SECRET: SECRET },
  );

  expect(vault.get('crm-login', 'clientSecret')).toBe(SECRET);
  expect(Vault.hint('crm-login', 'clientSecret')).toContain('set SECURE_MCP_VAULT_CRM_LOGIN_CLIENT_SECRET');
});

test('an empty variable of the environment is none', () => {
  const values = { 'crm-login': { clientSecret: SECRET } };
  const vault = (value: string) => Vault.open(values, { SECURE_MCP_VAULT_CRM_LOGIN_CLIENT_SECRET: value });

  expect(vault('').get('crm-login', 'clientSecret')).toBe(SECRET);
  expect(vault('other').get('crm-login', 'clientSecret')).toBe('other');
});
