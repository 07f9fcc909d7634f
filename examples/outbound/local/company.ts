import { randomBytes } from 'node:crypto';
import { AuthorizationServer } from './authorization-server';
import { startHandbook } from './handbook';
import { type Answer, type Arrival, Peer } from './peer';

/** The hosts of the example, on this machine: three authorization servers, three APIs and an MCP server. */
export class Company {
  /** @param gatewayIssuer issuer of the gateway's callers, once it is known: the corporate login trusts it */
  public static async start(gatewayIssuer: () => string): Promise<Company> {
    const [crmLogin, handbookLogin, corporateLogin] = await Promise.all([
      AuthorizationServer.start('https://login.crm.example'),
      AuthorizationServer.start('https://login.handbook.example'),
      AuthorizationServer.start('https://login.corp.example', gatewayIssuer),
    ]);
    const weatherKey = randomBytes(16).toString('hex');
    const guarded =
      (login: AuthorizationServer, scope: string, answer: (subject: string, actor?: string) => unknown) =>
      ({ headers }: Arrival): Answer => {
        const grant = login.introspect(headers.authorization);
        if (grant === undefined) return { status: 401, body: { error: 'invalid_token' } };
        if (!grant.scope.split(' ').includes(scope)) return { status: 403, body: { error: 'insufficient_scope' } };
        return { body: answer(grant.subject, grant.actor) };
      };
    const [crm, weather, handbook, expenses] = await Promise.all([
      Peer.start(
        guarded(crmLogin, 'customers.read', (subject) => ({ name: 'Ada', segment: 'business', askedBy: subject })),
      ),
      Peer.start(({ headers }) =>
        headers['x-api-key'] === weatherKey ? { body: { forecast: 'rain' } } : { status: 403, body: 'no such key' },
      ),
      startHandbook(handbookLogin),
      Peer.start(
        guarded(corporateLogin, 'reports.write', (subject, actor) => ({ reportsOf: subject, through: actor })),
      ),
    ]);
    return new Company({ crm, weather, handbook, expenses }, { crmLogin, handbookLogin, corporateLogin }, weatherKey);
  }

  private constructor(
    public readonly apis: { readonly [name in 'crm' | 'weather' | 'handbook' | 'expenses']: Peer },
    public readonly logins: { readonly [name in 'crmLogin' | 'handbookLogin' | 'corporateLogin']: AuthorizationServer },
    private readonly weatherKey: string,
  ) {}

  /** Which host of the template is which of these. */
  public get forward(): { readonly [origin: string]: string } {
    const { crm, weather, handbook, expenses } = this.apis;
    return {
      'https://api.crm.example': crm.origin,
      'https://api.weather.example': weather.origin,
      'https://mcp.handbook.example': handbook.origin,
      'https://expenses.corp.example': expenses.origin,
      ...Object.fromEntries(Object.values(this.logins).map(({ issuer, peer }) => [issuer, peer.origin])),
    };
  }

  /** What stands in KMS and Secrets Manager once deployed. */
  public get vault() {
    const { crmLogin, handbookLogin, corporateLogin } = this.logins;
    return {
      'crm-login': { privateKey: crmLogin.privateKey },
      'weather-login': { apiKey: this.weatherKey },
      'handbook-login': { privateKey: handbookLogin.privateKey },
      'corporate-login': { privateKey: corporateLogin.privateKey },
    };
  }

  public async close(): Promise<void> {
    const peers = [...Object.values(this.apis), ...Object.values(this.logins).map(({ peer }) => peer)];
    await Promise.all(peers.map((peer) => peer.close()));
  }
}
