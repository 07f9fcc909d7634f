import { judgeLiteral } from '../read';
import { defineRule } from '../rule';
import { GATEWAY } from '../types';

export const in01 = defineRule({
  id: 'IN01',
  name: 'gateway-requires-authorizer',
  layer: 'inbound',
  level: 'critical',
  summary: 'The gateway accepts calls without authentication',
  explanation:
    'Everyone who learns the URL can list and call every tool. AWS advises against it for testing and development, too.',
  fix: 'Use a JWT or IAM authorizer, for example inbound: Inbound.cognito()',
  acknowledge:
    'Never for a gateway with tools that read or change data of anyone. A public, read-only demonstration may be one.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html'],
  frameworks: {
    owaspMcp: ['07', '09'],
    owaspAgentic: ['03'],
    wellArchitected: ['AGENTSEC03', 'SEC02-BP02'],
    nist80053: ['IA-2', 'IA-9', 'AC-3'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { Name: orders, AuthorizerType: NONE }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    Name: orders
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer:
        DiscoveryUrl: https://idp.example.com/.well-known/openid-configuration
        AllowedClients: [support-agent]
`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      yield* judgeLiteral(gateway, 'AuthorizerType', (type) =>
        ['CUSTOM_JWT', 'AWS_IAM', 'AUTHENTICATE_ONLY'].includes(String(type))
          ? undefined
          : `AuthorizerType is ${type === undefined ? 'missing' : String(type)}`,
      );
    }
  },
});
