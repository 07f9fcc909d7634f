import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { claimsOfUser, type LocalUser, LocalUsers, loginPage } from './local-users';
import type { OAuthClient } from './oauth-clients';
import { type Login, newLogin, RefreshTokens } from './refresh-tokens';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** What an OAuth endpoint answers. */
export interface OAuthReply {
  readonly status: number;
  readonly body: { readonly [name: string]: unknown };
  readonly headers?: { readonly [name: string]: string };
}

/** How a token is made, for tests too: every part may be wrong on purpose. */
export interface TokenRecipe {
  /** Client id, or the name of an agent. */
  readonly clientId: string;
  /** Names the caller. @default the client id, as Cognito does for machines */
  readonly subject?: string;
  /** @default none */
  readonly scopes?: readonly string[];
  /** From now; negative for a token that has expired. @default 300 */
  readonly lifetimeSeconds?: number;
  /** @default this issuer */
  readonly issuer?: string;
  /** Added to the claims or put in their place; `undefined` removes one. */
  readonly claims?: { readonly [name: string]: unknown };
  readonly header?: { readonly [name: string]: unknown };
  /** Signs with a key that is not in the key set. @default false */
  readonly foreignKey?: boolean;
}

const ALGORITHM = 'RS256';
const CODE_SECONDS = 300;

interface AuthorizationCode {
  readonly client: OAuthClient;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly challenge?: string;
  readonly user: LocalUser;
  readonly expires: number;
}

/**
 * Stands in for one Cognito user pool: the shape of its tokens, its discovery document and its errors. A new key pair
 * for every start; only the clients, scopes and flows of the template.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
 */
export class TokenIssuer {
  public static async create(
    origin: string,
    poolId: string,
    clients: readonly OAuthClient[],
    scopes: readonly string[] = [],
    { users = LocalUsers.read(undefined), selfSignUp = false }: { users?: LocalUsers; selfSignUp?: boolean } = {},
  ): Promise<TokenIssuer> {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const kid = randomUUID();
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' };
    return new TokenIssuer(origin, poolId, clients, scopes, users, selfSignUp, { keys: [jwk] }, { kid, privateKey });
  }

  /** `http://127.0.0.1:<port>/<poolId>` */
  public readonly issuer: string;
  public readonly tokenEndpoint: string;
  private readonly codes = new Map<string, AuthorizationCode>();
  private readonly refreshTokens = new RefreshTokens();

  private constructor(
    private readonly origin: string,
    public readonly poolId: string,
    public readonly clients: readonly OAuthClient[],
    /** Scopes of the pool's resource servers. */
    private readonly scopes: readonly string[],
    private readonly users: LocalUsers,
    private readonly selfSignUp: boolean,
    public readonly keySet: JSONWebKeySet,
    private readonly keys: { readonly kid: string; readonly privateKey: PrivateKey },
  ) {
    this.issuer = `${origin}/${poolId}`;
    this.tokenEndpoint = `${origin}/oauth2/token`;
  }

