import { type LayerCases, OPEN } from './case';

const OAUTH = 'CrmTarget/CredentialProviderConfigurations/0/CredentialProvider/OauthCredentialProvider';
const API_KEY = 'WeatherTarget/CredentialProviderConfigurations/0/CredentialProvider/ApiKeyCredentialProvider';
const SERVER =
  'CrmProvider/Oauth2ProviderConfigInput/CustomOauth2ProviderConfig/OauthDiscovery/AuthorizationServerMetadata';
const DISCOVERY = 'CrmProvider/Oauth2ProviderConfigInput/CustomOauth2ProviderConfig/OauthDiscovery';
const anyTenant = {
  DiscoveryUrl: 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
};
const microsoft = (TenantId: unknown) => ({
  MicrosoftOauth2ProviderConfig: {
    ClientId: 'crm',
    ClientSecretSource: 'EXTERNAL',
    ClientSecretConfig: {
      SecretId: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-AbCdEf',
      JsonKey: 'k',
    },
    TenantId,
  },
});
const DOCUMENT = 'CrmTarget/TargetConfiguration/Mcp/OpenApiSchema/InlinePayload';
const openApi = (parameter: object, url = 'https://api.crm.example.com/v1', operationId = 'getCustomer') =>
  JSON.stringify({
    servers: [{ url }],
    paths: { '/customers/{id}': { get: { operationId, parameters: [{ in: 'path', name: 'id', ...parameter }] } } },
  });

const openApiWithReference = ($ref: string) =>
  JSON.stringify({
    servers: [{ url: 'https://api.crm.example.com/v1' }],
    components: { parameters: { Id: { in: 'path', name: 'id', schema: { type: 'string' } } } },
    paths: { '/customers/{id}': { get: { operationId: 'getCustomer', parameters: [{ $ref }] } } },
  });

