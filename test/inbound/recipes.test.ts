import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CallbackUrl,
  Caller,
  FourLayerChecks,
  Inbound,
  InboundClaim,
  IssuerScopes,
  type OidcInboundOptions,
  ScopeClaim,
} from 'cdk-secure-mcp';
import { GatewayApp } from '../support/gateway-app';

const REASON = 'service principals of this issuer get roles instead of scopes';
const AUDIENCE = ['https://mcp.example.com/incidents'];

/** The table of docs/inbound.md, with the findings that a recipe cannot avoid. */
const RECIPES: Record<string, [OidcInboundOptions, string[]]> = {
  'RFC 9068': [{ issuer: 'https://id.example.com', audience: AUDIENCE, scopes: IssuerScopes.perTool() }, []],
  Auth0: [
    {
      issuer: 'https://example.eu.auth0.com/',
      audience: AUDIENCE,
      clientClaim: 'azp',
      scopes: IssuerScopes.perTool(),
    },
    [],
  ],
  Okta: [
    {
      issuer: 'https://example.okta.com/oauth2/aus1a2b3c4',
      audience: AUDIENCE,
      clientClaim: 'cid',
      scopes: IssuerScopes.perTool({ claim: ScopeClaim.SCP_LIST }),
    },
    ['SecureMcp-IN04'],
  ],
  'Entra ID, people': [
    {
      issuer: 'https://login.microsoftonline.com/0b9b1c0e-5a3f-4d1e-9a57-1f2e3d4c5b6a/v2.0',
      audience: ['5d1e7f1a-93c1-4b5e-8f0a-2c3d4e5f6a7b'],
      clientClaim: 'azp',
      scopes: IssuerScopes.perTool({
        claim: ScopeClaim.SCP_TEXT,
        advertisedPrefix: 'api://5d1e7f1a-93c1-4b5e-8f0a-2c3d4e5f6a7b/',
      }),
      claims: [InboundClaim.equalTo('tid', '0b9b1c0e-5a3f-4d1e-9a57-1f2e3d4c5b6a')],
    },
    [],
  ],
  'Entra ID, services': [
    {
      issuer: 'https://login.microsoftonline.com/0b9b1c0e-5a3f-4d1e-9a57-1f2e3d4c5b6a/v2.0',
      audience: ['5d1e7f1a-93c1-4b5e-8f0a-2c3d4e5f6a7b'],
      clientClaim: 'azp',
      scopes: IssuerScopes.none({ reason: REASON }),
    },
    ['SecureMcp-IN04'],
  ],
  Keycloak: [
    {
      issuer: 'https://sso.example.com/realms/tools',
      audience: AUDIENCE,
      clientClaim: 'azp',
      scopes: IssuerScopes.perTool(),
      claims: [InboundClaim.equalTo('typ', 'Bearer')],
    },
    [],
  ],
  Google: [
    {
      issuer: 'https://accounts.google.com',
      audience: AUDIENCE,
      clientClaim: 'azp',
      scopes: IssuerScopes.none({ reason: REASON }),
    },
    ['SecureMcp-IN04'],
  ],
};

function findings(app: GatewayApp): string[] {
  const { violations } = new FourLayerChecks(app.app).validateScope(app.app);
  return [...new Set(violations.map(({ ruleName }) => ruleName.replace(/\[.*/, '')))]
    .filter((rule) => rule.startsWith('SecureMcp-IN'))
    .sort();
}

test.each(Object.entries(RECIPES))('the recipe for %s', (_name, [options, expected]) => {
  const app = new GatewayApp('shop', { inbound: Inbound.oidc(options) });
  const agent = app.gateway.addExternalAgent('assistant', { clientId: 'assistant-client' });
  app.addTool('lookup').permit(Caller.allOf(agent, Caller.role('roles', 'responder')));

  expect(() => app.app.synth()).not.toThrow();
  expect(findings(app)).toEqual(expected);
});

test('people behind a Cognito client', () => {
  const app = new GatewayApp();
  const desktop = app.gateway.addInteractiveAgent('desktop', {
    callbackUrls: [CallbackUrl.https('https://agent.example.com/callback')],
  });
  app.addTool('lookup').permit(Caller.allOf(desktop, Caller.group('support')));

  expect(findings(app)).toEqual([]);
});

test('IAM callers, let in at this gateway', () => {
  const app = new GatewayApp('shop', { inbound: Inbound.iam() });
  const role = new Role(app.stack, 'Robot', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  app.addTool('lookup').permit(Caller.iamRole(role));
  app.gateway.grantInvoke(role);

  expect(findings(app)).toEqual([]);
});

test('a loopback callback is seen by the checks', () => {
  const app = new GatewayApp();
  const desktop = app.gateway.addInteractiveAgent('desktop', { callbackUrls: [CallbackUrl.loopback(33418)] });
  app.addTool('lookup').permit(desktop);

  expect(findings(app)).toEqual(['SecureMcp-IN13']);
});

test('a gateway without authentication is still a finding, reason or not', () => {
  const app = new GatewayApp('shop', {
    inbound: Inbound.unauthenticated({ reason: 'a public catalogue of products, read only' }),
  });
  const tool = app.addTool('lookup');
  tool.permit(Caller.unauthenticated(), { when: [tool.arg('id').equalTo('A1')] });

  expect(findings(app)).toContain('SecureMcp-IN01');
});
