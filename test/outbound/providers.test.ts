import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ActorToken,
  ApiKeyProvider,
  ClientAuthentication,
  type CustomOAuth2ProviderProps,
  OAuth2Discovery,
  OAuth2Provider,
  OAuth2Vendor,
  OnBehalfOf,
  Outbound,
  PrivateEndpoint,
  ProviderSecret,
  SecretRotation,
  SignedService,
  SigningAlgorithm,
  Target,
  type VendorOAuth2ProviderProps,
} from 'cdk-secure-mcp';
import { GatewayApp } from '../support/gateway-app';
import { apiKey, oauth2, secretOf, tickets } from '../support/remote-targets';

const OAUTH2 = 'AWS::BedrockAgentCore::OAuth2CredentialProvider';
const EXTERNAL = {
  ClientSecretSource: 'EXTERNAL',
  ClientSecretConfig: { SecretId: { Ref: Match.stringLikeRegexp('^Secret') }, JsonKey: 'value' },
};

function stackWith(build: (stack: Stack) => unknown): { template: () => Template; error: () => string } {
  const app = new App();
  const stack = new Stack(app, 'Shop');
  build(stack);
  return {
    template: () => Template.fromStack(stack),
    error: () => {
      try {
        app.synth();
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    },
  };
}

const vendor = (props: Omit<VendorOAuth2ProviderProps, 'clientId' | 'secret'>) =>
  stackWith((stack) =>
    OAuth2Provider.vendor(stack, 'Provider', { clientId: 'gateway', secret: secretOf(stack, 'Secret'), ...props }),
  );
const custom = (make: (stack: Stack) => Partial<CustomOAuth2ProviderProps> = () => ({})) =>
  stackWith((stack) =>
    OAuth2Provider.custom(stack, 'Provider', {
      discovery: OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration'),
      client: ClientAuthentication.clientSecretBasic({ clientId: 'gateway', secret: secretOf(stack, 'Secret') }),
      ...make(stack),
    }),
  );

const OWN: Partial<Record<OAuth2Vendor, string>> = {
  [OAuth2Vendor.ATLASSIAN]: 'AtlassianOauth2ProviderConfig',
  [OAuth2Vendor.GITHUB]: 'GithubOauth2ProviderConfig',
  [OAuth2Vendor.GOOGLE]: 'GoogleOauth2ProviderConfig',
  [OAuth2Vendor.LINKEDIN]: 'LinkedinOauth2ProviderConfig',
  [OAuth2Vendor.MICROSOFT]: 'MicrosoftOauth2ProviderConfig',
  [OAuth2Vendor.SALESFORCE]: 'SalesforceOauth2ProviderConfig',
  [OAuth2Vendor.SLACK]: 'SlackOauth2ProviderConfig',
};
const TENANTS = ['Auth0', 'Cognito', 'CyberArk', 'FusionAuth', 'Okta', 'OneLogin', 'PingOne'].map(
  (name) => `${name}Oauth2`,
);

test.each(Object.values(OAuth2Vendor))('vendor %s: its own member, an external secret', (name) => {
  const issuer = TENANTS.includes(name) ? { issuer: 'https://login.customer.example' } : {};
  const tenant = name === OAuth2Vendor.MICROSOFT ? { tenantId: 'contoso' } : {};
  const { template } = vendor({ vendor: name, ...issuer, ...tenant });

  template().hasResourceProperties(OAUTH2, {
    CredentialProviderVendor: name,
    Oauth2ProviderConfigInput: { [OWN[name] ?? 'IncludedOauth2ProviderConfig']: { ClientId: 'gateway', ...EXTERNAL } },
  });
});

test('there are all vendors of the service but the custom one', () => {
  expect(Object.values(OAuth2Vendor)).toHaveLength(24);
});

test.each<[string, Omit<VendorOAuth2ProviderProps, 'clientId' | 'secret'>, string]>([
  ['Okta without issuer', { vendor: OAuth2Vendor.OKTA }, 'OktaOauth2 has an issuer per customer'],
  ['Microsoft without a tenant', { vendor: OAuth2Vendor.MICROSOFT }, 'is for any tenant unless it names one'],
  [
    'Microsoft with no tenant',
    { vendor: OAuth2Vendor.MICROSOFT, tenantId: '' },
    'is for any tenant unless it names one',
  ],
  [
    'Microsoft with all',
    { vendor: OAuth2Vendor.MICROSOFT, tenantId: 'common' },
    'names one, got "common". Pass the id',
  ],
  ['GitHub with a tenant', { vendor: OAuth2Vendor.GITHUB, tenantId: 't' }, 'only Microsoft has a tenantId'],
  [
    'GitHub with endpoints',
    { vendor: OAuth2Vendor.GITHUB, tokenEndpoint: 'https://a.example/t' },
    'are fixed, got tokenEndpoint',
  ],
  ['an issuer on http', { vendor: OAuth2Vendor.OKTA, issuer: 'http://login.customer.example' }, 'is not https'],
  ['a name with spaces', { vendor: OAuth2Vendor.GITHUB, providerName: 'git hub' }, 'a provider name is letters'],
])('%s', (_name, props, message) => {
  expect(vendor(props).error()).toContain(message);
});

test('Microsoft has a tenant', () => {
  const { template, error } = vendor({ vendor: OAuth2Vendor.MICROSOFT, tenantId: 'contoso' });

  expect(error()).toBe('');
  template().hasResourceProperties(OAUTH2, {
    Oauth2ProviderConfigInput: { MicrosoftOauth2ProviderConfig: { TenantId: 'contoso' } },
  });
});

describe('how a client proves itself', () => {
  const inputOf = (make: (stack: Stack) => ClientAuthentication) => {
    const { template } = custom((stack) => ({ client: make(stack) }));
    const [provider] = Object.values(template().findResources(OAUTH2));
    return provider!.Properties.Oauth2ProviderConfigInput.CustomOauth2ProviderConfig;
  };

  test.each([
    ['CLIENT_SECRET_BASIC', ClientAuthentication.clientSecretBasic],
    ['CLIENT_SECRET_POST', ClientAuthentication.clientSecretPost],
  ])('%s: an external secret', (method, factory) => {
    expect(inputOf((stack) => factory({ clientId: 'c', secret: secretOf(stack, 'S') }))).toMatchObject({
      ClientAuthenticationMethod: method,
      ClientId: 'c',
      ClientSecretSource: 'EXTERNAL',
      ClientSecretConfig: { JsonKey: 'value' },
    });
  });

  test('PRIVATE_KEY_JWT: a KMS key, no secret', () => {
    const input = inputOf((stack) =>
      ClientAuthentication.privateKeyJwt({
        clientId: 'c',
        key: Key.fromKeyArn(stack, 'K', 'arn:aws:kms:us-east-1:111122223333:key/sign'),
        algorithm: SigningAlgorithm.PS256,
        headerClaims: { kid: 'one' },
      }),
    );

    expect(input).toMatchObject({
      ClientAuthenticationMethod: 'PRIVATE_KEY_JWT',
      PrivateKeyJwtConfig: {
        PrivateKeySource: { KmsKeySource: { KmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/sign' } },
        SigningAlgorithm: 'PS256',
        AdditionalHeaderClaims: { kid: 'one' },
      },
    });
    expect(input).not.toHaveProperty('ClientSecretSource');
  });

  test('AWS_IAM_ID_TOKEN_JWT: no secret', () => {
    const input = inputOf(() => ClientAuthentication.awsIdentityToken({ audience: 'https://login.vendor.example' }));

    expect(input.ClientAuthenticationMethod).toBe('AWS_IAM_ID_TOKEN_JWT');
    expect(JSON.stringify(input)).not.toContain('Secret');
  });
});

describe('a custom authorization server', () => {
  test('on behalf of: token exchange with an actor, or the JWT grant', () => {
    custom(() => ({ onBehalfOf: OnBehalfOf.tokenExchange({ actorScopes: ['act'] }) }))
      .template()
      .hasResourceProperties(OAUTH2, {
        Oauth2ProviderConfigInput: {
          CustomOauth2ProviderConfig: {
            OnBehalfOfTokenExchangeConfig: {
              GrantType: 'TOKEN_EXCHANGE',
              TokenExchangeGrantTypeConfig: { ActorTokenContent: 'M2M', ActorTokenScopes: ['act'] },
            },
          },
        },
      });
    custom(() => ({ onBehalfOf: OnBehalfOf.jwtAuthorizationGrant() }))
      .template()
      .hasResourceProperties(OAUTH2, {
        Oauth2ProviderConfigInput: {
          CustomOauth2ProviderConfig: { OnBehalfOfTokenExchangeConfig: { GrantType: 'JWT_AUTHORIZATION_GRANT' } },
        },
      });
  });

  test.each([
    ['without audience', { actorToken: ActorToken.AWS_IDENTITY_TOKEN }],
    ['with the audience of another', { actorToken: ActorToken.NONE, actorAudience: 'https://a.example' }],
  ])('an actor %s', (_name, options) => {
    expect(custom(() => ({ onBehalfOf: OnBehalfOf.tokenExchange(options) })).error()).toContain('[OUTBOUND_OPTION]');
  });

  test('endpoints that are written down are not looked up', () => {
    const metadata = {
      issuer: 'https://login.vendor.example',
      authorizationEndpoint: 'https://login.vendor.example/authorize',
      tokenEndpoint: 'https://login.vendor.example/token',
    };
    const { template, error } = custom(() => ({ discovery: OAuth2Discovery.metadata(metadata) }));

    expect(error()).toBe('');
    template().hasResourceProperties(OAUTH2, {
      Oauth2ProviderConfigInput: {
        CustomOauth2ProviderConfig: {
          OauthDiscovery: {
            AuthorizationServerMetadata: {
              Issuer: metadata.issuer,
              AuthorizationEndpoint: metadata.authorizationEndpoint,
              TokenEndpoint: metadata.tokenEndpoint,
            },
          },
        },
      },
    });
  });

  test.each([
    ['http://login.vendor.example/.well-known/openid-configuration', '[ENDPOINT_UNSAFE]'],
    ['https://169.254.169.254/.well-known/openid-configuration', '[ENDPOINT_UNSAFE]'],
    ['https://login.vendor.example/', '[OUTBOUND_OPTION]'],
    ['https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration', 'for any tenant'],
    ['https://login.microsoftonline.com/Organizations/v2.0/.well-known/openid-configuration', 'for any tenant'],
  ])('the discovery URL %s', (url, code) => {
    expect(custom(() => ({ discovery: OAuth2Discovery.url(url) })).error()).toContain(code);
  });

  test('the discovery URL of one tenant', () => {
    const url = 'https://login.microsoftonline.com/contoso/v2.0/.well-known/openid-configuration';
    expect(custom(() => ({ discovery: OAuth2Discovery.url(url) })).error()).toBe('');
  });

  test('an internal authorization server needs a private endpoint', () => {
    const discovery = OAuth2Discovery.url('https://login.corp/.well-known/openid-configuration');
    const privateEndpoint = PrivateEndpoint.resourceConfiguration('rcfg-0123456789abcdef0');

    expect(custom(() => ({ discovery })).error()).toContain('[ENDPOINT_UNSAFE]');
    expect(custom(() => ({ discovery, privateEndpoint })).error()).toBe('');
  });

  test('a claim that would hold a credential', () => {
    const { error } = custom((stack) => ({
      client: ClientAuthentication.privateKeyJwt({
        clientId: 'c',
        key: Key.fromKeyArn(stack, 'K', 'arn:aws:kms:us-east-1:111122223333:key/sign'),
        payloadClaims: { client_secret: 'x' },
      }),
    }));

    expect(error()).toContain('[SECRET_PLAINTEXT]');
  });
});

test('an API key is an external secret', () => {
  stackWith((stack) => new ApiKeyProvider(stack, 'Key', { apiKey: secretOf(stack, 'Secret') }))
    .template()
    .hasResourceProperties('AWS::BedrockAgentCore::ApiKeyCredentialProvider', {
      ApiKey: Match.absent(),
      ApiKeySecretSource: 'EXTERNAL',
      ApiKeySecretConfig: { SecretId: { Ref: Match.stringLikeRegexp('^Secret') }, JsonKey: 'value' },
    });
});

describe('a secret that we create', () => {
  const manual = (reason: string) =>
    stackWith((stack) => new ProviderSecret(stack, 'Held', { rotation: SecretRotation.manual({ reason }) }));

  test('starts with a placeholder, under a key that serves Secrets Manager alone, and outlives the stack', () => {
    const template = manual('The vendor has only a console').template();

    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: {
        GenerateSecretString: { SecretStringTemplate: '{}', GenerateStringKey: 'value' },
        KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^HeldKey'), 'Arn'] },
        SecretString: Match.absent(),
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: Match.arrayWith(['kms:Decrypt']),
            Condition: { StringNotEquals: { 'kms:ViaService': Match.anyValue() } },
          }),
        ]),
      },
    });
  });

  test('is rotated by a function', () => {
    const template = stackWith((stack) => {
      const fn = LambdaFunction.fromFunctionArn(stack, 'Fn', 'arn:aws:lambda:us-east-1:111122223333:function:rotate');
      return new ProviderSecret(stack, 'Held', { rotation: SecretRotation.byFunction(fn, Duration.days(7)) });
    }).template();

    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationLambdaARN: 'arn:aws:lambda:us-east-1:111122223333:function:rotate',
      RotationRules: { ScheduleExpression: 'rate(7 days)' },
    });
  });

  test('or by people, for a reason that stands in the template', () => {
    expect(manual('').error()).toContain('[REASON_MISSING]');
    manual('The vendor has only a console')
      .template()
      .hasResource('AWS::SecretsManager::Secret', {
        Metadata: { 'cdk-secure-mcp': { weakening: 'SecretRotation.manual', reason: 'The vendor has only a console' } },
      });
  });
});

