import { isUnknown } from '../../assembly/resolve';
import { isStrict } from '../options';
import { at, judgeLiteral } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const in02 = defineRule({
  id: 'IN02',
  name: 'authenticate-only-needs-engine',
  layer: 'inbound',
  level: 'high',
  summary: 'The gateway authenticates, and nothing decides what the caller may do',
  explanation:
    'With AUTHENTICATE_ONLY the gateway leaves every decision to another component. Without an enforcing policy engine there is none.',
  fix: 'Use CUSTOM_JWT or AWS_IAM, or attach a policy engine in ENFORCE',
  acknowledge: 'When an interceptor decides every call and denies by default; name it in the reason.',
  limits: 'Which credentials the mode takes is not documented; in the strict profile it is always a finding.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['03'],
    wellArchitected: ['AGENTSEC02-BP01'],
    nist80053: ['AC-3', 'AC-25'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { Name: orders, AuthorizerType: AUTHENTICATE_ONLY }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    Name: orders
    AuthorizerType: AUTHENTICATE_ONLY
    PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: ENFORCE }
Engine:
  Type: AWS::BedrockAgentCore::PolicyEngine
  Properties: { Name: orders }
`,
  },
  *evaluate(model, { options }) {
    for (const gateway of model.ofType(GATEWAY)) {
      const type = at(gateway, 'AuthorizerType');
      if (isUnknown(type)) yield undecided(gateway, 'Properties.AuthorizerType', type);
      if (type !== 'AUTHENTICATE_ONLY') continue;
      if (isStrict(options))
        yield finding(gateway, 'Properties.AuthorizerType', 'the strict profile does not allow AUTHENTICATE_ONLY');
      else {
        yield* judgeLiteral(gateway, 'PolicyEngineConfiguration.Mode', (mode) =>
          mode === 'ENFORCE'
            ? undefined
            : `AuthorizerType is AUTHENTICATE_ONLY and the engine mode is ${String(mode ?? 'missing')}`,
        );
      }
    }
  },
});