export const outbound: LayerCases = {
  OUT01: {
    violating: {
      'no credential': { 'StockTarget/CredentialProviderConfigurations': undefined },
      'OAUTH for a function': { 'OrdersTarget/CredentialProviderConfigurations/0/CredentialProviderType': 'API_KEY' },
      'a role without service': {
        'WeatherTarget/CredentialProviderConfigurations': [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }],
      },
    },
    undecided: { 'a parameter': { 'StockTarget/CredentialProviderConfigurations': OPEN } },
  },
  OUT02: {
    violating: {
      'the Authorization header': { 'CrmTarget/MetadataConfiguration/AllowedRequestHeaders': ['Authorization'] },
      passthrough: { 'CrmTarget/CredentialProviderConfigurations/0/CredentialProviderType': 'JWT_PASSTHROUGH' },
      'an interceptor with headers': {
        'Gateway/InterceptorConfigurations/0/InputConfiguration/PassRequestHeaders': true,
      },
    },
    undecided: { 'a parameter': { 'CrmTarget/CredentialProviderConfigurations/0/CredentialProviderType': OPEN } },
  },
  OUT03: {
    violating: {
      'no service is named': {
        'RatesTarget/TargetConfiguration': {},
        'RatesTarget/CredentialProviderConfigurations': [{ CredentialProviderType: 'CALLER_IAM_CREDENTIALS' }],
      },
      'callers with tokens': {
        'StockTarget/CredentialProviderConfigurations': [
          {
            CredentialProviderType: 'CALLER_IAM_CREDENTIALS',
            CredentialProvider: { IamCredentialProvider: { Service: 'execute-api' } },
          },
        ],
      },
    },
    undecided: { 'a parameter': { 'StockTarget/CredentialProviderConfigurations': OPEN } },
  },
  OUT04: {
    violating: {
      'an API key': { 'WeatherProvider/ApiKey': 'not-a-real-key' },
      'a client secret': {
        'CrmProvider/Oauth2ProviderConfigInput/CustomOauth2ProviderConfig/ClientSecret': 'not-a-real-secret',
      },
      'the shape of a key': { 'PaymentsTarget/Description': `Pays. ${['AKIA', 'ABCDEFGHIJKLMNOP'].join('')}` },
      'a parameter without NoEcho': { 'WeatherProvider/ApiKey': OPEN },
    },
    undecided: { 'a parameter without echo': { 'WeatherProvider/ApiKey': { Ref: 'Secret' } } },
    compliant: {
      'a dynamic reference': { 'WeatherProvider/ApiKey': '{{resolve:secretsmanager:weather:SecretString:apiKey}}' },
    },
  },
  OUT05: {
    violating: {
      'no scope': { [`${OAUTH}/Scopes`]: [] },
      'everything of a vendor': { [`${OAUTH}/Scopes`]: ['https://graph.example.com/.default'] },
      'no grant type': { [`${OAUTH}/GrantType`]: undefined },
      'a secret as parameter': { [`${OAUTH}/CustomParameters`]: { api_key: 'x' } },
    },
    undecided: { 'a parameter': { [`${OAUTH}/Scopes/0`]: OPEN } },
  },
  OUT06: {
    violating: {
      'a token endpoint elsewhere': { [`${SERVER}/TokenEndpoint`]: 'https://login.attacker.example/token' },
      http: { [`${SERVER}/Issuer`]: 'http://login.crm.example.com' },
      'the discovery document of any tenant': { [DISCOVERY]: anyTenant },
      'Microsoft without a tenant': { 'CrmProvider/Oauth2ProviderConfigInput': microsoft(undefined) },
      'Microsoft for any tenant': { 'CrmProvider/Oauth2ProviderConfigInput': microsoft('organizations') },
      'a wildcard return URL': { 'Identity/AllowedResourceOauth2ReturnUrls/1': 'https://agent.example.com/*' },
      'a return URL that is not listed': { [`${OAUTH}/DefaultReturnUrl`]: 'https://other.example.com/cb' },
    },
    undecided: {
      'a parameter': { [`${SERVER}/TokenEndpoint`]: OPEN },
      'a tenant that is a parameter': { 'CrmProvider/Oauth2ProviderConfigInput': microsoft(OPEN) },
    },
    compliant: {
      'Microsoft with a tenant': { 'CrmProvider/Oauth2ProviderConfigInput': microsoft('contoso.onmicrosoft.com') },
      'the discovery document of one tenant': {
        [DISCOVERY]: { DiscoveryUrl: anyTenant.DiscoveryUrl.replace('common', 'contoso') },
      },
    },
  },
  OUT07: {
    violating: {
      'the query string': { [`${API_KEY}/CredentialLocation`]: 'QUERY_PARAMETER' },
      'no location': { [`${API_KEY}/CredentialLocation`]: undefined },
      'a header with a meaning': { [`${API_KEY}/CredentialParameterName`]: 'Host' },
      'a line break': { [`${API_KEY}/CredentialPrefix`]: 'Key\r\nX: ' },
    },
    undecided: { 'a parameter': { [`${API_KEY}/CredentialLocation`]: OPEN } },
  },
  OUT08: {
    violating: {
      'every secret': {
        'GatewayRole/Policies/0/PolicyDocument/Statement/3/Resource':
          'arn:aws:secretsmanager:*:*:secret:bedrock-agentcore-identity!*',
      },
      'any user id': {
        'GatewayRole/Policies/0/PolicyDocument/Statement/2/Action': 'bedrock-agentcore:GetWorkloadAccessTokenForUserId',
      },
    },
    undecided: { 'a parameter': { 'GatewayRole/Policies/0/PolicyDocument/Statement/3/Resource': OPEN } },
  },
  OUT09: {
    violating: {
      'an internal name': {
        'WeatherTarget/TargetConfiguration/Mcp/McpServer/Endpoint': 'https://mcp.weather.internal/mcp',
      },
      'the metadata service in decimal': {
        'WeatherTarget/TargetConfiguration/Mcp/McpServer/Endpoint': 'https://2852039166/latest',
      },
      'IPv6 mapped': { 'WeatherTarget/TargetConfiguration/Mcp/McpServer/Endpoint': 'https://[::ffff:a9fe:a9fe]/' },
      http: { 'WeatherTarget/TargetConfiguration/Mcp/McpServer/Endpoint': 'http://mcp.weather.example.com/mcp' },
      'a variable host': { [DOCUMENT]: openApi({ schema: { type: 'integer' } }, 'https://{tenant}.example.com') },
    },
    undecided: { 'a parameter': { 'WeatherTarget/TargetConfiguration/Mcp/McpServer/Endpoint': OPEN } },
  },
  OUT10: {
    violating: {
      'a forwarded header': { 'CrmTarget/MetadataConfiguration/AllowedRequestHeaders': ['X-Forwarded-For'] },
      'a cookie back': { 'CrmTarget/MetadataConfiguration/AllowedResponseHeaders': ['Set-Cookie'] },
      'a secret in the query': { 'CrmTarget/MetadataConfiguration/AllowedQueryParameters': ['api_key'] },
    },
    undecided: { 'a parameter': { 'CrmTarget/MetadataConfiguration/AllowedRequestHeaders': OPEN } },
  },
  OUT11: {
    violating: {
      'no owner': { 'RatesTarget/TargetConfiguration/Mcp/SmithyModel/S3/BucketOwnerAccountId': undefined },
      'not versioned': { 'SpecBucket/VersioningConfiguration': undefined },
      public: { 'SpecBucket/PublicAccessBlockConfiguration': undefined },
      'without TLS': { SpecBucketPolicy: undefined },
    },
    undecided: {
      'a foreign bucket': { 'RatesTarget/TargetConfiguration/Mcp/SmithyModel/S3/Uri': 's3://shared-specs/rates.json' },
      'a parameter': { 'RatesTarget/TargetConfiguration/Mcp/SmithyModel/S3/Uri': OPEN },
    },
  },
  OUT12: {
    violating: {
      'any text in the path': { [DOCUMENT]: openApi({ schema: { type: 'string' } }) },
      'a pattern that lets ".." through': { [DOCUMENT]: openApi({ schema: { type: 'string', pattern: '[a-z.]+' } }) },
      'a pattern that a text before or after it passes': {
        [DOCUMENT]: openApi({ schema: { type: 'string', pattern: '[0-9]+' } }),
      },
      'any text in a parameter that is referred to': {
        [DOCUMENT]: openApiWithReference('#/components/parameters/Id'),
      },
      'a parameter that is not there': { [DOCUMENT]: openApiWithReference('#/components/parameters/Key') },
      'another document': {
        [DOCUMENT]: openApi({ schema: { $ref: 'https://specs.example.com/id.json#/Id', enum: ['a'] } }),
      },
    },
    undecided: { 'a document in YAML': { [DOCUMENT]: 'openapi: 3.0.3' } },
  },
  OUT13: {
    violating: {
      'no rotation': { CrmRotation: undefined },
      'the key of AWS': { 'CrmSecret/KmsKeyId': undefined },
      public: {
        SecretPolicy: {
          Type: 'AWS::SecretsManager::ResourcePolicy',
          Properties: {
            SecretId: { Ref: 'CrmSecret' },
            ResourcePolicy: { Statement: [{ Effect: 'Allow', Principal: '*' }] },
          },
        },
      },
    },
    undecided: { 'a secret of somebody else': { 'WeatherProvider/ApiKeySecretConfig/SecretId': OPEN } },
  },
};