describe('options of a credential', () => {
  function errorOf(make: (stack: Stack) => Outbound): string {
    const shop = new GatewayApp();
    const target = shop.gateway.addTarget(
      'vendor',
      Target.openApi({ document: tickets(), outbound: make(shop.stack) }),
    );
    const agent = shop.gateway.addAgent('robot');
    for (const tool of target.tools) tool.permit(agent);
    try {
      shop.app.synth();
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  }

  test.each([
    [[], 'a token has 1 to 100 scopes, got 0'],
    [['*'], 'got "*"'],
    [['https://graph.example/.default'], 'got "https://graph.example/.default"'],
    [['openid'], 'got "openid"'],
    [['x'.repeat(65)], 'has not 1 to 64 characters'],
  ])('scopes %j', (scopes, message) => {
    const error = errorOf((stack) => Outbound.clientCredentials(oauth2(stack), { scopes }));

    expect(error).toContain(message);
    expect(error).toContain('[OUTBOUND_OPTION]');
  });

  test.each([
    [10, ''],
    [11, 'a target has at most 10 custom parameters, got 11. Leave out'],
  ])('%i custom parameters', (count, message) => {
    const customParameters = Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 'x']));
    const errors = [
      errorOf((stack) => Outbound.clientCredentials(oauth2(stack), { scopes: ['a'], customParameters })),
      errorOf((stack) =>
        Outbound.authorizationCode(oauth2(stack), {
          scopes: ['a'],
          returnUrl: 'https://app.example.com/back',
          customParameters,
        }),
      ),
    ];

    for (const error of errors) {
      if (message === '') expect(error).toBe('');
      else expect(error).toContain(message);
      expect(error.includes('[OUTBOUND_OPTION]')).toBe(message !== '');
    }
  });

  test('scopes that name what they are for', () => {
    expect(errorOf((stack) => Outbound.clientCredentials(oauth2(stack), { scopes: ['tickets.read'] }))).toBe('');
  });

  test.each([
    'http://app.example.com/back',
    'https://localhost/back',
    'https://*.example.com/back',
    'https://a.example/#x',
  ])('the return URL %s', (returnUrl) => {
    const error = errorOf((stack) => Outbound.authorizationCode(oauth2(stack), { scopes: ['a'], returnUrl }));

    expect(error).toContain('[ENDPOINT_UNSAFE]');
  });

  test.each(['Host', 'X-Forwarded-For', 'X-Amz-Security-Token', 'Cookie', 'X Key'])('an API key in %s', (header) => {
    expect(errorOf((stack) => Outbound.apiKey(apiKey(stack), { header }))).toContain('[OUTBOUND_OPTION]');
  });

  test('an API key as bearer', () => {
    expect(errorOf((stack) => Outbound.apiKey(apiKey(stack), { header: 'Authorization', prefix: 'Bearer ' }))).toBe('');
  });

  const API = 'arn:aws:execute-api:us-east-1:111122223333:abc/prod/GET/tickets';
  const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:tickets';
  const { API_GATEWAY, LAMBDA_URL } = SignedService;
  const signing = (service: SignedService, make: (stack: Stack) => string) =>
    errorOf((stack) => Outbound.iam({ service, resources: [make(stack)] }));

  test.each([
    [LAMBDA_URL, API],
    [API_GATEWAY, FUNCTION],
    [LAMBDA_URL, 'tickets'],
  ])('a signature for %s and the resource %s', (service, resource) => {
    const error = signing(service, () => resource);

    expect(error).toContain(
      `the gateway signs for ${service}, and the resource is not an ARN of it, got "${resource}"`,
    );
    expect(error).toContain('[OUTBOUND_RESOURCE]');
  });

  test('the service is seen in an ARN that the CDK puts together', () => {
    const api = (stack: Stack) =>
      RestApi.fromRestApiId(stack, 'Api', 'abcde12345').arnForExecuteApi('GET', '/a', 'prod');

    expect(signing(LAMBDA_URL, api)).toContain('[OUTBOUND_RESOURCE]');
    expect(signing(API_GATEWAY, api)).toBe('');
  });

  test('resources of the service that signs', () => {
    const made = (stack: Stack) => LambdaFunction.fromFunctionArn(stack, 'F', Lazy.string({ produce: () => FUNCTION }));

    expect(signing(API_GATEWAY, () => API)).toBe('');
    expect(signing(LAMBDA_URL, () => FUNCTION)).toBe('');
    expect(signing(LAMBDA_URL, (stack) => made(stack).functionArn)).toBe('');
  });
});
