import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ActorToken,
  ApiKeyProvider,
  Caller,
  ClientAuthentication,
  ExternalSecret,
  Inbound,
  IssuerScopes,
  OAuth2Discovery,
  OAuth2Provider,
  OnBehalfOf,
  Outbound,
  ProviderSecret,
  SecretRotation,
  SignedService,
  SmithyModel,
  Target,
} from 'cdk-secure-mcp';
import { evaluate } from '../../lib/core/iam/evaluate';
import type { PolicyDocument } from '../../lib/core/iam/policy-document';
import { GatewayApp } from '../support/gateway-app';
import { apiKey, docs, INVENTORY, oauth2, orders, tickets } from '../support/remote-targets';

interface Statement {
  readonly Sid: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Statements of the gateway role by their name. */
function statementsOf(shop: GatewayApp): Record<string, Statement> {
  const policies = shop.template().findResources('AWS::IAM::Policy');
  const [, policy] = Object.entries(policies).find(([id]) => id.includes('Outbound'))!;
  const statements = policy.Properties.PolicyDocument.Statement as Statement[];
  return Object.fromEntries(statements.map((statement) => [statement.Sid, statement]));
}

/** Intrinsic functions as text: `${Logical.Attribute}` for what is named in the template. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const object = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (object['Fn::Join'] !== undefined) return object['Fn::Join'][1].map(text).join(object['Fn::Join'][0]);
  return `\${${object.Ref ?? object['Fn::GetAtt']!.join('.')}}`;
}

const resourcesOf = (statement: Statement | undefined): string[] =>
  statement === undefined ? [] : [statement.Resource].flat().map(text);

function permitAll(shop: GatewayApp, name: string, target: Target): void {
  const agent = shop.gateway.addAgent(`agent-${name}`);
  for (const tool of shop.gateway.addTarget(name, target).tools) tool.permit(agent);
}

/** A gateway with one target of every kind, and every credential a role has to hold rights for. */
function everything(): GatewayApp {
  const shop = new GatewayApp();
  const { stack } = shop;
  shop.addTool('lookup').permit(shop.gateway.addAgent('lookup-agent'));
  permitAll(
    shop,
    'tickets',
    Target.openApi({
      document: tickets(),
      outbound: Outbound.clientCredentials(oauth2(stack, 'Tickets'), { scopes: ['tickets.read'] }),
    }),
  );
  permitAll(
    shop,
    'docs',
    Target.mcpServer({
      endpoint: 'https://mcp.vendor.example/mcp',
      tools: docs(),
      outbound: Outbound.apiKey(apiKey(stack, 'Docs')),
    }),
  );
  permitAll(shop, 'orders', Target.apiGateway({ ...orders(stack), outbound: Outbound.gatewayRole() }));
  permitAll(
    shop,
    'inventory',
    Target.smithy({
      model: SmithyModel.fromJson(JSON.stringify(INVENTORY)),
      operations: ['GetPart'],
      resources: { GetPart: ['arn:aws:inventory:us-east-1:111122223333:part/all'] },
      outbound: Outbound.gatewayRole(),
    }),
  );
  permitAll(shop, 'partner', Target.agentCoreGateway({ gatewayId: 'partner-abcdefghij', tools: docs() }));
  permitAll(shop, 'runtime', Target.agentCoreRuntime({ runtimeId: 'docs-abcdefghij', tools: docs() }));
  return shop;
}

describe('the role of a gateway with one target of every kind', () => {
  const statements = statementsOf(everything());

  test('has no wildcard but the ten characters that the service appends', () => {
    const wide = Object.values(statements).flatMap((statement) =>
      [...resourcesOf(statement), ...[statement.Action].flat()].filter((each) =>
        /[*?]/.test(each.replace(/(gateway|workload-identity)\/shop-\?{10}$/, '')),
      ),
    );

    expect(Object.keys(statements).length).toBeGreaterThan(10);
    expect(wide).toEqual([]);
  });

  test('names lower case ids only', () => {
    const identity = resourcesOf(statements.GetOwnWorkloadToken);

    expect(identity).toEqual([
      expect.stringMatching(/:workload-identity-directory\/default$/),
      expect.stringMatching(/:workload-identity-directory\/default\/workload-identity\/shop-\?{10}$/),
    ]);
  });

  test('reads the tokens of its own provider: vault, directory, identity and provider', () => {
    expect(statements.GetOAuth2Tokens!.Action).toBe('bedrock-agentcore:GetResourceOauth2Token');
    expect(resourcesOf(statements.GetOAuth2Tokens)).toEqual([
      expect.stringMatching(/:token-vault\/default$/),
      expect.stringMatching(/:workload-identity-directory\/default$/),
      expect.stringMatching(/\/workload-identity\/shop-\?{10}$/),
      expect.stringMatching(/^\$\{Tickets\w+\.CredentialProviderArn\}$/),
    ]);
    expect(resourcesOf(statements.GetApiKeys).at(-1)).toMatch(/^\$\{Docs\w+\.CredentialProviderArn\}$/);
  });

  test('reads the secrets of its two providers', () => {
    expect(resourcesOf(statements.ReadProviderSecrets)).toEqual([
      expect.stringMatching(/^\$\{TicketsSecret\w+\}$/),
      expect.stringMatching(/^\$\{DocsSecret\w+\}$/),
    ]);
  });

  test('gets no token for users, whose name it would only have to state', () => {
    const actions = Object.values(statements).flatMap(({ Action }) => Action);

    expect(actions).not.toContain('bedrock-agentcore:GetWorkloadAccessTokenForUserId');
    expect(actions).not.toContain('bedrock-agentcore:CompleteResourceTokenAuth');
    expect(actions).not.toContain('bedrock-agentcore:GetWorkloadAccessTokenForJWT');
  });

  test('calls one operation of the API, one of the service, one gateway and one runtime', () => {
    expect(resourcesOf(statements.CallApis)).toEqual([expect.stringMatching(/:abcde12345\/prod\/GET\/orders$/)]);
    expect(statements.CallinventoryGetPart).toMatchObject({ Action: 'inventory:GetPart' });
    expect(resourcesOf(statements.InvokeOtherGateways)).toEqual([
      expect.stringMatching(/:gateway\/partner-abcdefghij$/),
    ]);
    expect(resourcesOf(statements.InvokeRuntimes)).toEqual([
      expect.stringMatching(/:runtime\/docs-abcdefghij$/),
      expect.stringMatching(/:runtime\/docs-abcdefghij\/runtime-endpoint\/DEFAULT$/),
    ]);
  });
});

test('a path parameter is the one wildcard that IAM leaves: within this method of this stage', () => {
  const shop = new GatewayApp();
  const operations = [{ name: 'getOrder', description: 'Get an order', method: 'GET', path: '/orders/{id}/lines' }];
  const { api, stageName } = orders(shop.stack);
  permitAll(shop, 'orders', Target.apiGateway({ api, stageName, operations, outbound: Outbound.gatewayRole() }));

  expect(resourcesOf(statementsOf(shop).CallApis)).toEqual([
    expect.stringMatching(/:abcde12345\/prod\/GET\/orders\/\*\/lines$/),
  ]);
});

test('a gateway without functions has no statement about functions', () => {
  const shop = new GatewayApp();
  permitAll(shop, 'partner', Target.agentCoreGateway({ gatewayId: 'partner-abcdefghij', tools: docs() }));

  expect(Object.keys(statementsOf(shop))).not.toContain('InvokeOwnTools');
});

describe('what a single credential adds', () => {
  function withCredential(make: (shop: GatewayApp) => Outbound): Record<string, Statement> {
    const shop = new GatewayApp();
    permitAll(shop, 'tickets', Target.openApi({ document: tickets(), outbound: make(shop) }));
    return statementsOf(shop);
  }
  const BEFORE = ['ReadOwnPolicyEngine', 'AskOwnPolicyEngine', 'DescribeOwnKey', 'UseOwnKey', 'GrantOwnKeyToService'];
  const added = (statements: Record<string, Statement>) =>
    Object.keys(statements).filter((sid) => !BEFORE.includes(sid));

  test('client credentials: the token of the gateway itself', () => {
    const statements = withCredential(({ stack }) => Outbound.clientCredentials(oauth2(stack), { scopes: ['a'] }));

    expect(added(statements)).toEqual(['GetOwnWorkloadToken', 'GetOAuth2Tokens', 'ReadProviderSecrets']);
  });

  test('an API key', () => {
    const statements = withCredential(({ stack }) => Outbound.apiKey(apiKey(stack)));

    expect(added(statements)).toEqual(['GetOwnWorkloadToken', 'GetApiKeys', 'ReadProviderSecrets']);
  });

  test.each([
    ['token exchange', (o: OAuth2Provider) => Outbound.tokenExchange(o, { scopes: ['a'] })],
    [
      'authorization code',
      (o: OAuth2Provider) =>
        Outbound.authorizationCode(o, { scopes: ['a'], returnUrl: 'https://app.example.com/back' }),
    ],
  ])('%s: also the token for the verified caller, never for a stated user', (_name, outbound) => {
    const statements = withCredential(({ stack }) => outbound(oauth2(stack, 'OAuth2', OnBehalfOf.tokenExchange())));

    expect(added(statements)).toEqual([
      'GetOwnWorkloadToken',
      'GetWorkloadTokenForCaller',
      'GetOAuth2Tokens',
      'ReadProviderSecrets',
    ]);
    expect(statements.GetWorkloadTokenForCaller!.Action).toBe('bedrock-agentcore:GetWorkloadAccessTokenForJWT');
    expect(JSON.stringify(statements)).not.toContain('CompleteResourceTokenAuth');
    expect(JSON.stringify(statements)).not.toContain('ForUserId');
  });

  test.each([
    ['a pool', {}, [expect.stringMatching(/^\$\{GatewayInboundUserPool\w+\.ProviderURL\}$/)]],
    [
      'an external issuer, in both of its spellings',
      {
        inbound: Inbound.oidc({
          issuer: 'https://corp.auth0.example/',
          audience: ['https://mcp.corp.example'],
          scopes: IssuerScopes.perTool(),
        }),
      },
      ['https://corp.auth0.example', 'https://corp.auth0.example/'],
    ],
  ])('that caller has a token of %s', (_issuer, props, expected) => {
    const shop = new GatewayApp('shop', props);
    const outbound = Outbound.tokenExchange(oauth2(shop.stack, 'OAuth2', OnBehalfOf.tokenExchange()), {
      scopes: ['tickets.read'],
    });
    const { tools } = shop.gateway.addTarget('tickets', Target.openApi({ document: tickets(), outbound }));
    for (const tool of tools) tool.permit(Caller.user('alice'));
    if (!('inbound' in props)) shop.addTool('lookup').permit(shop.gateway.addAgent('robot'));
    const { Condition } = statementsOf(shop).GetWorkloadTokenForCaller!;
    const { StringEquals } = Condition as { StringEquals: Record<string, unknown> };

    expect(Object.keys(StringEquals)).toEqual(['bedrock-agentcore:InboundJwtClaim/iss']);
    expect([StringEquals['bedrock-agentcore:InboundJwtClaim/iss']].flat().map(text)).toEqual(expected);
  });

  test('a key-signed assertion: the right to sign with this key, no secret', () => {
    const statements = withCredential(({ stack }) => {
      const key = Key.fromKeyArn(stack, 'Signing', 'arn:aws:kms:us-east-1:111122223333:key/sign');
      const client = ClientAuthentication.privateKeyJwt({ clientId: 'gateway', key });
      return Outbound.clientCredentials(custom(stack, client), { scopes: ['a'] });
    });

    expect(added(statements)).toEqual(['GetOwnWorkloadToken', 'GetOAuth2Tokens', 'SignAssertions']);
    expect(statements.SignAssertions!.Action).toBe('kms:Sign');
    expect(resourcesOf(statements.SignAssertions)).toEqual(['arn:aws:kms:us-east-1:111122223333:key/sign']);
  });

  test('an identity token of AWS: for the audiences of the provider, no secret', () => {
    const statements = withCredential(({ stack }) => {
      const client = ClientAuthentication.awsIdentityToken({ audience: 'https://login.vendor.example' });
      const onBehalfOf = OnBehalfOf.tokenExchange({
        actorToken: ActorToken.AWS_IDENTITY_TOKEN,
        actorAudience: 'https://actors.vendor.example',
      });
      return Outbound.clientCredentials(custom(stack, client, onBehalfOf), { scopes: ['a'] });
    });

    expect(added(statements)).toEqual(['GetOwnWorkloadToken', 'GetOAuth2Tokens', 'GetIdentityTokens']);
    const named = { 'sts:IdentityTokenAudience': ['https://login.vendor.example', 'https://actors.vendor.example'] };
    expect(statements.GetIdentityTokens).toMatchObject({ Action: 'sts:GetWebIdentityToken', Resource: ['*'] });
    expect(statements.GetIdentityTokens!.Condition).toEqual({
      'ForAllValues:StringEquals': named,
      'ForAnyValue:StringEquals': named,
    });
    const Statement = [statements.GetIdentityTokens as never];
    expect(
      [
        ['https://login.vendor.example'],
        ['https://login.vendor.example', 'https://actors.vendor.example'],
        ['https://login.vendor.example', 'https://api.other.example'],
        ['https://api.other.example'],
        undefined,
      ].map((audiences) => decideFor(audiences, { Version: '2012-10-17', Statement })),
    ).toEqual(['allow', 'allow', 'implicit-deny', 'implicit-deny', 'implicit-deny']);
  });

  test('a function URL: the URL with IAM authorization, and the function through its URL only', () => {
    const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:tickets';
    const statements = withCredential(() =>
      Outbound.iam({ service: SignedService.LAMBDA_URL, resources: [functionArn] }),
    );

    expect(added(statements)).toEqual(['CallFunctionUrls', 'InvokeThroughFunctionUrls']);
    expect(statements.CallFunctionUrls).toMatchObject({
      Action: 'lambda:InvokeFunctionUrl',
      Resource: [functionArn],
      Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
    });
    expect(statements.InvokeThroughFunctionUrls).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Resource: [functionArn],
      Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    });
  });

