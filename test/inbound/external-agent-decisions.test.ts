import {
  type Agent,
  Caller,
  type ICaller,
  Inbound,
  IssuerScopes,
  type OidcInboundOptions,
  ScopeClaim,
} from 'cdk-secure-mcp';
import { decideOn, policyOf, REFUND_TOOL } from '../authorization/support';
import { GatewayApp } from '../support/gateway-app';

function agentOf(options: Partial<OidcInboundOptions>): Agent {
  const inbound = Inbound.oidc({
    issuer: 'https://id.example.com',
    audience: ['https://mcp.example.com'],
    scopes: IssuerScopes.perTool(),
    ...options,
  });
  return new GatewayApp('shop', { inbound }).gateway.addExternalAgent('robot', { clientId: 'robot' });
}

const tool = { ...REFUND_TOOL, scope: 'order-refund' };
const decide = (caller: ICaller, claims: object) => decideOn(policyOf([], caller, tool), {}, { sub: 's', ...claims });

const ISSUERS: [string, Partial<OidcInboundOptions>, (client: string, ...scopes: string[]) => object][] = [
  ['RFC 9068', {}, (client, ...scopes) => ({ client_id: client, scope: scopes.join(' ') })],
  ['Auth0', { clientClaim: 'azp' }, (client, ...scopes) => ({ azp: client, scope: scopes.join(' ') })],
  [
    'Entra ID',
    { clientClaim: 'azp', scopes: IssuerScopes.perTool({ claim: ScopeClaim.SCP_TEXT }) },
    (client, ...scopes) => ({ azp: client, scp: scopes.join(' ') }),
  ],
  [
    'Okta',
    { clientClaim: 'cid', scopes: IssuerScopes.perTool({ claim: ScopeClaim.SCP_LIST }) },
    (client, ...scopes) => ({ cid: client, scp: scopes }),
  ],
];

describe.each(ISSUERS)('tokens of %s', (_name, options, claims) => {
  test('of the agent with the scope of the tool pass', () => {
    const agent = agentOf(options);

    expect(decide(agent, claims('robot', 'order-refund'))).toBe('allow');
    expect(decide(agent, claims('robot', 'order-list', 'order-refund'))).toBe('allow');
  });

  test.each([
    ['another client', claims('robot2', 'order-refund')],
    ['another scope', claims('robot', 'order-list')],
    ['a scope that starts the same', claims('robot', 'order-refund-all')],
    ['a scope that ends the same', claims('robot', 'no-order-refund')],
    ['no claims', {}],
  ])('of %s do not', (_case, token) => {
    expect(decide(agentOf(options), token)).toBe('deny');
  });

  test('and a role on top is asked for, too', () => {
    const caller = Caller.allOf(agentOf(options), Caller.role('roles', 'manager'));
    const token = claims('robot', 'order-refund');

    expect(decide(caller, { ...token, roles: ['manager'] })).toBe('allow');
    expect(decide(caller, { ...token, roles: ['intern'] })).toBe('deny');
    expect(decide(caller, token)).toBe('deny');
  });
});
