import { type LayerCases, OPEN } from './case';

const JWT = 'Gateway/AuthorizerConfiguration/CustomJWTAuthorizer';

/** No client for people, and those of agents cannot be used by them. */
const AGENTS_ALONE = {
  PeopleClient: undefined,
  'ReaderClient/ExplicitAuthFlows': ['ALLOW_REFRESH_TOKEN_AUTH'],
  'RefunderClient/ExplicitAuthFlows': ['ALLOW_REFRESH_TOKEN_AUTH'],
};

export const inbound: LayerCases = {
  IN01: {
    violating: {
      'no authorizer type': {
        'Gateway/AuthorizerType': undefined,
        'GatewayPolicy/Policy':
          '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/agent"},"Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}]}',
      },
      NONE: { 'Gateway/AuthorizerType': 'NONE' },
      'lower case': { 'Gateway/AuthorizerType': 'custom_jwt' },
    },
    undecided: { 'a parameter': { 'Gateway/AuthorizerType': OPEN } },
    compliant: { IAM: { 'Gateway/AuthorizerType': 'AWS_IAM' } },
  },
  IN02: {
    violating: {
      'the strict profile': {
        'Gateway/AuthorizerType': 'AUTHENTICATE_ONLY',
        'GatewayPolicy/Policy':
          '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/agent"},"Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}]}',
      },
    },
    undecided: { 'a parameter': { 'Gateway/AuthorizerType': OPEN } },
  },
  IN03: {
    violating: {
      'no clients': { [`${JWT}/AllowedClients`]: undefined },
      'an audience of a user pool': {
        [`${JWT}/AllowedClients`]: [],
        [`${JWT}/AllowedAudience`]: ['https://shop.example.com'],
      },
      'a star': { [`${JWT}/AllowedClients`]: ['*'] },
    },
    undecided: { 'clients from a parameter': { [`${JWT}/AllowedClients`]: OPEN } },
  },
  IN04: {
    violating: {
      'no scopes': { [`${JWT}/AllowedScopes`]: undefined },
      openid: { [`${JWT}/AllowedScopes`]: ['openid'] },
      'a scope nobody defines': { [`${JWT}/AllowedScopes/3`]: 'shop/delete' },
      'a scope that is advertised only': { [`${JWT}/AdvertisedScopeMapping`]: { 'shop/all': 'all' } },
    },
    undecided: { 'scopes from a parameter': { [`${JWT}/AllowedScopes`]: OPEN } },
  },
  IN05: {
    violating: {
      'no claim': { [`${JWT}/CustomClaims`]: undefined },
      'a client id as audience': { [`${JWT}/AllowedAudience`]: [{ Ref: 'ReaderClient' }] },
      'another token use': {
        [`${JWT}/CustomClaims/0/AuthorizingClaimMatchValue/ClaimMatchValue/MatchValueString`]: 'id',
      },
    },
    undecided: { 'claims from a parameter': { [`${JWT}/CustomClaims`]: OPEN } },
  },
  IN06: {
    violating: {
      'an address': { [`${JWT}/DiscoveryUrl`]: 'https://10.0.0.5/.well-known/openid-configuration' },
      http: { [`${JWT}/DiscoveryUrl`]: 'http://idp.example.com/.well-known/openid-configuration' },
      'every tenant': { [`${JWT}/DiscoveryUrl`]: 'https://login.example.com/common/.well-known/openid-configuration' },
      'a user name': { [`${JWT}/DiscoveryUrl`]: 'https://a@idp.example.com/.well-known/openid-configuration' },
      'a tunnel': { [`${JWT}/DiscoveryUrl`]: 'https://x.ngrok.io/.well-known/openid-configuration' },
    },
    undecided: { 'a parameter': { [`${JWT}/DiscoveryUrl`]: OPEN } },
    compliant: {
      'the provider URL of the pool': {
        [`${JWT}/DiscoveryUrl`]: { 'Fn::Sub': '${Pool.ProviderURL}/.well-known/openid-configuration' },
      },
    },
  },
  IN07: {
    violating: { 'a client of another pool': { [`${JWT}/AllowedClients/3`]: { Ref: 'OtherClient' } } },
    undecided: { 'a client id as text': { [`${JWT}/AllowedClients/3`]: '4h57kqqa1example0000000000' } },
  },
  IN08: {
    violating: {
      implicit: { 'PeopleClient/AllowedOAuthFlows': ['code', 'implicit'] },
      'a password flow': { 'PeopleClient/ExplicitAuthFlows': ['ALLOW_USER_PASSWORD_AUTH'] },
      mixed: { 'ReaderClient/AllowedOAuthFlows': ['client_credentials', 'code'] },
      'a machine without secret': { 'ReaderClient/GenerateSecret': false },
      'no identity provider': { 'PeopleClient/SupportedIdentityProviders': undefined },
    },
    undecided: { 'flows from a parameter': { 'PeopleClient/AllowedOAuthFlows': OPEN } },
  },
  IN09: {
    violating: { 'sign-up': { 'Pool/AdminCreateUserConfig': undefined } },
    undecided: { 'a parameter': { 'Pool/AdminCreateUserConfig/AllowAdminCreateUserOnly': OPEN } },
    compliant: { 'true as text': { 'Pool/AdminCreateUserConfig/AllowAdminCreateUserOnly': 'true' } },
  },
  IN10: {
    violating: {
      'every scope of the server': {
        'ReaderClient/AllowedOAuthScopes': ['shop/lookup', 'shop/refund', 'shop/partner'],
      },
      'a scope of the issuer': { 'ReaderClient/AllowedOAuthScopes': ['openid'] },
    },
    undecided: { 'scopes from a parameter': { 'ReaderClient/AllowedOAuthScopes': OPEN } },
  },
  IN11: {
    violating: {
      'a day': { 'ReaderClient/AccessTokenValidity': 1440 },
      'hours, because no unit is set': { 'ReaderClient/TokenValidityUnits': undefined },
      'no revocation': { 'ReaderClient/EnableTokenRevocation': false },
      'a refresh token of a month': { 'PeopleClient/RefreshTokenValidity': 30 },
      'no rotation': { 'PeopleClient/RefreshTokenRotation': undefined },
      'users can be guessed': { 'PeopleClient/PreventUserExistenceErrors': 'LEGACY' },
    },
    undecided: { 'a parameter': { 'ReaderClient/AccessTokenValidity': OPEN } },
  },
  IN12: {
    violating: {
      'no second factor': { 'Pool/MfaConfiguration': 'OPTIONAL' },
      'eight characters': { 'Pool/Policies/PasswordPolicy/MinimumLength': 8 },
      'no symbols': { 'Pool/Policies/PasswordPolicy/RequireSymbols': false },
      'no threat protection': { 'Pool/UserPoolTier': 'ESSENTIALS' },
      audit: { 'Pool/UserPoolAddOns/AdvancedSecurityMode': 'AUDIT' },
      'can be deleted': { 'Pool/DeletionProtection': undefined },
      'no person, and clients of agents that let people in': {
        PeopleClient: undefined,
        'Pool/MfaConfiguration': 'OFF',
      },
      'a client of an agent with SRP': {
        ...AGENTS_ALONE,
        'Pool/MfaConfiguration': 'OFF',
        'ReaderClient/ExplicitAuthFlows': ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'],
      },
    },
    undecided: {
      'a parameter': { 'Pool/MfaConfiguration': OPEN },
      'flows from a parameter': {
        ...AGENTS_ALONE,
        'Pool/UserPoolTier': 'LITE',
        'ReaderClient/AllowedOAuthFlows': OPEN,
      },
      'logins from a parameter': {
        ...AGENTS_ALONE,
        'Pool/UserPoolTier': 'LITE',
        'ReaderClient/ExplicitAuthFlows': OPEN,
      },
    },
    compliant: {
      'clients of agents that let nobody in': { ...AGENTS_ALONE, 'Pool/MfaConfiguration': 'OFF' },
      'clients of agents that let people in, whose pool is strong': { PeopleClient: undefined },
    },
  },
  IN13: {
    violating: {
      http: { 'PeopleClient/CallbackURLs': ['http://agent.example.com/cb'] },
      'a scheme': { 'PeopleClient/CallbackURLs': ['myapp://cb'] },
      'a wildcard': { 'PeopleClient/LogoutURLs': ['https://*.example.com/bye'] },
      localhost: { 'PeopleClient/CallbackURLs': ['http://localhost:8080/cb'] },
      'a fragment': { 'PeopleClient/DefaultRedirectURI': 'https://agent.example.com/cb#x' },
    },
    undecided: { 'a parameter': { 'PeopleClient/CallbackURLs/0': OPEN } },
  },
  IN14: {
    violating: {
      'every gateway': {
        'AgentRole/Policies/0/PolicyDocument/Statement/0/Resource': 'arn:aws:bedrock-agentcore:*:*:gateway/*',
      },
      everybody: {
        'GatewayPolicy/Policy':
          '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"bedrock-agentcore:InvokeGateway"}]}',
      },
    },
    undecided: {
      'a parameter': { 'AgentRole/Policies/0/PolicyDocument/Statement/0/Resource': OPEN },
      'actions of a role of people': {
        'AgentRole/AssumeRolePolicyDocument/Statement/0/Principal': { AWS: '111122223333' },
        'AgentRole/Policies/0/PolicyDocument/Statement/0': { Effect: 'Allow', Action: OPEN, Resource: '*' },
      },
    },
  },
  IN15: {
    violating: {
      'the revision with batches': { 'Gateway/ProtocolConfiguration/Mcp/SupportedVersions': ['2025-03-26'] },
      'no list': { 'Gateway/ProtocolConfiguration/Mcp/SupportedVersions': undefined },
      'a session of a day': { 'Gateway/ProtocolConfiguration/Mcp/SessionConfiguration/SessionTimeoutInSeconds': 86400 },
    },
    undecided: { 'a parameter': { 'Gateway/ProtocolConfiguration/Mcp/SupportedVersions': OPEN } },
  },
  IN16: {
    violating: {
      'fails open': { 'Gateway/WafConfiguration/FailureMode': 'FAIL_OPEN' },
      'no association': { WebAclAssociation: undefined },
      'no rate rule': { 'WebAcl/Rules/0': undefined },
      'no size rule': { 'WebAcl/Rules/1': undefined },
    },
    undecided: {
      'a parameter': { 'Gateway/WafConfiguration/FailureMode': OPEN },
      'an ACL of somebody else': { 'WebAclAssociation/WebACLArn': OPEN },
    },
  },
};