  /** Cognito's document has no `code_challenge_methods_supported`; without it some clients refuse to use PKCE at all. */
  public discoveryDocument(): { readonly [name: string]: unknown } {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.origin}/oauth2/authorize`,
      token_endpoint: this.tokenEndpoint,
      revocation_endpoint: `${this.origin}/oauth2/revoke`,
      jwks_uri: `${this.issuer}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [ALGORITHM],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', ...this.scopes],
    };
  }

  public async mint(recipe: TokenRecipe): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const { clientId, scopes = [], lifetimeSeconds = 300 } = recipe;
    const claims = {
      sub: recipe.subject ?? clientId,
      token_use: 'access',
      scope: scopes.join(' '),
      auth_time: now,
      iss: recipe.issuer ?? this.issuer,
      exp: now + lifetimeSeconds,
      iat: lifetimeSeconds < 0 ? now + lifetimeSeconds - 60 : now,
      version: 2,
      jti: randomUUID(),
      client_id: clientId,
      ...recipe.claims,
    };
    return new SignJWT(claims)
      .setProtectedHeader({ kid: this.keys.kid, alg: ALGORITHM, ...recipe.header })
      .sign(recipe.foreignKey === true ? (await generateKeyPair(ALGORITHM)).privateKey : this.keys.privateKey);
  }

  /** `POST /oauth2/token`, the form already parsed; `authorization` is the header. */
  public async token(form: URLSearchParams, authorization: string | undefined): Promise<OAuthReply> {
    const client = this.authenticate(form, authorization);
    if (client === undefined) {
      return { ...failure('invalid_client', 401), headers: { 'www-authenticate': 'Basic' } };
    }
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return this.clientCredentials(client, form.get('scope'));
      case 'authorization_code':
        return this.exchangeCode(client, form);
      case 'refresh_token':
        return this.refresh(client, form.get('refresh_token') ?? '');
      default:
        return failure('unsupported_grant_type');
    }
  }

  /** `POST /signup`: a person makes an account by themselves, where the pool allows it. */
  public signUp(form: URLSearchParams): OAuthReply {
    if (!this.selfSignUp) return failure('NotAuthorizedException');
    return this.users.signUp(form.get('username') ?? '') ? { status: 200, body: {} } : failure('invalid_request');
  }

  /** `POST /oauth2/revoke`: what is no refresh token of the client is not told from one that is. */
  public revoke(form: URLSearchParams, authorization: string | undefined): OAuthReply {
    const client = this.authenticate(form, authorization);
    if (client === undefined) return failure('invalid_client', 401);
    this.refreshTokens.revoke(form.get('token') ?? '', client);
    return { status: 200, body: {} };
  }

  /**
   * `GET /oauth2/authorize`: signs in as `login_hint` or the only user, without a password; a page asks where there are
   * several. An unknown client or redirect URI gets no redirect.
   */
  public authorize(query: URLSearchParams): { readonly redirect: string } | { readonly page: string } | OAuthReply {
    const client = this.clients.find(({ clientId }) => clientId === query.get('client_id'));
    const redirectUri = query.get('redirect_uri') ?? '';
    if (client === undefined || !client.redirectUris.includes(redirectUri)) return failure('invalid_request');
    const answer = (parameters: { [name: string]: string }) => {
      const url = new URL(redirectUri);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      const state = query.get('state');
      if (state !== null) url.searchParams.set('state', state);
      return { redirect: url.href };
    };
    if (query.get('response_type') !== 'code') return answer({ error: 'unsupported_response_type' });
    if (!client.flows.includes('code')) return answer({ error: 'unauthorized_client' });
    const challenge = query.get('code_challenge') ?? undefined;
    const plain = challenge !== undefined && query.get('code_challenge_method') !== 'S256';
    if (plain || (challenge === undefined && client.clientSecret === undefined)) {
      return answer({ error: 'invalid_request', error_description: 'an S256 code_challenge is required' });
    }
    const scopes = grantedScopes(query.get('scope'), client.scopes);
    if (scopes === undefined) return answer({ error: 'invalid_scope' });
    const [user, another] = this.users.candidates(query.get('login_hint'));
    if (user === undefined) return answer({ error: 'access_denied' });
    if (another !== undefined) return { page: loginPage(this.users.candidates(null), query) };
    const code = randomUUID();
    const expires = Date.now() + CODE_SECONDS * 1000;
    this.codes.set(code, { client, redirectUri, scopes, challenge, user, expires });
    return answer({ code });
  }

  private async clientCredentials(client: OAuthClient, requested: string | null): Promise<OAuthReply> {
    // Cognito: only a client with a secret and this flow, only scopes of resource servers.
    if (client.clientSecret === undefined || !client.flows.includes('client_credentials')) {
      return failure('unauthorized_client');
    }
    const scopes = grantedScopes(requested, client.scopes.filter(isCustomScope));
    if (scopes === undefined || scopes.length === 0) return failure('invalid_scope');
    return this.granted(client, { scopes, subject: client.clientId });
  }

  private async exchangeCode(client: OAuthClient, form: URLSearchParams): Promise<OAuthReply> {
    const key = form.get('code') ?? '';
    const code = this.codes.get(key);
    this.codes.delete(key);
    if (code === undefined || code.client !== client || code.redirectUri !== form.get('redirect_uri')) {
      return failure('invalid_grant');
    }
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (code.expires < Date.now() || (code.challenge !== undefined && !same(code.challenge, verifier))) {
      return failure('invalid_grant');
    }
    const login = newLogin(client, code.user, code.scopes);
    return this.loggedIn(login, this.refreshTokens.issue(login));
  }

  private async refresh(client: OAuthClient, token: string): Promise<OAuthReply> {
    const used = this.refreshTokens.use(token, client);
    return used === undefined ? failure('invalid_grant') : this.loggedIn(used.login, used.next);
  }

  private async loggedIn(login: Login, refreshToken: string | undefined): Promise<OAuthReply> {
    const { client, user, scopes, authTime, originJti } = login;
    const subject = user.sub ?? user.name;
    const session = { auth_time: authTime, origin_jti: originJti };
    const access = { scopes, subject, claims: { ...session, ...claimsOfUser(user) } };
    const reply = await this.granted(client, access);
    const idToken = scopes.includes('openid') ? { id_token: await this.idToken(login, subject) } : {};
    const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken };
    return { ...reply, body: { ...reply.body, ...idToken, ...refresh } };
  }

  /** As Cognito has them: the client in `aud`, no `client_id`, no `scope`. */
  private idToken({ client, user, authTime, originJti }: Login, subject: string): Promise<string> {
    const { username, ...claims } = claimsOfUser(user);
    const none = { client_id: undefined, scope: undefined, version: undefined };
    const own = { token_use: 'id', aud: client.clientId, 'cognito:username': username };
    const session = { auth_time: authTime, origin_jti: originJti };
    const lifetimeSeconds = client.accessTokenSeconds;
    return this.mint({
      clientId: client.clientId,
      subject,
      lifetimeSeconds,
      claims: { ...claims, ...session, ...own, ...none },
    });
  }

  private async granted(client: OAuthClient, recipe: Omit<TokenRecipe, 'clientId'>): Promise<OAuthReply> {
    const { clientId, audience, accessTokenSeconds: lifetimeSeconds } = client;
    const aud = audience === undefined ? {} : { aud: audience };
    const token = await this.mint({ ...recipe, clientId, lifetimeSeconds, claims: { ...aud, ...recipe.claims } });
    return { status: 200, body: { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' } };
  }

  private authenticate(form: URLSearchParams, authorization: string | undefined): OAuthClient | undefined {
    const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
    const [id, secret] =
      basic === undefined
        ? [form.get('client_id'), form.get('client_secret')]
        : Buffer.from(basic, 'base64').toString().split(':').map(decodeForm);
    const client = this.clients.find(({ clientId }) => clientId === id);
    if (client === undefined) return undefined;
    if (client.clientSecret === undefined) return secret === null || secret === undefined ? client : undefined;
    return same(client.clientSecret, secret ?? '') ? client : undefined;
  }
}

/** Cognito's custom scopes are `<resource server>/<name>`. */
function isCustomScope(scope: string): boolean {
  return scope.includes('/');
}

/** All allowed scopes when none is asked for; `undefined` when one is asked for that is not allowed. */
function grantedScopes(requested: string | null, allowed: readonly string[]): readonly string[] | undefined {
  const wanted = (requested ?? '').split(' ').filter((scope) => scope !== '');
  if (wanted.length === 0) return allowed;
  return wanted.every((scope) => allowed.includes(scope)) ? wanted : undefined;
}

function failure(error: string, status = 400): OAuthReply {
  return { status, body: { error } };
}

/** In constant time, whatever the lengths. */
function same(expected: string, given: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(expected), digest(given));
}

/** Credentials in a Basic header are form-encoded: RFC 6749, section 2.3.1. */
function decodeForm(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}