  test('a secret with its own key: decryption with that key, through Secrets Manager', () => {
    const statements = withCredential(({ stack }) => {
      const rotation = SecretRotation.manual({ reason: 'The vendor has only a console' });
      const { reference } = new ProviderSecret(stack, 'Held', { rotation });
      return Outbound.apiKey(new ApiKeyProvider(stack, 'Vendor', { apiKey: reference }));
    });

    expect(resourcesOf(statements.DecryptProviderSecrets)).toEqual([expect.stringMatching(/^\$\{HeldKey\w+\.Arn\}$/)]);
    expect(JSON.stringify(statements.DecryptProviderSecrets!.Condition)).toMatch(/kms:ViaService.*secretsmanager\./);
  });

  test('a secret by name: this name and the six characters that Secrets Manager appends', () => {
    const statements = withCredential(({ stack }) => {
      const apiKeySecret = ExternalSecret.fromSecret(Secret.fromSecretNameV2(stack, 'Named', 'vendor/key'), 'value');
      return Outbound.apiKey(new ApiKeyProvider(stack, 'Vendor', { apiKey: apiKeySecret }));
    });

    expect(resourcesOf(statements.ReadProviderSecrets)).toEqual([expect.stringMatching(/:secret:vendor\/key-\?{6}$/)]);
  });

  function decideFor(audiences: string[] | undefined, identity: PolicyDocument) {
    const principal = { kind: 'role', arn: 'arn:aws:iam::111122223333:role/shop', account: '111122223333' } as const;
    const context = audiences === undefined ? {} : { 'sts:IdentityTokenAudience': audiences };
    const request = { principal, action: 'sts:GetWebIdentityToken', resource: '*', context };
    return evaluate(request, { identity: [identity] }).decision;
  }

  function custom(scope: GatewayApp['stack'], client: ClientAuthentication, onBehalfOf?: OnBehalfOf): OAuth2Provider {
    const discovery = OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration');
    return OAuth2Provider.custom(scope, 'Custom', { discovery, client, onBehalfOf });
  }
});
