import '@microsoft/jest-sarif';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Command, CommandResult } from '../../lib/cli/command';
import { check } from '../../lib/cli/commands/check';
import { explain } from '../../lib/cli/commands/explain';
import { guardrails } from '../../lib/cli/commands/guardrails';
import { list } from '../../lib/cli/commands/list';
import { RULES } from '../../lib/rules/registry';

const COMMAND = join(__dirname, '..', '..', 'bin', 'secure-mcp');

/** The command as a user starts it: a second each. */
function start(...args: string[]) {
  return spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
}

const COMMANDS: { readonly [name: string]: Command } = { check, explain, guardrails, list };

/** The same in this process, with the contract of lib/cli/main.ts. */
function run(name: string, ...args: string[]): { status: number; stdout: string; stderr: string } {
  try {
    const { exitCode, output = '', notice = '' } = COMMANDS[name]!.run(args) as CommandResult;
    return { status: exitCode, stdout: output, stderr: notice };
  } catch (error) {
    return { status: 2, stdout: '', stderr: (error as Error).message };
  }
}

function template(resources: object, name = 't.json'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'check-')), name);
  writeFileSync(path, JSON.stringify({ Resources: resources }));
  return path;
}

const open = template({ Gw: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { AuthorizerType: 'NONE' } } });
const truncated = join(dirname(open), 'truncated.json');
writeFileSync(truncated, readFileSync(open, 'utf8').slice(0, -3));
const empty = template({ Q: { Type: 'AWS::SQS::Queue' } });

test('a clean template ends with 0', () => {
  const { status, stdout } = run('check', empty);

  expect(status).toBe(0);
  expect(stdout).toContain('No findings in 1 stack');
});

