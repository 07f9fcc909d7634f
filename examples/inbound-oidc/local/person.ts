import { randomUUID } from 'node:crypto';
import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';

export interface PersonOptions {
  readonly clientId: string;
  readonly redirectUri: string;
  /** Whom the person says to be. */
  readonly name?: string;
  readonly scope?: string;
  /** Further parameters of the login, as some providers ask for. */
  readonly parameters?: { readonly [name: string]: string };
}

/** A person in front of an MCP client: keeps its tokens, and follows the login as a browser would. */
export class Person implements OAuthClientProvider {
  public stored?: StoredOAuthTokens;
  /** Where the login ended: the callback with a code, or with an error. */
  public callback?: URL;
  private discovered?: OAuthDiscoveryState;
  private verifier = '';
  private readonly sent = randomUUID();

  public constructor(private readonly options: PersonOptions) {}

  public get redirectUrl() {
    return this.options.redirectUri;
  }

  public get clientMetadata() {
    const { redirectUri, scope } = this.options;
    return { client_name: 'test', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', scope };
  }

  public clientInformation() {
    return { client_id: this.options.clientId };
  }

  public state() {
    return this.sent;
  }

  public tokens() {
    return this.stored;
  }

  public saveTokens(tokens: StoredOAuthTokens) {
    this.stored = tokens;
  }

  public async redirectToAuthorization(url: URL) {
    const { name, parameters = {} } = this.options;
    if (name !== undefined) url.searchParams.set('login_hint', name);
    for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
    const response = await fetch(url, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (location === null) throw new Error(`no redirect: ${response.status} ${await response.text()}`);
    this.callback = new URL(location);
    if (this.callback.searchParams.get('state') !== this.sent) throw new Error('another state came back');
  }

  public discoveryState() {
    return this.discovered;
  }

  public saveDiscoveryState(state: OAuthDiscoveryState) {
    this.discovered = state;
  }

  public saveCodeVerifier(verifier: string) {
    this.verifier = verifier;
  }

  public codeVerifier() {
    return this.verifier;
  }
}

/** What the official client does: it is refused, finds the issuer, lets the person log in, and comes back with a token. */
export async function connectAs(person: Person, mcpUrl: string): Promise<Client> {
  const url = new URL(mcpUrl);
  const transport = new StreamableHTTPClientTransport(url, { authProvider: person });
  try {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError) || person.callback === undefined) throw error;
  }
  await transport.finishAuth(person.callback.searchParams);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider: person }));
  return client;
}
