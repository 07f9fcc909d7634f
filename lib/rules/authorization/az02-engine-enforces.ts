import { at, judgeLiteral } from '../read';
import { defineRule } from '../rule';
import { GATEWAY } from '../types';

export const az02 = defineRule({
  id: 'AZ02',
  name: 'engine-enforces',
  layer: 'authorization',
  level: 'critical',
  summary: 'The policy engine only watches',
  explanation: 'In LOG_ONLY no policy stops a call, forbid policies included. The gateway looks protected and is not.',
  fix: 'Set PolicyEngineConfiguration.Mode to ENFORCE',
  acknowledge: 'During the first days of a migration, with a date; no new tool is added in that time.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-enforcement-modes.html'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['02', '03'],
    wellArchitected: ['AGENTSEC02-BP01'],
    nist80053: ['AC-3', 'AC-25'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: LOG_ONLY } }
Engine: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: orders } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: ENFORCE } }
Engine: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: orders } }
`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      if (at(gateway, 'PolicyEngineConfiguration') === undefined) continue; // AZ01 says so
      yield* judgeLiteral(gateway, 'PolicyEngineConfiguration.Mode', (mode) =>
        mode === 'ENFORCE' ? undefined : `Mode is ${String(mode ?? 'missing')}`,
      );
    }
  },
});
