import { createHash, createPrivateKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { own } from '../../assembly/cloudformation';
import { takenParameters } from '../../protocol/token-request';
import type { OAuth2ProviderModel, OAuthGrant } from '../model/credential-model';
import { type Routes, textOf, UpstreamError } from './routes';
import { Vault, type VaultField } from './vault';

const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** A token that is about to expire is not used. */
const MARGIN_MS = 30_000;
const ASSERTION_SECONDS = 60;

/** The value of the vault that a provider needs for itself. */
export function fieldOf({ authentication }: OAuth2ProviderModel): VaultField {
  if (authentication === 'PRIVATE_KEY_JWT') return 'privateKey';
  return authentication === 'AWS_IAM_ID_TOKEN_JWT' ? 'identityToken' : 'clientSecret';
}

/**
 * Gets tokens from the authorization servers of the template, as AgentCore Identity does: client credentials, and the
 * exchange of the caller's token (RFC 8693, RFC 7523). A token is kept until it expires, and is only for the caller whose
 * token was exchanged.
 */
export class TokenClient {
  private readonly tokens = new Map<string, { readonly token: string; readonly until: number }>();

  /** @param tokenEndpoints by provider, where the template does not say one */
  public constructor(
    private readonly routes: Routes,
    private readonly vault: Vault,
    private readonly tokenEndpoints: { readonly [provider: string]: string },
  ) {}

  /** Throws `UpstreamError`. */
  public async clientCredentials(provider: OAuth2ProviderModel, grant: Omit<OAuthGrant, 'type'>): Promise<string> {
    const key = JSON.stringify([provider.arn, 'self', grant.scopes, grant.parameters]);
    return this.kept(key, () => this.request(provider, { ...common(grant), grant_type: 'client_credentials' }));
  }

  /** Throws `UpstreamError`. */
  public async exchange(provider: OAuth2ProviderModel, grant: OAuthGrant, callerToken: string): Promise<string> {
    const caller = createHash('sha256').update(callerToken).digest('hex');
    const key = JSON.stringify([provider.arn, caller, grant.scopes, grant.parameters]);
    return this.kept(key, async () => {
      if (provider.onBehalfOf?.grantType === 'JWT_AUTHORIZATION_GRANT') {
        const assertion = { assertion: callerToken, requested_token_use: 'on_behalf_of' };
        return this.request(provider, { ...common(grant), grant_type: JWT_GRANT, ...assertion });
      }
      return this.request(provider, {
        ...common(grant),
        grant_type: EXCHANGE,
        subject_token: callerToken,
        subject_token_type: JWT_TYPE,
        ...(await this.actor(provider)),
      });
    });
  }

  /** Where tokens of a provider come from, as far as it is known before it is asked. */
  public endpointOf({ name, tokenEndpoint, discoveryUrl }: OAuth2ProviderModel): string | undefined {
    return this.tokenEndpoints[name] ?? tokenEndpoint ?? discoveryUrl;
  }

  private async actor(provider: OAuth2ProviderModel): Promise<{ readonly [name: string]: string }> {
    const { actor = 'NONE', actorScopes = [] } = provider.onBehalfOf ?? {};
    if (actor === 'M2M') {
      const token = await this.clientCredentials(provider, { scopes: actorScopes, parameters: {} });
      return { actor_token: token, actor_token_type: ACCESS_TOKEN_TYPE };
    }
    if (actor !== 'AWS_IAM_ID_TOKEN_JWT') return {};
    return { actor_token: this.value(provider, 'identityToken'), actor_token_type: JWT_TYPE };
  }

  private async kept(key: string, get: () => Promise<TokenAnswer>): Promise<string> {
    const known = this.tokens.get(key);
    if (known !== undefined && known.until > Date.now()) return known.token;
    const { token, expiresIn } = await get();
    this.tokens.set(key, { token, until: Date.now() + expiresIn * 1000 - MARGIN_MS });
    return token;
  }

  private async request(
    provider: OAuth2ProviderModel,
    fields: { readonly [name: string]: string },
  ): Promise<TokenAnswer> {
    const endpoint = await this.tokenEndpoint(provider);
    const { headers, body } = await this.authenticated(provider, endpoint);
    const response = await this.routes.fetch(endpoint, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ ...fields, ...body }).toString(),
    });
    const answer = json(await textOf(response));
    const token = own(answer, 'access_token');
    if (!response.ok || typeof token !== 'string' || token === '') {
      throw new UpstreamError(`the token endpoint of ${provider.name} answers ${response.status}${errorCode(answer)}`);
    }
    const expiresIn = Number(own(answer, 'expires_in') ?? 0);
    return { token, expiresIn: Number.isFinite(expiresIn) ? expiresIn : 0 };
  }

  private async tokenEndpoint(provider: OAuth2ProviderModel): Promise<string> {
    const known = this.tokenEndpoints[provider.name] ?? provider.tokenEndpoint;
    if (known !== undefined) return known;
    const { discoveryUrl, name } = provider;
    if (discoveryUrl === undefined) {
      throw new UpstreamError(
        `the template does not say the token endpoint of ${name}. Use --token-endpoint ${name}=…`,
      );
    }
    const response = await this.routes.fetch(discoveryUrl, { headers: { accept: 'application/json' } });
    const endpoint = own(json(await textOf(response)), 'token_endpoint');
    if (!response.ok || typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
      throw new UpstreamError(`the discovery document of ${name} names no token endpoint`);
    }
    return endpoint;
  }

  private async authenticated(provider: OAuth2ProviderModel, endpoint: string): Promise<ClientProof> {
    const { clientId, authentication } = provider;
    const value = this.value(provider, fieldOf(provider));
    switch (authentication) {
      case 'CLIENT_SECRET_POST':
        return { headers: {}, body: { client_id: clientId, client_secret: value } };
      case 'PRIVATE_KEY_JWT': {
        const assertion = await signed(provider, endpoint, value);
        return {
          headers: {},
          body: { client_id: clientId, client_assertion_type: ASSERTION, client_assertion: assertion },
        };
      }
      case 'AWS_IAM_ID_TOKEN_JWT':
        return { headers: {}, body: { client_assertion_type: ASSERTION, client_assertion: value } };
      default: {
        // RFC 6749, 2.3.1: both parts are form-encoded first.
        const pair = [clientId, value].map((part) => encodeURIComponent(part).replaceAll('%20', '+')).join(':');
        return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, body: {} };
      }
    }
  }

  private value({ name }: OAuth2ProviderModel, field: VaultField): string {
    const value = this.vault.get(name, field);
    if (value === undefined)
      throw new UpstreamError(`the vault has no ${field} of ${name}. ${Vault.hint(name, field)}`);
    return value;
  }
}

