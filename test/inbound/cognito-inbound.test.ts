import { Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import {
  CallbackUrl,
  Caller,
  Inbound,
  InboundClaim,
  McpToolList,
  Outbound,
  SecureMcpGateway,
  Target,
} from 'cdk-secure-mcp';
import { GatewayApp } from '../support/gateway-app';

const CALLBACK = CallbackUrl.https('https://agent.example.com/oauth/callback');

describe('an interactive agent', () => {
  function desktop() {
    const app = new GatewayApp();
    const agent = app.gateway.addInteractiveAgent('desktop', {
      callbackUrls: [CALLBACK, CallbackUrl.loopback(33418)],
    });
    return { app, agent };
  }

  test('is a public client with the code flow, exact URLs, rotation and no password flow', () => {
    const { app, agent } = desktop();
    app.addTool('lookup').permit(agent);

    app.template().hasResource('AWS::Cognito::UserPoolClient', {
      Properties: {
        GenerateSecret: false,
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['shop/lookup'],
        CallbackURLs: ['https://agent.example.com/oauth/callback', 'http://localhost:33418/callback'],
        LogoutURLs: Match.absent(),
        ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
        RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
        RefreshTokenValidity: 1440,
        AccessTokenValidity: 15,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
        EnableTokenRevocation: true,
        PreventUserExistenceErrors: 'ENABLED',
      },
      Metadata: { 'cdk-secure-mcp': { agent: 'desktop', kind: 'interactive' } },
    });
  });

  test('gets the scope of a tool whose permit names it together with a group', () => {
    const { app, agent } = desktop();
    app.addTool('lookup').permit(agent);
    app.addTool('refund').permit(Caller.allOf(agent, Caller.group('managers')));

    app.template().hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthScopes: ['shop/lookup', 'shop/refund'],
    });
  });

  test('gets no scope of a tool whose permits do not name it', () => {
    const { app, agent } = desktop();
    app.addTool('lookup').permit(agent);
    app.addTool('refund').permit(Caller.group('managers'));

    app.template().hasResourceProperties('AWS::Cognito::UserPoolClient', { AllowedOAuthScopes: ['shop/lookup'] });
  });

  test.each([
    ['http', 'http://agent.example.com/cb'],
    ['a custom scheme', 'myapp://cb'],
    ['a wildcard', 'https://*.example.com/cb'],
    ['a fragment', 'https://agent.example.com/cb#x'],
    ['a user name', 'https://agent@evil.example/cb'],
    ['a backslash', 'https://agent.example.com\\@evil.example/cb'],
    ['no host', 'https:///cb'],
    ['no URL', 'agent.example.com/cb'],
  ])('cannot have a callback URL with %s', (_name, url) => {
    const app = new GatewayApp();
    app
      .addTool('lookup')
      .permit(app.gateway.addInteractiveAgent('desktop', { callbackUrls: [CallbackUrl.https(url)] }));

    const error = app.synthError();

    expect(error).toContain('[CALLBACK_URL]');
    expect(error).toContain(JSON.stringify(url));
  });

  test.each([
    [0, '/callback'],
    [70_000, '/callback'],
    [8080, 'callback'],
    [8080, '/@evil.example'],
  ])('cannot listen on port %d with path %s', (port, path) => {
    const app = new GatewayApp();
    const callbackUrls = [CallbackUrl.loopback(port, path)];
    app.addTool('lookup').permit(app.gateway.addInteractiveAgent('desktop', { callbackUrls }));

    expect(app.synthError()).toContain('[CALLBACK_URL]');
  });

  test('needs a callback URL', () => {
    const app = new GatewayApp();
    app.addTool('lookup').permit(app.gateway.addInteractiveAgent('desktop', { callbackUrls: [] }));

    expect(app.synthError()).toMatch(/'desktop' has no callback URL.*\[CALLBACK_URL\]/);
  });

  test.each([
    [Duration.minutes(59), false],
    [Duration.hours(1), true],
    [Duration.days(7), true],
    [Duration.days(8), false],
  ])('a login of %s is accepted: %s', (refreshTokenValidity, accepted) => {
    const app = new GatewayApp();
    const agent = app.gateway.addInteractiveAgent('desktop', { callbackUrls: [CALLBACK], refreshTokenValidity });
    app.addTool('lookup').permit(agent);

    if (accepted) expect(() => app.app.synth()).not.toThrow();
    else expect(app.synthError()).toMatch(/a login lasts 1 hour to 7 days.*\[TOKEN_VALIDITY\]/);
  });
});

test.each([
  [Duration.minutes(4), false],
  [Duration.minutes(5), true],
  [Duration.minutes(60), true],
  [Duration.minutes(61), false],
  [Duration.seconds(330), false],
])('access tokens of %s are accepted: %s', (accessTokenValidity, accepted) => {
  const app = new GatewayApp('shop', { inbound: Inbound.cognito({ accessTokenValidity }) });
  app.addTool('lookup').permit(app.gateway.addAgent('robot'));

  if (accepted) expect(() => app.app.synth()).not.toThrow();
  else expect(app.synthError()).toMatch(/5 to 60 whole minutes.*\[TOKEN_VALIDITY\]/);
});

