import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import { CfnGateway, CfnPolicyEngine } from 'aws-cdk-lib/aws-bedrockagentcore';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
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
  expect(error).toMatch(/four-layer-checks\.test\.ts:\d+/);
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

describe('under the CDK CLI, which counts the findings of selected stacks and those without a construct', () => {
  const CLI = { '@aws-cdk/core:failSynthOnValidationErrors': false };

  function withoutConstruct(build: (app: App) => void): string[] {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'nag-')), context: CLI });
    build(app);
    Validations.of(app).addPlugins(new FourLayerChecks(app));
    const { directory } = app.synth();
    const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
    const [{ conclusion, violations }] = pluginReports;
    const alone = violations.filter(({ violatingConstructs }: { violatingConstructs: [] }) => {
      return violatingConstructs.length === 0;
    });
    return [conclusion, ...alone.map(({ description }: { description: string }) => description)];
  }

  test('errors in the stacks of a stage are said for the app', () => {
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(
      withoutConstruct((app) => {
        gateway(new Stack(new Stage(app, 'Prod'), 'S'));
      }),
    ).toEqual(['failure', expect.stringMatching(/^Stacks of stages have errors.*: \d+ in Prod-S$/)]);
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/^SecureMcp: Stacks of .* Run cdk synth '\*\*'\n$/));
    said.mockRestore();
  });

  test('errors of a stack of the app are not, which the command selects', () => {
    expect(withoutConstruct((app) => gateway(new Stack(app, 'S')))).toEqual(['failure']);
  });

  test('nor are those that are acknowledged', () => {
    expect(
      withoutConstruct((app) => {
        const stage = new Stage(app, 'Prod');
        gateway(new Stack(stage, 'S'));
        for (const { id } of FourLayerChecks.describeRules()) {
          Validations.of(stage).acknowledge({ id: `SecureMcp::${id}`, reason: 'SEC-1 a stage to try things out' });
        }
      }).slice(1),
    ).toEqual([]);
  });
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
  const { metadata } = new FourLayerChecks(scope, { disabledRules: ['IN01', 'LP18'] }).validateScope(scope);
  expect(metadata).toEqual({ switchedOff: 'IN01, LP18' });
  expect(names({ disabledRules: ['SecureMcp-IN01'] })).not.toContain('SecureMcp-IN01');
  for (const unknown of ['IN001', 'IN01[X]', ''])
    expect(() => names({ disabledRules: [unknown] })).toThrow(/names no rule.*CHECK_CONFIG/);
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
  expect(told({ configFile })).toMatch(
    /warning SecureMcp-IN01 .* \(acknowledged: SEC-1 public documentation, owner docs\)/,
  );
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

function synthesizeAcknowledged(...acknowledged: { readonly id: string; readonly reason: string }[]) {
  const outdir = mkdtempSync(join(tmpdir(), 'nag-'));
  const app = new App({ outdir });
  const gw = gateway(new Stack(app, 'S'));
  for (const { id, reason } of acknowledged) Validations.of(gw).acknowledge({ id: `SecureMcp::${id}`, reason });
  Validations.of(app).addPlugins(new FourLayerChecks(app));
  expect(() => app.synth()).toThrow(/SecureMcp-AZ01/);
  const [report] = (
    JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
      pluginReports: Record<'violations' | 'suppressedViolations', { ruleName: string; reason?: string }[]>[];
    }
  ).pluginReports;
  const names = (kind: 'violations' | 'suppressedViolations') =>
    report![kind]?.map(({ ruleName, reason }) => `${ruleName} ${reason ?? ''}`.trim()) ?? [];
  return { open: names('violations'), suppressed: names('suppressedViolations') };
}

test('an acknowledgment is recorded with its reason, and one that has expired suppresses nothing', () => {
  const reason = 'SEC-1 public documentation, owner docs-team, expires';
  const valid = synthesizeAcknowledged({ id: 'SecureMcp-IN01', reason: `${reason} 2999-01-31` });
  const expired = synthesizeAcknowledged(
    { id: 'SecureMcp-IN01', reason: `${reason} 2020-01-31` },
    // The name under which the finding comes back.
    { id: 'SecureMcp-IN01[acknowledgment-expired]', reason: `${reason} 2999-01-31` },
  );

  expect(valid.suppressed).toEqual([`SecureMcp-IN01 ${reason} 2999-01-31`]);
  expect(valid.open.filter((name) => /IN01/.test(name))).toEqual([]);
  expect(expired.suppressed).toEqual([]);
  expect(expired.open).toContain('SecureMcp-IN01[acknowledgment-expired][acknowledgment-expired]');
  expect(expired.open).toContain('SecureMcp-LP18[expired:SecureMcp-IN01]');
});

test('what is said about an acknowledgment cannot be acknowledged', () => {
  const judged = ['SecureMcp-LP18[expired:SecureMcp-IN01]', 'SecureMcp-LP18[reason:SecureMcp-IN01]'];
  const { open, suppressed } = synthesizeAcknowledged(
    { id: 'SecureMcp-IN01', reason: 'ok expires 2020-01-31' },
    ...[...judged, 'SecureMcp-LP18', `${judged[0]}[not-acknowledgeable]`].map((id) => ({ id, reason: 'ok' })),
  );

  expect(suppressed).toEqual([]);
  expect(open).toContain(`${judged[0]}[not-acknowledgeable][not-acknowledgeable]`);
  expect(open).toContain(`${judged[1]}[not-acknowledgeable]`);
});

test('an id whose key holds spaces and half a bracket is acknowledged as the report shows it', () => {
  const synthesizeTarget = (id: string) =>
    synthesize((stack) => {
      const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      role.addToPolicy(new PolicyStatement({ actions: ['bedrock-agentcore:InvokeGateway'], resources: ['a (b*'] }));
      Validations.of(stack).acknowledge({ id: `SecureMcp::${id}`, reason: 'SEC-1 a role of another team, owner docs' });
    });

  expect(synthesizeTarget('SecureMcp-IN15')).toContain('SecureMcp-IN14[Resource::a-b*]');
  expect(synthesizeTarget('SecureMcp-IN14[Resource::a-b*]')).not.toContain('SecureMcp-IN14');
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
