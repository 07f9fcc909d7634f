import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { type Answer, type Arrival, Peer } from '../../outbound/local/peer';

export interface TenantUser {
  readonly name: string;
  readonly organization: string;
  readonly roles: readonly string[];
}

export interface TenantClient {
  readonly id: string;
  readonly redirectUri: string;
}

interface Login {
  readonly client: TenantClient;
  readonly user: TenantUser;
  readonly audience: string | null;
  readonly scope: string;
  readonly challenge: string;
}

const ROLES = 'https://example.com/roles';
const SECONDS = 300;

/**
 * An identity provider on this machine that issues tokens as an Auth0 tenant does: people log in to public clients with
 * authorization code and PKCE; the parameter `audience` names the API that an access token is for, and without it the
 * token is opaque.
 *
 * @see https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
 */
export class Tenant {
  public static async start(users: readonly TenantUser[], clients: readonly TenantClient[]): Promise<Tenant> {
    const tenant: Tenant = new Tenant(users, clients, await Peer.start((request) => tenant.answer(request)));
    return tenant;
  }

  /** The claim `iss`, with the slash that Auth0 has. */
  public readonly issuer: string;
  private readonly codes = new Map<string, Login>();
  private key = newKey();

  private constructor(
    private readonly users: readonly TenantUser[],
    private readonly clients: readonly TenantClient[],
    public readonly peer: Peer,
  ) {
    this.issuer = `${peer.origin}/`;
  }

  /** From now on another key signs, and the old one is in the key set no more. */
  public rotateKey(): void {
    this.key = newKey();
  }

  public mint(claims: { readonly [name: string]: unknown }): string {
    const now = Math.floor(Date.now() / 1000);
    return this.sign(JSON.stringify({ iss: this.issuer, iat: now, exp: now + SECONDS, ...claims }));
  }

  /** A token of exactly this payload, under the key of the tenant whatever the header says. */
  public sign(payload: string, header: { readonly [name: string]: unknown } = {}): string {
    const protectedHeader = JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: this.key.kid, ...header });
    const input = [protectedHeader, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
    return `${input}.${sign('sha256', Buffer.from(input), this.key.privateKey).toString('base64url')}`;
  }

  private answer({ method, url, body }: Arrival): Answer {
    const { pathname, searchParams } = new URL(url, this.issuer);
    if (pathname === '/.well-known/openid-configuration') return { body: this.discoveryDocument() };
    if (pathname === '/.well-known/jwks.json') return { body: { keys: [this.key.jwk] } };
    if (pathname === '/authorize') return this.authorize(searchParams);
    if (pathname === '/oauth/token' && method === 'POST') return this.token(new URLSearchParams(body));
    return { status: 404 };
  }

  private discoveryDocument() {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}authorize`,
      token_endpoint: `${this.issuer}oauth/token`,
      jwks_uri: `${this.issuer}.well-known/jwks.json`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['none'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  /** There is no password: whoever is named in `login_hint` is logged in. */
  private authorize(query: URLSearchParams): Answer {
    const client = this.clients.find(({ id }) => id === query.get('client_id'));
    const user = this.users.find(({ name }) => name === query.get('login_hint'));
    const challenge = query.get('code_challenge');
    if (client?.redirectUri !== query.get('redirect_uri') || user === undefined) return { status: 400 };
    if (challenge === null || query.get('code_challenge_method') !== 'S256') return { status: 400 };
    const code = randomUUID();
    const [audience, scope] = [query.get('audience'), query.get('scope') ?? ''];
    this.codes.set(code, { client, user, audience, scope, challenge });
    const location = new URL(client.redirectUri);
    location.search = new URLSearchParams({ code, state: query.get('state') ?? '' }).toString();
    return { status: 302, headers: { location: location.href } };
  }

  private token(form: URLSearchParams): Answer {
    const code = form.get('code') ?? '';
    const login = this.codes.get(code);
    this.codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (login?.challenge !== challenge || login.client.id !== form.get('client_id')) {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    const { user, client, audience, scope } = login;
    const person = { sub: `auth0|${user.name}`, org_id: user.organization };
    const access = { ...person, azp: client.id, aud: [audience, `${this.issuer}userinfo`], scope, [ROLES]: user.roles };
    return {
      headers: { 'cache-control': 'no-store' },
      body: {
        access_token: audience === null ? randomUUID() : this.mint(access),
        id_token: this.mint({ ...person, aud: client.id, [ROLES]: user.roles }),
        token_type: 'Bearer',
        expires_in: SECONDS,
      },
    };
  }
}

function newKey(): { readonly kid: string; readonly privateKey: KeyObject; readonly jwk: JsonWebKey } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}
