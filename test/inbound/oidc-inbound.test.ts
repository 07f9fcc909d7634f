import { CfnParameter } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Inbound,
  InboundClaim,
  IssuerScopes,
  type OidcInboundOptions,
  PrivateEndpoint,
  ScopeClaim,
} from 'cdk-secure-mcp';
import { GatewayApp } from '../support/gateway-app';

const AUDIENCE = 'https://mcp.example.com';

function app(options: Partial<OidcInboundOptions> = {}): GatewayApp {
  const inbound = Inbound.oidc({
    issuer: 'https://id.example.com',
    audience: [AUDIENCE],
    scopes: IssuerScopes.perTool(),
    ...options,
  });
  return new GatewayApp('shop', { inbound });
}

function withAgent(options: Partial<OidcInboundOptions> = {}) {
  const shop = app(options);
  shop.addTool('lookup').permit(shop.gateway.addExternalAgent('robot', { clientId: 'robot-client' }));
  return shop;
}

interface Authorizer {
  DiscoveryUrl: string;
  AllowedAudience?: string[];
  AllowedClients?: string[];
  AllowedScopes?: string[];
  AdvertisedScopeMapping?: Record<string, string>;
  CustomClaims?: unknown[];
  PrivateEndpoint?: unknown;
}

function authorizer(shop: GatewayApp): Authorizer {
  const [gateway] = Object.values(shop.template().findResources('AWS::BedrockAgentCore::Gateway'));
  return gateway!.Properties.AuthorizerConfiguration.CustomJWTAuthorizer;
}

function permitOf(shop: GatewayApp): string {
  const [policy] = Object.values(shop.template().findResources('AWS::BedrockAgentCore::Policy'));
  return JSON.stringify(policy!.Properties.Definition).replace(/\\/g, '');
}

test('the standard case: audience, client and scope per tool', () => {
  expect(authorizer(withAgent())).toEqual({
    DiscoveryUrl: 'https://id.example.com/.well-known/openid-configuration',
    AllowedAudience: [AUDIENCE],
    AllowedClients: ['robot-client'],
    AllowedScopes: ['lookup'],
  });
});

test('a trailing slash of the issuer is not doubled', () => {
  const { DiscoveryUrl } = authorizer(withAgent({ issuer: 'https://tenant.eu.auth0.com/' }));

  expect(DiscoveryUrl).toBe('https://tenant.eu.auth0.com/.well-known/openid-configuration');
});

test('with another client claim the door asks for audience and scope, the permit for the client', () => {
  const shop = withAgent({ clientClaim: 'azp' });

  expect(authorizer(shop).AllowedClients).toBeUndefined();
  expect(permitOf(shop)).toContain('principal.getTag("azp") == "robot-client"');
  expect(permitOf(shop)).toContain('principal.getTag("scope") == "lookup"');
});

test('Entra ID: clients ask for a scope with the API in front, tokens have it in scp without', () => {
  const scopes = IssuerScopes.perTool({ advertisedPrefix: 'api://shop/', claim: ScopeClaim.SCP_TEXT });
  const shop = withAgent({ clientClaim: 'azp', scopes });

  expect(authorizer(shop)).toMatchObject({
    AllowedScopes: ['lookup'],
    AdvertisedScopeMapping: { lookup: 'api://shop/lookup' },
  });
  expect(permitOf(shop)).toContain('principal.getTag("scp") == "lookup"');
});

test('Okta: scp is a list, so the door compares it as a custom claim and the permit as a list', () => {
  const scopes = IssuerScopes.perTool({ prefix: 'shop.', claim: ScopeClaim.SCP_LIST });
  const shop = withAgent({ clientClaim: 'cid', scopes });

  expect(authorizer(shop).AllowedScopes).toBeUndefined();
  expect(authorizer(shop).CustomClaims).toEqual([
    {
      InboundTokenClaimName: 'scp',
      InboundTokenClaimValueType: 'STRING_ARRAY',
      AuthorizingClaimMatchValue: {
        ClaimMatchOperator: 'CONTAINS_ANY',
        ClaimMatchValue: { MatchValueStringList: ['shop.lookup'] },
      },
    },
  ]);
  expect(permitOf(shop)).toContain('principal.getTag("cid") == "robot-client"');
  expect(permitOf(shop)).toContain('principal.getTag("scp") like "["shop.lookup"*"');
});