/** What proves the client, and where it goes in a token request. */
interface ClientProof {
  readonly headers: { readonly [name: string]: string };
  readonly body: { readonly [name: string]: string };
}

interface TokenAnswer {
  readonly token: string;
  readonly expiresIn: number;
}

function common({ scopes, parameters }: Omit<OAuthGrant, 'type'>): { readonly [name: string]: string } {
  const [taken] = takenParameters(parameters);
  if (taken !== undefined) throw new UpstreamError(`the parameter ${taken} belongs to the token request itself`);
  return { ...parameters, ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }) };
}

/** RFC 7523, 3. The key of the vault stands in for the one in KMS. */
async function signed(provider: OAuth2ProviderModel, endpoint: string, privateKey: string): Promise<string> {
  const { clientId, name, signing } = provider;
  const algorithm = signing?.algorithm ?? 'ES256';
  try {
    return await new SignJWT({ ...signing?.payload })
      .setProtectedHeader({ ...signing?.header, alg: algorithm, typ: 'JWT' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(endpoint)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${ASSERTION_SECONDS}s`)
      .sign(createPrivateKey(privateKey));
  } catch {
    throw new UpstreamError(`the privateKey of ${name} in the vault is no PEM key for ${algorithm}`);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 6749, 5.2: a code of a fixed form. A description can hold anything. */
function errorCode(answer: unknown): string {
  const code = own(answer, 'error');
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? ` ${code}` : '';
}