test('the profile on the command line decides which rules run, before that of a configuration', () => {
  const config = join(dirname(open), 'strict.json');
  writeFileSync(config, JSON.stringify({ profile: 'strict' }));
  const rules = (...args: string[]) =>
    new Set(run('check', ...args, open).stdout.match(/(?:LP15\[TRACES|LP17\[endpoint)/g));

  expect([...rules()]).toEqual([]);
  expect([...rules('--profile', 'strict')]).toEqual(['LP15[TRACES']);
  expect([...rules('--profile', 'private')]).toEqual(['LP15[TRACES', 'LP17[endpoint']);
  expect([...rules('--config', config, '--profile', 'default')]).toEqual([]);
  expect([...rules('--config', config)]).toEqual(['LP15[TRACES']);
});

test('findings end with 1 and are told by layer, with path and fix', () => {
  const { status, stdout } = start('check', open);

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

test.each(['text', 'markdown', 'junit', 'json', 'sarif'])(
  'as %s a template cannot erase a line of the report, add one or give orders to a CI log',
  (format) => {
    const hostile = template({
      'G\u001b[1A': {
        Type: 'AWS::BedrockAgentCore::Gateway',
        Properties: { AuthorizerType: 'NO\u001b[2K\n::stop-commands::x\u202eNE' },
        Metadata: { 'aws:cdk:path': 'S\n::error::y/G' },
      },
    });
    const { status, stdout } = run('check', hostile, '--format', format);

    expect(status).toBe(1);
    expect(stdout).toMatch(/NO\\+u001b\[2K\\+u000a::stop-commands::x\\+u202eNE/);
    expect(stdout).not.toMatch(/^\s*::/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  },
);

test('what is no JSON is told by its place, not by a piece of it', () => {
  const broken = join(mkdtempSync(join(tmpdir(), 'json-')), 't.json');
  writeFileSync(broken, '{"Password": hunter2hunter2}');
  const { status, stderr } = run('check', broken);

  expect(status).toBe(2);
  expect(stderr).toContain('it is not JSON: Unexpected token');
  expect(stderr).not.toContain('hunter2');
});

test.each([
  ['a path that does not exist', ['check', join(tmpdir(), 'no-such-cdk.out')], 'ASSEMBLY_UNREADABLE'],
  ['a truncated template', ['check', truncated], 'it is not JSON'],
  ['an unknown option', ['check', '--formt', 'json'], 'did you mean --format'],
  ['an unknown format', ['check', empty, '--format', 'xml'], 'takes text, json, sarif'],
  ['too many paths', ['check', empty, empty], 'CLI_USAGE'],
  ['an unknown command', ['chek'], 'CLI_USAGE'],
  ['a prototype name as command', ['constructor'], 'CLI_USAGE'],
])('%s ends with 2 and says what to do', (_name, args, fragment) => {
  const { status, stdout, stderr } = start(...args);

  expect(status).toBe(2);
  expect(stderr).toContain(fragment);
  expect(stdout).toBe('');
});

test.each([[[]], [['--help']], [['check', '--help']]])('help is there: %j', (args) => {
  expect(start(...args).stdout).toContain('secure-mcp');
});

test.each([
  ['error', ['--fail-on', 'error'], 1],
  ['a warning alone', ['--fail-on', 'error'], 0],
  ['a warning alone, and warnings count', ['--fail-on', 'warning'], 1],
  ['an undecided value, and warnings count', ['--fail-on', 'warning'], 0],
  ['an undecided value', [], 1],
])('--fail-on: %s', (name, args, status) => {
  const engine = { Type: 'AWS::BedrockAgentCore::PolicyEngine', Properties: { Name: 'e' } };
  const key = {
    Type: 'AWS::BedrockAgentCore::PolicyEngine',
    Properties: { Name: 'e', EncryptionKeyArn: { 'Fn::ImportValue': 'k' } },
  };
  const path = name === 'error' ? open : template({ E: name.startsWith('an undecided') ? key : engine });

  expect(run('check', path, ...args).status).toBe(status);
});

test('a baseline leaves out what it knows, and nothing else', () => {
  const baseline = join(mkdtempSync(join(tmpdir(), 'base-')), 'baseline.json');
  writeFileSync(baseline, run('check', open, '--format', 'json').stdout);
  const more = template({
    Gw: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { AuthorizerType: 'NONE' } },
    New: { Type: 'AWS::BedrockAgentCore::PolicyEngine', Properties: { Name: 'e' } },
  });

  expect(run('check', open, '--baseline', baseline).status).toBe(0);
  const { status, stdout } = run('check', more, '--baseline', baseline, '--format', 'json');
  expect(status).toBe(1);
  expect(JSON.parse(stdout).findings.map(({ path }: { path: string }) => path)).toEqual([
    't/New.Properties.EncryptionKeyArn',
  ]);
});

test('a finding of the baseline that got worse counts as new, one that stayed does not', () => {
  const invoker = (Principal: string) =>
    template({
      Target: {
        Type: 'AWS::BedrockAgentCore::GatewayTarget',
        Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: { 'Fn::GetAtt': ['Fn', 'Arn'] } } } } },
      },
      Fn: { Type: 'AWS::Lambda::Function' },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: { Ref: 'Fn' }, Principal, Action: 'lambda:InvokeFunction' },
      },
    });
  const folder = mkdtempSync(join(tmpdir(), 'base-'));
  const [baseline, lower, config] = ['b.json', 'lower.json', 'config.json'].map((name) => join(folder, name));
  writeFileSync(config!, JSON.stringify({ severities: { LP08: 'warning' } }));
  writeFileSync(baseline!, run('check', invoker('111122223333'), '--format', 'json').stdout);
  writeFileSync(lower!, run('check', invoker('*'), '--config', config!, '--format', 'json').stdout);
  const left = (principal: string, known: string) =>
    JSON.parse(run('check', invoker(principal), '--baseline', known, '--format', 'json').stdout).findings;

  expect(left('111122223333', baseline!)).toEqual([]);
  expect(left('*', baseline!)).toMatchObject([
    { path: 't/Permission.Properties.Principal', message: expect.stringMatching(/the principal is \*$/) },
  ]);
  expect(left('*', lower!)).toMatchObject([{ path: 't/Permission.Properties.Principal', severity: 'error' }]);
});

test('SARIF names the rule, the template and the line of the resource', () => {
  const yaml = join(mkdtempSync(join(tmpdir(), 'sarif-')), 't.yaml');
  writeFileSync(
    yaml,
    'Resources:\n  Q:\n    Type: AWS::SQS::Queue\n  Gw:\n    Type: AWS::BedrockAgentCore::Gateway\n    Properties: { AuthorizerType: NONE }\n',
  );
  const log = JSON.parse(run('check', yaml, '--format', 'sarif').stdout);

  expect(log.version).toBe('2.1.0');
  const [result] = log.runs[0].results;
  expect(result).toMatchObject({ ruleId: 'SecureMcp-IN01', level: 'error' });
  expect(log.runs[0].tool.driver.rules[result.ruleIndex].id).toBe('SecureMcp-IN01');
  expect(result.locations[0].physicalLocation).toMatchObject({ region: { startLine: 4, startColumn: 3 } });
  expect(result.locations[0].physicalLocation.artifactLocation.uri).toContain('t.yaml');
});

