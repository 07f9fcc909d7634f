import { asList } from '../../assembly/template-model';
import { issuerClients } from '../gateways';
import { at, isTrue, judge, judgeEach, openPart, texts } from '../read';
import { defineRule, finding, undecided } from '../rule';

export const in08 = defineRule({
  id: 'IN08',
  name: 'oauth-flows',
  layer: 'inbound',
  level: 'high',
  summary: 'An OAuth client uses a flow that OAuth 2.1 dropped, or mixes humans and machines',
  explanation:
    'Implicit and password flows expose tokens and passwords. A client that is both a person and a machine cannot be told apart in policies.',
  fix: 'Use client_credentials with a secret for agents, code without password flows for people, and name the identity providers',
  acknowledge: 'While a legacy client is migrated; give the date.',
  limits:
    'PKCE is done by the client; a template can only force the code flow. A client of people may have a secret: whether its app can keep one is not known.',
  references: [
    'https://datatracker.ietf.org/doc/draft-ietf-oauth-v2-1/',
    'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization',
  ],
  frameworks: {
    owaspMcp: ['01', '07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP01'],
    nist80053: ['IA-2', 'IA-5'],
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
  Properties: { UserPoolId: !Ref Pool, AllowedOAuthFlows: [implicit, client_credentials], GenerateSecret: true }
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
  Properties: { UserPoolId: !Ref Pool, AllowedOAuthFlows: [client_credentials], GenerateSecret: true }
`,
  },
  *evaluate(model) {
    for (const { client } of issuerClients(model)) {
      const flows = at(client, 'AllowedOAuthFlows');
      const open = openPart(flows) ?? openPart(at(client, 'GenerateSecret'));
      if (open !== undefined) {
        yield undecided(client, 'Properties.AllowedOAuthFlows', open);
        continue;
      }
      const named = texts(flows);
      const secret = isTrue(at(client, 'GenerateSecret'));
      if (named.includes('implicit'))
        yield finding(client, 'Properties.AllowedOAuthFlows', 'the implicit flow is allowed', 'implicit');
      if (named.includes('client_credentials') && named.includes('code')) {
        yield finding(client, 'Properties.AllowedOAuthFlows', 'one client is both a person and a machine', 'mixed');
      }
      if (named.includes('client_credentials') && !secret) {
        yield finding(client, 'Properties.GenerateSecret', 'client_credentials without a secret', 'secret');
      }
      if (named.includes('code')) {
        yield* judge(
          client,
          'SupportedIdentityProviders',
          (value) => (asList(value).length > 0 ? undefined : 'no identity provider is named'),
          'providers',
        );
      }
      yield* judgeEach(client, 'ExplicitAuthFlows', (flow) =>
        PASSWORD_FLOWS.includes(String(flow)) ? `${String(flow)} takes a password` : undefined,
      );
    }
  },
});

const PASSWORD_FLOWS = [
  'ALLOW_USER_PASSWORD_AUTH',
  'USER_PASSWORD_AUTH',
  'ADMIN_NO_SRP_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
];
