import { GatewayApp } from '../support/gateway-app';
import { CREDENTIALS, TARGETS } from '../support/remote-targets';

/** https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html, read by a person. */
const ALLOWED: { readonly [kind: string]: readonly string[] } = {
  OpenAPI: ['clientCredentials', 'authorizationCode', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'MCP server': ['clientCredentials', 'authorizationCode', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'MCP server (dynamic)': ['clientCredentials', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'API Gateway': ['gatewayRole', 'apiKey', 'unauthenticated'],
  Smithy: ['gatewayRole', 'clientCredentials'],
};

/** What each credential looks like in a template, where it is allowed. */
const SHAPES: { readonly [credential: string]: unknown } = {
  gatewayRole: [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }],
  iam: [
    {
      CredentialProviderType: 'GATEWAY_IAM_ROLE',
      CredentialProvider: { IamCredentialProvider: { Service: 'execute-api' } },
    },
  ],
  apiKey: [
    {
      CredentialProviderType: 'API_KEY',
      CredentialProvider: {
        ApiKeyCredentialProvider: {
          ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/^ApiKey/), 'CredentialProviderArn'] },
          CredentialLocation: 'HEADER',
          CredentialParameterName: 'X-Api-Key',
        },
      },
    },
  ],
  clientCredentials: oauth('CLIENT_CREDENTIALS'),
  authorizationCode: oauth('AUTHORIZATION_CODE', { DefaultReturnUrl: 'https://app.example.com/return' }),
  tokenExchange: oauth('TOKEN_EXCHANGE'),
  unauthenticated: undefined,
};

function oauth(grantType: string, more = {}) {
  const provider = {
    ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/^OAuth2/), 'CredentialProviderArn'] },
    Scopes: ['tickets.read'],
    GrantType: grantType,
    ...more,
  };
  return [{ CredentialProviderType: 'OAUTH', CredentialProvider: { OauthCredentialProvider: provider } }];
}

const kinds = Object.keys(TARGETS);
const all = kinds.flatMap((kind) => Object.keys(CREDENTIALS).map((credential) => ({ kind, credential })));
const isAllowed = ({ kind, credential }: { kind: string; credential: string }) => ALLOWED[kind]!.includes(credential);

function gatewayWith(kind: string, credential: string): GatewayApp {
  const shop = new GatewayApp();
  const target = TARGETS[kind]!(shop.stack, CREDENTIALS[credential]!(shop.stack));
  const remote = shop.gateway.addTarget('vendor', target);
  const agent = shop.gateway.addAgent('robot');
  for (const tool of remote.tools) tool.permit(agent);
  return shop;
}

test.each(all.filter(isAllowed))('$kind takes $credential', ({ kind, credential }) => {
  const shop = gatewayWith(kind, credential);

  const [target] = Object.values(shop.template().findResources('AWS::BedrockAgentCore::GatewayTarget'));

  expect(target!.Properties.CredentialProviderConfigurations).toEqual(SHAPES[credential]);
});

test.each(all.filter((each) => !isAllowed(each)))('$kind refuses $credential', ({ kind, credential }) => {
  const error = gatewayWith(kind, credential).synthError();

  expect(error).toContain('[OUTBOUND_COMBINATION]');
  expect(error).toContain(`Outbound.${credential}`);
  expect(error).toContain(`Use ${ALLOWED[kind]!.map((each) => `Outbound.${each}`).join(' or ')}`);
});

test('the table speaks of every pair', () => {
  expect(all).toHaveLength(35);
  expect(all.filter(isAllowed)).toHaveLength(22);
});