test('one scope for all tools opens the door; permits tell clients apart', () => {
  const shop = withAgent({ scopes: IssuerScopes.shared('shop:use', { advertisedAs: 'https://mcp.example.com/use' }) });

  expect(authorizer(shop)).toMatchObject({
    AllowedScopes: ['shop:use'],
    AdvertisedScopeMapping: { 'shop:use': 'https://mcp.example.com/use' },
  });
  expect(permitOf(shop)).not.toContain('getTag("scope")');
});

test('the private path to the issuer is rendered with the security groups', () => {
  const shop = app();
  const vpc = new Vpc(shop.stack, 'Vpc');
  const group = new SecurityGroup(shop.stack, 'Group', { vpc });
  const inside = new GatewayApp('shop', {
    inbound: Inbound.oidc({
      issuer: 'https://id.corp.example.com',
      audience: [AUDIENCE],
      scopes: IssuerScopes.perTool(),
      privateEndpoint: PrivateEndpoint.resourceConfiguration('rcfg-0123456789abcdef0'),
    }),
  });

  expect(authorizer(inside).PrivateEndpoint).toEqual({
    SelfManagedLatticeResource: { ResourceConfigurationIdentifier: 'rcfg-0123456789abcdef0' },
  });
  expect(shop.stack.resolve(PrivateEndpoint.managedVpc({ vpc, securityGroups: [group] })._rendering)).toMatchObject({
    managedVpcResource: {
      vpcIdentifier: { Ref: expect.stringContaining('Vpc') },
      subnetIds: [expect.anything(), expect.anything()],
      securityGroupIds: [{ 'Fn::GetAtt': [expect.stringContaining('Group'), 'GroupId'] }],
      endpointIpAddressType: 'IPV4',
    },
  });
  const known = Vpc.fromVpcAttributes(shop.stack, 'Known', {
    vpcId: 'vpc-1',
    availabilityZones: ['a'],
    privateSubnetIds: ['subnet-1'],
  });
  const open = app({ privateEndpoint: PrivateEndpoint.managedVpc({ vpc: known, securityGroups: [] }) });
  expect(open.synthError()).toMatch(/1 to 5 security groups, got 0.*\[PRIVATE_ENDPOINT\]/);
});

describe('the issuer', () => {
  test.each([
    ['http://id.example.com', 'https URL'],
    ['https://user:pw@id.example.com', 'https URL'],
    ['https://id.example.com?x=1', 'https URL'],
    ['https://id.example.com/.well-known/openid-configuration', 'not its discovery document'],
    ['https://10.0.0.5', 'an address'],
    ['https://[::1]', 'an address'],
    ['https://localhost', 'a local name'],
    ['https://abc.ngrok-free.app', 'a public tunnel'],
    ['https://login.microsoftonline.com/common/v2.0', 'any tenant'],
    ['https://login.microsoftonline.com/organizations/v2.0', 'any tenant'],
    ['not a url', 'https URL'],
  ])('%s is refused', (issuer, fragment) => {
    const error = withAgent({ issuer }).synthError();

    expect(error).toContain('[INBOUND_ISSUER]');
    expect(error).toContain(fragment);
  });

  test('known only at deployment is refused', () => {
    const shop = new GatewayApp('shop', (stack) => ({
      inbound: Inbound.oidc({
        issuer: new CfnParameter(stack, 'Issuer').valueAsString,
        audience: [AUDIENCE],
        scopes: IssuerScopes.perTool(),
      }),
    }));

    expect(shop.synthError()).toMatch(/issuer must be known at synthesis.*\[INBOUND_ISSUER\]/);
  });
});

