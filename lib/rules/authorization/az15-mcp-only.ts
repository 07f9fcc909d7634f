import { judge, judgeLiteral } from '../read';
import { defineRule } from '../rule';
import { GATEWAY, TARGET } from '../types';

export const az15 = defineRule({
  id: 'AZ15',
  name: 'mcp-only',
  layer: 'authorization',
  level: 'high',
  summary: 'The gateway serves targets that tool policies do not see',
  explanation: 'HTTP and inference targets have no tools, so no permit or forbid on a tool applies to them.',
  fix: 'Set ProtocolType to MCP, and put HTTP targets on a gateway of their own',
  acknowledge: 'When the engine has policies for these targets, and a test shows a denied call.',
  limits: 'Whether prompts, resources and the search tool are judged by policies is not documented.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-using.html'],
  frameworks: {
    owaspMcp: ['07', '09'],
    owaspAgentic: ['02', '07'],
    wellArchitected: ['AGENTSEC02'],
    nist80053: ['CM-7', 'AC-3'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM } }
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM, ProtocolType: MCP } }
`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      yield* judgeLiteral(gateway, 'ProtocolType', (type) =>
        type === 'MCP' ? undefined : `ProtocolType is ${String(type ?? 'missing')}`,
      );
    }
    for (const target of model.ofType(TARGET)) {
      yield* judge(
        target,
        'TargetConfiguration.Http',
        (value) => (value === undefined ? undefined : 'an HTTP target'),
        'Http',
      );
      yield* judge(
        target,
        'TargetConfiguration.Inference',
        (value) => (value === undefined ? undefined : 'an inference target'),
        'Inference',
      );
    }
  },
});
