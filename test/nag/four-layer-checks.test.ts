import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack, Stack, Validations } from 'aws-cdk-lib';
import { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { FourLayerChecks } from '../../lib/nag/four-layer-checks';

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
  new CfnGateway(scope, 'Gw', {
    name: 'gw',
    authorizerType: 'AWS_IAM',
    roleArn: 'arn:aws:iam::111122223333:role/gw',
    policyEngineConfiguration: {
      arn: 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:policy-engine/e-1',
      mode: 'ENFORCE',
    },
    exceptionLevel: 'DEBUG',
  });

  const report = new FourLayerChecks().validateScope(scope);

  expect(report.violations.map((violation) => violation.severity)).toContain('warning');
  expect(report.violations.map((violation) => violation.severity)).not.toContain('error');
  expect(report.success).toBe(true);
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
