import { issuerClients } from '../gateways';
import { judgeEach } from '../read';
import { defineRule } from '../rule';
import { redirectProblem } from '../urls';

export const in13 = defineRule({
  id: 'IN13',
  name: 'exact-callbacks',
  layer: 'inbound',
  level: 'high',
  summary: 'A callback address is not an exact https URL',
  explanation:
    'An authorization code that is sent to an address somebody else can claim or read is a login of somebody else.',
  fix: 'List full https URLs, without wildcard, fragment or user-info',
  acknowledge: 'For a native app with its own scheme and PKCE; for localhost in development use allowLocalCallbacks.',
  references: ['https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/security-considerations'],
  frameworks: {
    owaspMcp: ['01', '07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC09-BP02'],
    nist80053: ['SC-8', 'SC-23', 'SI-10'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool }
Client:
  Type: AWS::Cognito::UserPoolClient
  Properties: { UserPoolId: !Ref Pool, CallbackURLs: ["http://agent.example.com/cb", "myapp://cb"] }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool }
Client:
  Type: AWS::Cognito::UserPoolClient
  Properties: { UserPoolId: !Ref Pool, CallbackURLs: ["https://agent.example.com/oauth/callback"] }
`,
  },
  *evaluate(model, { options }) {
    for (const { client } of issuerClients(model)) {
      for (const path of ['CallbackURLs', 'LogoutURLs', 'DefaultRedirectURI']) {
        yield* judgeEach(client, path, (url) => redirectProblem(String(url), options.allowLocalCallbacks));
      }
    }
  },
});