test.each([
  ['a new pool', undefined],
  ['an existing pool', 'eu-west-1_AbCdEf123'],
])('%s and no agent is a problem: the service takes no empty list of clients', (got, id) => {
  const shop = (agent: boolean) => {
    const app = new GatewayApp('shop', (stack) => ({
      inbound: Inbound.cognito({ userPool: id === undefined ? id : UserPool.fromUserPoolId(stack, 'Pool', id) }),
    }));
    const tool = app.addTool('lookup');
    tool.permit(Caller.group('managers'));
    if (agent) tool.permit(app.gateway.addAgent('robot'));
    return app;
  };

  expect(shop(false).synthError()).toMatch(
    new RegExp(`got ${got} and no agent\\. Add an agent with addAgent or addInteractiveAgent.*\\[INBOUND_OPEN\\]`),
  );
  expect(() => shop(true).app.synth()).not.toThrow();
});

describe('scopes of a user pool', () => {
  /** A target with so many tools, of which so many are for one agent and the rest for another. */
  function withTools(count: number, ofFirst: number): GatewayApp {
    const app = new GatewayApp();
    const inputSchema = { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] };
    const tools = Array.from({ length: count }, (_, index) => ({
      name: `find${index}`,
      description: `Find in shelf ${index}`,
      inputSchema,
    }));
    const outbound = Outbound.unauthenticated({ reason: 'The library is public anyway' });
    const list = McpToolList.fromJson(JSON.stringify({ tools }));
    const target = app.gateway.addTarget(
      'library',
      Target.mcpServer({ endpoint: 'https://mcp.library.example/mcp', tools: list, outbound }),
    );
    const [first, second] = [app.gateway.addAgent('first'), app.gateway.addAgent('second')];
    for (const [index, tool] of target.tools.entries()) tool.permit(index < ofFirst ? first : second);
    return app;
  }

  test('are 100 for a resource server and 50 for a client', () => {
    withTools(100, 50)
      .template()
      .hasResourceProperties('AWS::Cognito::UserPoolClient', {
        AllowedOAuthScopes: Match.arrayWith(['shop/library.find0', 'shop/library.find49']),
      });
  });

  test('that are more fail synthesis, all at once', () => {
    const error = withTools(101, 51).synthError();

    expect(error).toMatch(/resource server of a gateway has 100 scopes at most, got 101\..*\[SCOPE_LIMIT\]/);
    expect(error).toMatch(/client of agent "first" has 50 scopes at most, got 51\..*\[SCOPE_LIMIT\] \(at .*first\)/);
    expect(error).not.toContain('"second"');
  });
});

describe('a user pool that exists', () => {
  function withPool(): GatewayApp {
    const app = new GatewayApp('shop', (stack) => ({
      inbound: Inbound.cognito({
        userPool: UserPool.fromUserPoolId(stack, 'Pool', 'eu-west-1_AbCdEf123'),
        claims: [InboundClaim.equalTo('tenant', 'blue')],
      }),
    }));
    app.addTool('lookup').permit(app.gateway.addAgent('robot'));
    return app;
  }

  test('gets a resource server and clients, but no domain and no other settings', () => {
    const template = withPool().template();

    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      UserPoolId: 'eu-west-1_AbCdEf123',
      Identifier: 'shop',
    });
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', { UserPoolId: 'eu-west-1_AbCdEf123' });
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    template.resourceCountIs('AWS::Cognito::UserPoolDomain', 0);
  });

  test('is the issuer, and tokens still must be access tokens of our clients', () => {
    withPool()
      .template()
      .hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
        AuthorizerConfiguration: {
          CustomJWTAuthorizer: {
            DiscoveryUrl: {
              'Fn::Join': [
                '',
                [
                  'https://cognito-idp.',
                  { Ref: 'AWS::Region' },
                  '.',
                  { Ref: 'AWS::URLSuffix' },
                  '/eu-west-1_AbCdEf123/.well-known/openid-configuration',
                ],
              ],
            },
            AllowedClients: [{ Ref: Match.stringLikeRegexp('GatewayAgentrobot') }],
            CustomClaims: [
              Match.objectLike({ InboundTokenClaimName: 'token_use' }),
              Match.objectLike({ InboundTokenClaimName: 'tenant' }),
            ],
          },
        },
      });
  });

  test('in another Region is a problem', () => {
    const app = new GatewayApp();
    const here = new Stack(app.app, 'Here', { env: { region: 'eu-west-1', account: '111122223333' } });
    const pool = UserPool.fromUserPoolArn(
      here,
      'Pool',
      'arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_AbCdEf123',
    );
    new SecureMcpGateway(here, 'Gateway', { inbound: Inbound.cognito({ userPool: pool }) });

    expect(app.synthError()).toMatch(/another Region or account.*us-east-1.*\[INBOUND_ISSUER\]/);
  });
});