describe('who passes the door', () => {
  test('every token of the issuer would, without audience and clients', () => {
    const shop = app({ audience: undefined });

    expect(shop.synthError()).toMatch(/any token of the issuer would pass the door.*\[INBOUND_OPEN\]/);
  });

  test('and with clients that are named in a claim that the service does not compare', () => {
    expect(withAgent({ audience: undefined, clientClaim: 'azp' }).synthError()).toContain('[INBOUND_OPEN]');
  });

  test('with clients in client_id no audience is needed', () => {
    const shop = withAgent({ audience: undefined });

    expect(authorizer(shop).AllowedClients).toEqual(['robot-client']);
    expect(authorizer(shop).AllowedAudience).toBeUndefined();
  });

  test.each(['', '*', 'https://*.example.com'])('the audience %p is refused', (audience) => {
    expect(withAgent({ audience: [audience] }).synthError()).toMatch(/audience must be exact.*\[INBOUND_OPEN\]/);
  });

  test('an external agent needs a literal client id', () => {
    const shop = app();
    shop.addTool('lookup').permit(shop.gateway.addExternalAgent('robot', { clientId: ' ' }));

    expect(shop.synthError()).toMatch(/client id of external agent 'robot' is not literal.*\[AGENT_CLIENT\]/);
  });
});

describe('scopes', () => {
  test.each([
    [IssuerScopes.shared('openid'), 'every client'],
    [IssuerScopes.shared('api://shop/.default'), 'every client'],
    [IssuerScopes.shared('two words'), 'cannot be compared'],
    [IssuerScopes.perTool({ prefix: 'a"b' }), 'cannot be compared'],
    [IssuerScopes.perTool({ prefix: 'shop/', claim: ScopeClaim.SCP_LIST }), 'cannot be compared'],
    [IssuerScopes.perTool({ advertisedPrefix: 'two words ' }), 'advertised scope is no scope'],
  ])('that do not work are refused (%#)', (scopes, fragment) => {
    const error = withAgent({ scopes }).synthError();

    expect(error).toContain('[INBOUND_SCOPE]');
    expect(error).toContain(fragment);
  });

  test('the same prefix with a slash is fine in the standard claim', () => {
    expect(authorizer(withAgent({ scopes: IssuerScopes.perTool({ prefix: 'shop/' }) })).AllowedScopes).toEqual([
      'shop/lookup',
    ]);
  });
});

describe('custom claims', () => {
  test('are rendered with the operator of their type', () => {
    const claims = [
      InboundClaim.equalTo('tid', 'a-b'),
      InboundClaim.listContains('groups', 'admins'),
      InboundClaim.listContainsAny('roles', 'a', 'b'),
    ];

    expect(authorizer(withAgent({ claims })).CustomClaims).toEqual([
      claim('tid', 'STRING', 'EQUALS', { MatchValueString: 'a-b' }),
      claim('groups', 'STRING_ARRAY', 'CONTAINS', { MatchValueString: 'admins' }),
      claim('roles', 'STRING_ARRAY', 'CONTAINS_ANY', { MatchValueStringList: ['a', 'b'] }),
    ]);
  });

  test.each(['Team A', 'a:b', 'a/b', 'a@b.example', '', 'x'.repeat(256)])('cannot be compared with %p', (value) => {
    const error = withAgent({ claims: [InboundClaim.equalTo('group', value)] }).synthError();

    expect(error).toMatch(/claim "group" cannot be compared with.*\[INBOUND_CLAIM\]/);
  });

  test('values of 255 characters and names with a colon are accepted', () => {
    const claims = [InboundClaim.equalTo('cognito:groups', 'x'.repeat(255))];

    expect(() => withAgent({ claims }).app.synth()).not.toThrow();
  });

  test.each(['', 'a b', 'x'.repeat(256)])('cannot have the name %p', (name) => {
    expect(withAgent({ claims: [InboundClaim.equalTo(name, 'x')] }).synthError()).toMatch(
      /claim name is not accepted.*\[INBOUND_CLAIM\]/,
    );
  });

  test('without values, and all problems together', () => {
    const claims = [InboundClaim.listContainsAny('groups'), InboundClaim.equalTo('team', 'Team A')];
    const error = withAgent({ claims, issuer: 'http://x.example', audience: ['*'] }).synthError();

    expect(error).toContain('compared with no values');
    for (const code of ['INBOUND_CLAIM', 'INBOUND_ISSUER', 'INBOUND_OPEN']) expect(error).toContain(`[${code}]`);
  });
});

function claim(name: string, type: string, operator: string, value: unknown) {
  return {
    InboundTokenClaimName: name,
    InboundTokenClaimValueType: type,
    AuthorizingClaimMatchValue: { ClaimMatchOperator: operator, ClaimMatchValue: value },
  };
}
