import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The table of docs/inbound.md, and what stands in the place of its words and of its <…>. */
const DOCUMENT = readFileSync(join(__dirname, '../../docs/inbound.md'), 'utf8');
const HEAD = '| | `issuer` | `audience` | `clientClaim` | `scopes` | keeps ID tokens out |';
const TENANT = '0b9b1c0e-5a3f-4d1e-9a57-1f2e3d4c5b6a';
const APPLICATION = '5d1e7f1a-93c1-4b5e-8f0a-2c3d4e5f6a7b';
const PLACES: { readonly [name: string]: string } = {
  tenant: 'example.eu',
  org: 'example',
  'server id': 'aus1a2b3c4',
  'tenant id': TENANT,
  'application id': APPLICATION,
  host: 'sso.example.com',
  realm: 'tools',
};
const AUDIENCES: { readonly [words: string]: string } = {
  'application id of the API': APPLICATION,
};
/** The findings that a recipe cannot avoid. */
const UNAVOIDABLE: { readonly [recipe: string]: string[] } = {
  Okta: ['SecureMcp-IN04'],
  'Entra ID, services': ['SecureMcp-IN04'],
  Google: ['SecureMcp-IN04'],
};

function rows(): string[][] {
  const lines = DOCUMENT.split('\n');
  const first = lines.indexOf(HEAD);
  const rest = lines.slice(first + 2);
  const table = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  );
  return table.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

function codeOf(cell: string): string | undefined {
  const [, code] = /^`([^`]+)`/.exec(cell) ?? [];
  return code?.replace(/<([^>]+)>/g, (whole, name: string) => PLACES[name] ?? whole);
}

/** Evaluates what a reader would copy. */
function evaluated(code: string): unknown {
  const names = { IssuerScopes, ScopeClaim, InboundClaim, perTool: IssuerScopes.perTool, reason: 'roles limit these' };
  return new Function(...Object.keys(names), `return ${code};`)(...Object.values(names));
}

const RECIPES = rows().map(
  ([name, issuer, audience, clientClaim, scopes, keepsOut], index, all): [string, OidcInboundOptions] => {
    const issuerCode = codeOf(issuer === 'the same' ? all[index - 1]![1]! : issuer!)!;
    const claim = codeOf(keepsOut!);
    return [
      name!,
      {
        issuer: issuerCode === 'iss' ? 'https://id.example.com' : issuerCode,
        audience: [AUDIENCES[audience!] ?? 'https://mcp.example.com/incidents'],
        clientClaim: codeOf(clientClaim!)!,
        scopes: evaluated(codeOf(scopes!)!) as IssuerScopes,
        claims: claim === undefined ? [] : [evaluated(claim) as InboundClaim],
      },
    ];
  },
);

function findings(app: GatewayApp): string[] {
  const { violations } = new FourLayerChecks(app.app).validateScope(app.app);
  return [...new Set(violations.map(({ ruleName }) => ruleName.replace(/\[.*/, '')))]
    .filter((rule) => rule.startsWith('SecureMcp-IN'))
    .sort();
}

test('the document has a table of recipes', () => {
  expect(RECIPES.map(([name]) => name)).toEqual([
    'RFC 9068',
    'Auth0',
    'Okta',
    'Entra ID, people',
    'Entra ID, services',
    'Keycloak',
    'Google',
  ]);
  expect(RECIPES.map(([, options]) => options.clientClaim)).toEqual([
    'client_id',
    'azp',
    'cid',
    'azp',
    'azp',
    'azp',
    'azp',
  ]);
});

test.each(RECIPES)('the recipe for %s, as the document has it', (name, options) => {
  const app = new GatewayApp('shop', { inbound: Inbound.oidc(options) });
  const agent = app.gateway.addExternalAgent('assistant', { clientId: 'assistant-client' });
  app.addTool('lookup').permit(Caller.allOf(agent, Caller.role('roles', 'responder')));

  expect(() => app.app.synth()).not.toThrow();
  expect(findings(app)).toEqual(UNAVOIDABLE[name] ?? []);
});

test('people behind a Cognito client', () => {
  const app = new GatewayApp();
  const desktop = app.gateway.addInteractiveAgent('desktop', {
    callbackUrls: [CallbackUrl.https('https://agent.example.com/callback')],
  });
  app.addTool('lookup').permit(Caller.allOf(desktop, Caller.group('support')));

  expect(findings(app)).toEqual([]);
});

test('people of Google behind a user pool and client that exist', () => {
  const app = new GatewayApp('shop', {
    inbound: Inbound.oidc({
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
      scopes: IssuerScopes.perTool({ prefix: 'shop/' }),
      claims: [InboundClaim.equalTo('token_use', 'access')],
    }),
  });
  app.addTool('lookup').permit(app.gateway.addExternalAgent('desktop', { clientId: 'desktop-client' }));

  expect(() => app.app.synth()).not.toThrow();
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