test('SARIF is valid by the schema of 2.1.0, with every rule, an acknowledged finding and the line of the app', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'sarif-')), stackTraces: true });
  for (const id of ['Open', 'Accepted'])
    new CfnGateway(new Stack(app, id), 'Gw', { name: 'gw', authorizerType: 'NONE', roleArn: 'arn:aws:iam::1:role/x' });
  Validations.of(app.node.findChild('Accepted')).acknowledge({
    id: 'SecureMcp::SecureMcp-IN01',
    reason: 'SEC-1 public documentation, owner docs-team, expires 2999-12-31',
  });
  const log = JSON.parse(run('check', app.synth().directory, '--format', 'sarif').stdout);
  const { results } = log.runs[0] as {
    results: {
      ruleId: string;
      suppressions?: { justification: string }[];
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
    }[];
  };
  const [open, accepted] = results.filter(({ ruleId }) => ruleId === 'SecureMcp-IN01');

  expect(log).toBeValidSarifLog();
  expect({ ...log, runs: [{ results: 'none' }] }).not.toBeValidSarifLog();
  expect(log.runs[0].tool.driver.rules).toHaveLength(RULES.length);
  expect(open!.suppressions).toBeUndefined();
  expect(accepted!.suppressions![0]!.justification).toContain('SEC-1 public documentation');
  const [template, source] = open!.locations.map(({ physicalLocation }) => physicalLocation);
  expect(
    readFileSync(fileURLToPath(template!.artifactLocation.uri), 'utf8').split('\n')[template!.region.startLine - 1],
  ).toContain('"Gw"');
  expect(source!.artifactLocation.uri).toMatch(/check\.test\.ts$/);
});

test('JUnit and Markdown are written', () => {
  expect(run('check', open, '--format', 'junit').stdout).toMatch(
    new RegExp(`<testsuite name="secure-mcp" tests="${RULES.length}"[\\s\\S]*<failure type="error"`),
  );
  expect(run('check', open, '--format', 'markdown').stdout).toContain('| error | SecureMcp-IN01 |');
});

test('a folder of templates in JSON and YAML is judged together', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'));
  mkdirSync(join(folder, 'nested'));
  writeFileSync(
    join(folder, 'a.yaml'),
    'Resources:\n  Gw:\n    Type: AWS::BedrockAgentCore::Gateway\n    Properties:\n      AuthorizerType: NONE\n      RoleArn: !ImportValue role\n',
  );
  writeFileSync(
    join(folder, 'b.json'),
    JSON.stringify({
      Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } } },
      Outputs: { Role: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] }, Export: { Name: 'role' } } },
    }),
  );
  writeFileSync(join(folder, 'parameters.json'), '{}');
  const findings = JSON.parse(run('check', folder, '--format', 'json').stdout).findings as {
    ruleId: string;
    path: string;
  }[];

  expect(findings.map(({ ruleId }) => ruleId)).toContain('SecureMcp-IN01');
  expect(findings.map(({ ruleId }) => ruleId)).not.toContain('SecureMcp-LP01[Unknown::Properties.RoleArn]');
});

test('a valid acknowledgment is applied, an expired one is a finding', () => {
  const gateway = (expires: string) =>
    template({
      Gw: {
        Type: 'AWS::BedrockAgentCore::Gateway',
        Properties: { AuthorizerType: 'NONE' },
        Metadata: {
          'cdk-secure-mcp': {
            acknowledge: [{ id: 'IN01', reason: 'SEC-1 public documentation', owner: 'docs', expires }],
          },
        },
      },
    });

  expect(run('check', gateway('2999-12')).stdout).not.toContain('ERROR SecureMcp-IN01 ');
  expect(run('check', gateway('2999-12')).stdout).toContain('1 acknowledged');
  const late = run('check', gateway('2020-01')).stdout;
  expect(late).toContain('ERROR SecureMcp-IN01 ');
  expect(late).toContain('the acknowledgment of SecureMcp-IN01 expired on 2020-01');
});

