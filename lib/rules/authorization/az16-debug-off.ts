import { judge } from '../read';
import { defineRule } from '../rule';
import { GATEWAY } from '../types';

export const az16 = defineRule({
  id: 'AZ16',
  name: 'debug-off',
  layer: 'authorization',
  level: 'medium',
  summary: 'The gateway tells callers the details of errors',
  explanation: 'DEBUG shows internals of targets and policies to whoever provokes an error.',
  fix: 'Remove ExceptionLevel',
  acknowledge: 'In a development account, with a date.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-create-api.html'],
  frameworks: { owaspMcp: ['01', '10'], owaspAgentic: ['06'], wellArchitected: ['SEC11-BP02'], nist80053: ['SI-11'] },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { ExceptionLevel: DEBUG } }
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM } }
`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      yield* judge(gateway, 'ExceptionLevel', (level) =>
        level === undefined ? undefined : `ExceptionLevel is ${String(level)}`,
      );
    }
  },
});
