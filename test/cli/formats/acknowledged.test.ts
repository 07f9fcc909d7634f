import '@microsoft/jest-sarif';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { CommandResult } from '../../../lib/cli/command';
import { check } from '../../../lib/cli/commands/check';
import { FourLayerChecks } from '../../../lib/nag/four-layer-checks';

interface Given {
  readonly reason: string;
  readonly owner?: string;
  readonly expires?: string;
}

const VALID: Given = { reason: 'SEC-1 public <documentation>', owner: 'docs-team', expires: '2999-12-31' };
const SAID = 'SEC-1 public <documentation>, owner docs-team, expires 2999-12-31';
const gatewayOf = (given: Given) => ({
  Type: 'AWS::BedrockAgentCore::Gateway',
  Properties: { Name: 'gw', AuthorizerType: 'NONE', RoleArn: 'arn:aws:iam::111122223333:role/gw' },
  Metadata: { 'cdk-secure-mcp': { acknowledge: [{ id: 'SecureMcp-IN01', ...given }] } },
});

function reported(format: string, given: Given = VALID): string {
  const path = join(mkdtempSync(join(tmpdir(), 'acknowledged-')), 't.json');
  writeFileSync(path, JSON.stringify({ Resources: { Gw: gatewayOf(given) } }));
  return (check.run([path, '--format', format]) as CommandResult).output!;
}

function openGateway(stack: Stack): CfnGateway {
  return new CfnGateway(stack, 'Gw', { name: 'gw', authorizerType: 'NONE', roleArn: 'arn:aws:iam::1:role/x' });
}

function told(given: Given, props: { readonly configFile?: string } = {}): string[] {
  const stack = new Stack(new App(), 'S');
  const gateway = openGateway(stack);
  if (props.configFile === undefined) gateway.cfnOptions.metadata = gatewayOf(given).Metadata;
  return new FourLayerChecks(stack, props)
    .validateScope(stack)
    .violations.filter(({ ruleName }) => /IN01/.test(ruleName))
    .map(({ ruleName, severity, description }) => `${severity} ${ruleName} ${description}`);
}

const UNAUTHENTICATED = 'The gateway accepts calls without authentication: AuthorizerType is NONE';

test('text lists what is acknowledged, with reason, owner and expiry', () => {
  expect(reported('text')).toContain(
    `acknowledged\n  SecureMcp-IN01  ${UNAUTHENTICATED}\n        at t/Gw.Properties.AuthorizerType\n        because ${SAID}\n`,
  );
  expect(reported('text')).not.toContain('ERROR SecureMcp-IN01 ');
  expect(reported('text', { ...VALID, expires: '2020-01' })).not.toMatch(/^acknowledged/m);
});

test('JSON has it apart from the findings, as fields', () => {
  const { findings, acknowledged } = JSON.parse(reported('json'));

  expect(acknowledged).toEqual([
    {
      ruleId: 'SecureMcp-IN01',
      severity: 'error',
      layer: 'inbound',
      resource: 'Gw',
      path: 't/Gw.Properties.AuthorizerType',
      message: UNAUTHENTICATED,
      fix: expect.stringContaining('Inbound.cognito()'),
      ...VALID,
    },
  ]);
  expect(findings.map(({ ruleId }: { ruleId: string }) => ruleId)).not.toContain('SecureMcp-IN01');
});

test('SARIF has it as a suppressed result', () => {
  const log = JSON.parse(reported('sarif'));
  const results = log.runs[0].results.filter(({ ruleId }: { ruleId: string }) => ruleId === 'SecureMcp-IN01');

  expect(log).toBeValidSarifLog();
  expect(results).toMatchObject([{ suppressions: [{ status: 'accepted', justification: SAID }] }]);
  expect(results).toHaveLength(1);
});

test('JUnit passes the rule, and has it as output', () => {
  const [testcase] = /<testcase [^>]*IN01 [\s\S]*?<\/testcase>/.exec(reported('junit'))!;

  expect(testcase).toContain(
    `<system-out>acknowledged: t/Gw.Properties.AuthorizerType: ${UNAUTHENTICATED}, because SEC-1 public &lt;documentation&gt;, owner docs-team, expires 2999-12-31</system-out>`,
  );
  expect(testcase).not.toContain('<failure');
});

test('Markdown has a table of it', () => {
  expect(reported('markdown')).toContain(
    `### acknowledged\n\n| rule | what | where | why |\n| --- | --- | --- | --- |\n| SecureMcp-IN01 | ${UNAUTHENTICATED} | \`t/Gw.Properties.AuthorizerType\` | ${SAID.replace('<', '\\<')} |`,
  );
});

test.each(['text', 'json', 'sarif', 'junit', 'markdown'])(
  'as %s an expired one is a finding, beside its cause',
  (format) => {
    const report = reported(format, { ...VALID, expires: '2020-01' });

    expect(report).toContain('the acknowledgment of SecureMcp-IN01 expired on 2020-01');
    expect(report).not.toContain('docs-team');
    expect(report).toContain(UNAUTHENTICATED);
  },
);

test.each(['text', 'json', 'sarif', 'junit', 'markdown'])('as %s a reason cannot give orders to a CI log', (format) => {
  const report = reported(format, { ...VALID, reason: 'SEC-1 documentation\n::stop-commands::x\u001b[2K' });

  expect(report).toMatch(/documentation\\+(?:n|u000a)::stop-commands::x\\+u001b/);
  expect(report).not.toMatch(/^\s*::/m);
});

describe('in the pack', () => {
  test('the metadata of a resource counts as it does for the command, and the finding stays as a warning', () => {
    expect(told(VALID)).toEqual([
      `warning SecureMcp-IN01 ${UNAUTHENTICATED} (acknowledged: ${SAID}), at Properties.AuthorizerType`,
    ]);
  });

  test('an expired one covers nothing, and is a finding', () => {
    expect(told({ ...VALID, expires: '2020-01' })).toEqual([
      `error SecureMcp-IN01 ${UNAUTHENTICATED}, at Properties.AuthorizerType`,
      expect.stringMatching(/^warning SecureMcp-LP18\[expired:SecureMcp-IN01\].* expired on 2020-01/),
    ]);
  });

  test('one of a configuration file is told with owner and expiry, too', () => {
    const configFile = join(mkdtempSync(join(tmpdir(), 'acknowledged-')), 'secure-mcp.json');
    writeFileSync(configFile, JSON.stringify({ acknowledgments: [{ id: 'IN01', resource: 'Gw', ...VALID }] }));

    expect(told(VALID, { configFile })).toEqual([expect.stringContaining(`(acknowledged: ${SAID})`)]);
  });

  test('a synthesis that fails without it, or with an expired one, passes with it', () => {
    const synthesis = (given?: Given) => {
      const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'acknowledged-')) });
      const gateway = openGateway(new Stack(app, 'S'));
      if (given !== undefined) gateway.cfnOptions.metadata = gatewayOf(given).Metadata;
      const others = FourLayerChecks.describeRules().filter(({ id }) => !/IN01|LP18/.test(id));
      Validations.of(app).addPlugins(new FourLayerChecks(app, { disabledRules: others.map(({ id }) => id) }));
      return () => app.synth();
    };

    expect(synthesis()).toThrow(/SecureMcp-IN01/);
    expect(synthesis({ ...VALID, expires: '2020-01' })).toThrow(/SecureMcp-IN01/);
    expect(synthesis(VALID)).not.toThrow();
  });
});
