import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import { CfnGateway, CfnPolicyEngine } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CheckProfile, FourLayerChecks, type FourLayerChecksProps } from '../../lib/nag/four-layer-checks';

function gateway(scope: Stack, authorizerType = 'NONE'): CfnGateway {
  return new CfnGateway(scope, 'Gw', { name: 'gw', authorizerType, roleArn: 'arn:aws:iam::111122223333:role/gw' });
}

function synthesize(build: (stack: Stack) => void): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'nag-')) });
  build(new Stack(app, 'S'));
  Validations.of(app).addPlugins(new FourLayerChecks(app));
  try {
    app.synth();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test('a gateway without authentication fails the synthesis, with path and fix', () => {
  const error = synthesize((stack) => gateway(stack));

  expect(error).toContain('The gateway accepts calls without authentication');
  expect(error).toContain('S/Gw');
  expect(error).toContain('Inbound.cognito()');
  expect(error).toContain("Acknowledge with 'SecureMcp::SecureMcp-IN01'");
});

test('with an authorizer that finding is gone', () => {
  expect(synthesize((stack) => gateway(stack, 'AWS_IAM'))).not.toContain('SecureMcp-IN01');
});

test('a property override is seen', () => {
  const error = synthesize((stack) => gateway(stack, 'AWS_IAM').addPropertyOverride('AuthorizerType', 'NONE'));

  expect(error).toContain('SecureMcp-IN01');
});

test('a nested stack is seen', () => {
  expect(synthesize((stack) => gateway(new NestedStack(stack, 'N')))).toContain('SecureMcp-IN01');
});

test('warnings alone do not fail the synthesis', () => {
  const scope = new Stack();
  new CfnPolicyEngine(scope, 'Engine', { name: 'orders' });

  const report = new FourLayerChecks().validateScope(scope);

  expect(report.violations.map(({ ruleName, severity }) => [ruleName, severity])).toEqual([
    ['SecureMcp-LP16', 'warning'],
  ]);
  expect(report.success).toBe(true);
});

test('a gateway in a stage is seen', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'nag-')) });
  gateway(new Stack(new Stage(app, 'Prod'), 'S'));
  Validations.of(app).addPlugins(new FourLayerChecks(app));

  expect(() => app.synth()).toThrow(/SecureMcp-IN01/);
});

test('stacks of one app are judged together', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'nag-')) });
  const roles = new Stack(app, 'Roles');
  const role = new Role(roles, 'Role', { assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com') });
  new CfnGateway(new Stack(app, 'S'), 'Gw', { name: 'gw', authorizerType: 'AWS_IAM', roleArn: role.roleArn });

  Validations.of(app).addPlugins(new FourLayerChecks(app));

  expect(() => app.synth()).toThrow(/aws:SourceAccount is not checked/);
});

test('a disabled rule does not run, and the strict profile adds rules', () => {
  const scope = new Stack();
  gateway(scope);
  const names = (props: FourLayerChecksProps) =>
    new FourLayerChecks(scope, props).validateScope(scope).violations.map(({ ruleName }) => ruleName);

  expect(names({})).toContain('SecureMcp-IN01');
  expect(names({ disabledRules: ['IN01'] })).not.toContain('SecureMcp-IN01');
  expect(names({})).not.toContain('SecureMcp-LP15[TRACES]');
  expect(names({ profile: CheckProfile.STRICT })).toContain('SecureMcp-LP15[TRACES]');
});

test('a configuration file sets limits, severities and acknowledgments, as it does for the command', () => {
  const configFile = join(mkdtempSync(join(tmpdir(), 'config-')), 'secure-mcp.json');
  writeFileSync(
    configFile,
    JSON.stringify({
      profile: 'strict',
      severities: { LP16: 'error', IN16: 'off' },
      acknowledgments: [{ id: 'IN01', resource: 'Gw', reason: 'SEC-1 public documentation', owner: 'docs' }],
    }),
  );
  const scope = new Stack();
  gateway(scope);
  const told = (props: FourLayerChecksProps) =>
    new FourLayerChecks(scope, props)
      .validateScope(scope)
      .violations.map(({ ruleName, severity, description }) => `${severity} ${ruleName} ${description}`)
      .join('\n');

  expect(told({})).toMatch(/error SecureMcp-IN01[\s\S]*warning SecureMcp-LP16/);
  expect(told({})).toContain('IN16');
  expect(told({ configFile })).toMatch(/error SecureMcp-LP16/);
  expect(told({ configFile })).toMatch(/warning SecureMcp-IN01 .* \(acknowledged: SEC-1 public documentation\)/);
  expect(told({ configFile })).not.toContain('IN16');
  expect(told({ configFile })).toContain('LP15[TRACES]');
  expect(told({ configFile, profile: CheckProfile.DEFAULT })).not.toContain('LP15[TRACES]');
  writeFileSync(configFile, '{"profile": ');
  expect(() => new FourLayerChecks(scope, { configFile })).toThrow(/CHECK_CONFIG/);
});

test('it runs beside AwsSolutions in one app', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'nag-')) });
  const stack = new Stack(app, 'S');
  gateway(stack);
  new Topic(stack, 'T');
  Validations.of(app).addPlugins(new FourLayerChecks(app), new AwsSolutionsChecks(app));

  expect(() => app.synth()).toThrow(/SecureMcp-IN01[\s\S]*AwsSolutions-SNS3/);
});

test('an acknowledgment is recorded with its reason, and an expired one is a finding', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'nag-'));
  const app = new App({ outdir });
  const gw = gateway(new Stack(app, 'S'));
  Validations.of(gw).acknowledge({
    id: 'SecureMcp::SecureMcp-IN01',
    reason: 'SEC-1 public documentation, owner docs-team, expires 2020-01-31',
  });
  Validations.of(app).addPlugins(new FourLayerChecks(app));

  expect(() => app.synth()).toThrow(/the acknowledgment of SecureMcp-IN01 expired on 2020-01-31/);
  expect(readFileSync(join(outdir, 'validation-report.json'), 'utf8')).toContain('SEC-1 public documentation');
});

test('an acknowledgment for the whole app is a finding', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'nag-')) });
  gateway(new Stack(app, 'S'));
  Validations.of(app).acknowledge({ id: 'SecureMcp::SecureMcp-IN01', reason: 'SEC-1 we have no callers yet' });
  Validations.of(app).addPlugins(new FourLayerChecks(app));

  expect(() => app.synth()).toThrow(/SecureMcp-IN01 is acknowledged for the whole app/);
});

test('an acknowledged finding no longer fails the synthesis', () => {
  const error = synthesize((stack) => {
    const gw = gateway(stack);
    for (const id of new FourLayerChecks().ruleIds ?? []) {
      Validations.of(gw).acknowledge({ id: `SecureMcp::${id}`, reason: 'SEC-1 public documentation, owner docs team' });
    }
  });

  expect(error).toBe('');
});

test('rules can be described from any language', () => {
  const rule = FourLayerChecks.describeRules().find(({ id }) => id === 'SecureMcp-IN01');

  expect(rule).toMatchObject({ layer: 'inbound', severity: 'error' });
});
