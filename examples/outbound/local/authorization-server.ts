import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Answer, type Arrival, Peer } from './peer';

/** What a token that was issued stands for. */
export interface Grant {
  /** The user, or the client itself. */
  readonly subject: string;
  /** Who acts for the user. */
  readonly actor?: string;
  readonly scope: string;
}

/**
 * An authorization server with one client, which proves itself by a signed assertion (RFC 7523). It knows client
 * credentials, and exchanges tokens of one issuer that it trusts (RFC 8693).
 */
export class AuthorizationServer {
  /**
   * @param issuer its name on the internet, as the template has it
   * @param trustedIssuer whose tokens it exchanges
   */
  public static async start(issuer: string, trustedIssuer?: () => string): Promise<AuthorizationServer> {
    const server: AuthorizationServer = new AuthorizationServer(
      issuer,
      await Peer.start((request) => server.answer(request)),
      trustedIssuer,
    );
    return server;
  }

  /** PEM; for the vault of the local gateway. The server itself keeps the public half. */
  public readonly privateKey: string;
  private readonly publicKey;
  private readonly grants = new Map<string, Grant>();

  private constructor(
    public readonly issuer: string,
    public readonly peer: Peer,
    private readonly trustedIssuer?: () => string,
  ) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.publicKey = publicKey;
    this.privateKey = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  }

  /** What a bearer token stands for, as an API learns it by introspection. */
  public introspect(authorization: string | undefined): Grant | undefined {
    return this.grants.get(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '');
  }

  private async answer({ method, url, body }: Arrival): Promise<Answer> {
    if (url === '/.well-known/openid-configuration') {
      return { body: { issuer: this.issuer, token_endpoint: `${this.issuer}/token` } };
    }
    if (method !== 'POST' || url !== '/token') return { status: 404 };
    try {
      const form = new URLSearchParams(body);
      const client = await this.client(form);
      const grant = await this.grant(form, client);
      const token = randomUUID();
      this.grants.set(token, grant);
      return { body: { access_token: token, token_type: 'Bearer', expires_in: 300, scope: grant.scope } };
    } catch {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
  }

  private async client(form: URLSearchParams): Promise<string> {
    const { payload } = await jwtVerify(form.get('client_assertion') ?? '', this.publicKey, {
      audience: `${this.issuer}/token`,
      issuer: form.get('client_id') ?? '',
      requiredClaims: ['exp', 'jti'],
    });
    return String(payload.sub);
  }

  private async grant(form: URLSearchParams, client: string): Promise<Grant> {
    const scope = form.get('scope') ?? '';
    if (form.get('grant_type') === 'client_credentials') return { subject: client, scope };
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange' || !this.trustedIssuer) {
      throw new Error('unsupported grant');
    }
    const issuer = this.trustedIssuer();
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(form.get('subject_token') ?? '', keys, { issuer });
    const actor = this.introspect(`Bearer ${form.get('actor_token')}`);
    if (actor === undefined) throw new Error('no actor');
    return { subject: String(payload.sub), actor: actor.subject, scope };
  }
}
