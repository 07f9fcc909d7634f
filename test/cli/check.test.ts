import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMAND = join(__dirname, '..', '..', 'bin', 'secure-mcp');

function run(...args: string[]) {
  return spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
}

function template(resources: object, name = 't.json'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'check-')), name);
  writeFileSync(path, JSON.stringify({ Resources: resources }));
  return path;
}

const open = template({ Gw: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { AuthorizerType: 'NONE' } } });
const empty = template({ Q: { Type: 'AWS::SQS::Queue' } });

test('a clean template ends with 0', () => {
  const { status, stdout } = run('check', empty);

  expect(status).toBe(0);
  expect(stdout).toContain('No findings in 1 stack');
});

test('findings end with 1 and are told by layer, with path and fix', () => {
  const { status, stdout } = run('check', open);

  expect(status).toBe(1);
  expect(stdout).toMatch(/^inbound\n {2}ERROR SecureMcp-IN01 {2}The gateway accepts calls without authentication/);
  expect(stdout).toContain('at t/Gw.Properties.AuthorizerType');
  expect(stdout).toContain('fix: Use a JWT or IAM authorizer');
});

test('JSON has exactly the published shape', () => {
  const { status, stdout } = run('check', open, '--format', 'json');
  const { findings } = JSON.parse(stdout);

  expect(status).toBe(1);
  expect(findings[0]).toEqual({
    ruleId: 'SecureMcp-IN01',
    severity: 'error',
    layer: 'inbound',
    resource: 'Gw',
    path: 't/Gw.Properties.AuthorizerType',
    message: 'The gateway accepts calls without authentication: AuthorizerType is NONE',
    fix: expect.stringContaining('Inbound.cognito()'),
  });
});

test.each([
  ['a path that does not exist', ['check', join(tmpdir(), 'no-such-cdk.out')], 'ASSEMBLY_UNREADABLE'],
  ['an unknown option', ['check', '--formt', 'json'], 'did you mean --format'],
  ['an unknown format', ['check', empty, '--format', 'xml'], 'takes text, json'],
  ['too many paths', ['check', empty, empty], 'CLI_USAGE'],
  ['an unknown command', ['chek'], 'CLI_USAGE'],
  ['a prototype name as command', ['constructor'], 'CLI_USAGE'],
])('%s ends with 2 and says what to do', (_name, args, fragment) => {
  const { status, stdout, stderr } = run(...args);

  expect(status).toBe(2);
  expect(stderr).toContain(fragment);
  expect(stdout).toBe('');
});

test.each([[[]], [['--help']], [['check', '--help']]])('help is there: %j', (args) => {
  expect(run(...args).stdout).toContain('secure-mcp');
});