test('a config file sets severities and options', () => {
  const config = join(mkdtempSync(join(tmpdir(), 'conf-')), 'secure-mcp.json');
  writeFileSync(config, JSON.stringify({ severities: { IN01: 'off' } }));
  const shown = (format: string) => run('check', open, '--config', config, '--format', format).stdout;
  expect(shown('text')).not.toContain('SecureMcp-IN01');
  for (const format of ['text', 'markdown']) expect(shown(format)).toMatch(/Switched off by the configuration: IN01$/);
  expect(JSON.parse(shown('json')).switchedOff).toEqual(['IN01']);
  expect(shown('junit')).toMatch(
    /skipped="1">[\s\S]*"IN01 gateway-requires-authorizer"><skipped message="switched off/,
  );
  expect(JSON.parse(shown('sarif'))).toBeValidSarifLog();
  expect(JSON.parse(shown('sarif')).runs[0].invocations[0].ruleConfigurationOverrides).toEqual([
    { descriptor: { id: 'SecureMcp-IN01' }, configuration: { enabled: false } },
  ]);

  writeFileSync(
    config,
    JSON.stringify({
      severity: {},
      today: '2020-01-01',
      profile: 'strictest',
      maxTimeoutSeconds: '30',
      severities: { IN99: 'off', IN01: 'of' },
      acknowledgments: [
        { id: 'IN1' },
        { id: 'IN02', resorce: 'Gw', expiry: '2027-03-31', stack: 5 },
        { id: 'IN03', expires: '2026-99-99' },
        { id: 'IN04', expires: '2026-02-30' },
        { id: 'IN05', expires: '2026-13' },
        { id: 'IN06', expires: '2028-02-29', reason: 'ok', owner: 'docs', resource: 'Gw', stack: 'S' },
        { id: 'IN07', expires: '2028-02' },
      ],
    }),
  );
  const { status, stderr } = run('check', open, '--config', config);
  expect(status).toBe(2);
  for (const fragment of [
    'unknown option, got "severity"',
    'unknown option, got "today"',
    'profile takes default, strict, private, got "strictest"',
    'maxTimeoutSeconds takes a number above 0',
    'severities names no rule, got "IN99"',
    'the severity of IN01 takes error, warning, off, got "of"',
    'an acknowledgment names no rule, got "IN1"',
    'unknown key of an acknowledgment, got "resorce", did you mean resource?',
    'unknown key of an acknowledgment, got "expiry"',
    'stack of an acknowledgment takes a text, got 5',
    'takes a day as YYYY-MM-DD or a month as YYYY-MM, got "2026-99-99"',
    'or a month as YYYY-MM, got "2026-02-30"',
    'or a month as YYYY-MM, got "2026-13"',
    'CHECK_CONFIG',
  ])
    expect(stderr).toContain(fragment);
  expect(stderr).not.toContain('2028-02');
});

test('explain shows the page of a rule, and guesses', () => {
  expect(run('explain', 'in01').stdout).toMatch(
    /# IN01 gateway-requires-authorizer[\s\S]*AuthorizerType: NONE[\s\S]*SecureMcp::SecureMcp-IN01/,
  );
  expect(run('explain', 'CEDAR_INVALID').stdout).toContain('Cedar policy');
  const { status, stderr } = run('explain', 'IN1');
  expect(status).toBe(2);
  expect(stderr).toContain('did you mean IN0');
});

test('list names every rule', () => {
  expect(RULES).toHaveLength(71);
  expect(JSON.parse(run('list', '--format', 'json').stdout).rules).toHaveLength(RULES.length);
  expect(run('list').stdout).toContain('SecureMcp-LP18');
});

test('guardrails prints a policy that denies only, and says what is open', () => {
  const { stdout, stderr, status } = run('guardrails', '--format', 'scp', '--approved-issuer', 'idp.example.com');
  const { Statement } = JSON.parse(stdout) as { Statement: { Effect: string; Sid: string; Condition?: object }[] };

  expect(status).toBe(0);
  expect(new Set(Statement.map(({ Effect }) => Effect))).toEqual(new Set(['Deny']));
  expect(JSON.stringify(Statement.find(({ Sid }) => Sid === 'DenyForeignIssuers'))).toContain(
    'https://idp.example.com/*',
  );
  expect(stdout.length).toBeLessThan(5120);
  expect(stderr).toContain('attaches this condition key to no action');
  const config = run('guardrails', '--format', 'config');
  expect(JSON.parse(config.stdout).Resources).toHaveProperty('BedrockagentcoreGatewayAuthorizerEnabled');
  expect(config.stderr).toMatch(/^open points:\nAWS Config: .*Security Hub controls after BedrockAgentCore.2/);
  expect(run('guardrails').stdout).toMatch(
    /\nAWS Config .*\n {2}open: .*Security Hub controls after BedrockAgentCore.2/,
  );
});
