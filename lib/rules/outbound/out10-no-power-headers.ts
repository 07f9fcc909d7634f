import { isPowerHeader, isPowerResponseHeader } from '../headers';
import { judgeEach } from '../read';
import { defineRule } from '../rule';
import { isSecretName } from '../secrets';
import { TARGET } from '../types';

export const out10 = defineRule({
  id: 'OUT10',
  name: 'no-power-headers',
  layer: 'outbound',
  level: 'high',
  summary: 'Headers or parameters with power are passed through',
  explanation: 'A client that sets X-Forwarded-For, Host or a session header speaks to the target as somebody else.',
  fix: 'List only headers without meaning for security, for example X-Correlation-Id',
  acknowledge: 'When the target ignores the header; say how that was shown.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-headers.html'],
  frameworks: {
    owaspMcp: ['01', '07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC05-BP03'],
    nist80053: ['AC-4', 'SI-10'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { MetadataConfiguration: { AllowedRequestHeaders: [X-Forwarded-For] } }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { MetadataConfiguration: { AllowedRequestHeaders: [X-Correlation-Id] } }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      yield* judgeEach(target, 'MetadataConfiguration.AllowedRequestHeaders', (header) =>
        isPowerHeader(String(header)) ? `${String(header)} from the client reaches the target` : undefined,
      );
      yield* judgeEach(target, 'MetadataConfiguration.AllowedResponseHeaders', (header) =>
        isPowerResponseHeader(String(header)) ? `${String(header)} of the target reaches the client` : undefined,
      );
      yield* judgeEach(target, 'MetadataConfiguration.AllowedQueryParameters', (name) =>
        name === '*' || isSecretName(String(name)) ? `${String(name)} may carry a secret` : undefined,
      );
    }
  },
});
