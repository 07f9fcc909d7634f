import { judge } from '../read';
import { defineRule } from '../rule';
import { GATEWAY } from '../types';

export const az01 = defineRule({
  id: 'AZ01',
  name: 'gateway-has-policy-engine',
  layer: 'authorization',
  level: 'critical',
  summary: 'The gateway has no policy engine',
  explanation: 'Every authenticated caller may call every tool with any arguments.',
  fix: 'Attach a policy engine: PolicyEngineConfiguration with Mode ENFORCE and one permit per tool',
  acknowledge: 'When an interceptor decides every call and denies by default; name it in the reason.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy.html'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['02', '03'],
    wellArchitected: ['AGENTSEC02-BP01'],
    nist80053: ['AC-3', 'AC-25'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: CUSTOM_JWT } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { AuthorizerType: CUSTOM_JWT, PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: ENFORCE } }
Engine: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: orders } }
`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      yield* judge(gateway, 'PolicyEngineConfiguration.Arn', (arn) =>
        arn === undefined || arn === '' ? 'PolicyEngineConfiguration is missing' : undefined,
      );
    }
  },
});
