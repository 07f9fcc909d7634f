import type { IncomingMessage, ServerResponse } from 'node:http';
import { own } from '../../assembly/cloudformation';
import type { ConcreteAssembly } from '../../assembly/concrete';
import { MadeUpIds } from '../../assembly/made-up-ids';
import { readBody, sendJson } from '../common/http';
import type { JwtAuthorizer } from '../model/authorizer-model';
import type { Report } from '../model/report';
import { LocalUsers } from './local-users';
import { newSecret, type OAuthClient, readClients } from './oauth-clients';
import { type OAuthReply, TokenIssuer } from './token-issuer';

const FORM_LIMIT = 64 * 1024;
const NO_STORE = { 'cache-control': 'no-store' };
const EXTERNAL_TOKEN_SECONDS = 3600;

type Form = 'token' | 'revoke' | 'signUp';
const FORMS: { readonly [path: string]: Form | undefined } = {
  '/oauth2/token': 'token',
  '/oauth2/revoke': 'revoke',
  '/signup': 'signUp',
};

/** The issuers of all user pools of the template, and the one that the gateway trusts. Each has its own key. */
export class OAuthEndpoint {
  public static async create(
    origin: string,
    assembly: ConcreteAssembly,
    authorizer: JwtAuthorizer | undefined,
    report: Report,
    users: LocalUsers = LocalUsers.read(undefined),
  ): Promise<OAuthEndpoint> {
    const clients = readClients(assembly, report);
    const issuers: TokenIssuer[] = [];
    let trusted: TokenIssuer | undefined;
    for (const pool of assembly.ofType('AWS::Cognito::UserPool')) {
      const ofPool = clients.filter(({ poolId }) => poolId === pool.ref);
      const issuer = await TokenIssuer.create(origin, pool.ref, ofPool, scopesOf(assembly, pool.ref), {
        users,
        selfSignUp: own(pool.properties.AdminCreateUserConfig, 'AllowAdminCreateUserOnly') !== true,
      });
      issuers.push(issuer);
      const discovery = `${pool.attribute('ProviderURL')}/.well-known/openid-configuration`;
      if (authorizer?.discoveryUrl === discovery) trusted = issuer;
    }
    if (trusted === undefined && authorizer !== undefined) {
      report(`a local issuer stands in for the one of ${authorizer.discoveryUrl}, which is not in the assembly`);
      const id = `issuer-${new MadeUpIds('', authorizer.discoveryUrl).hex(8)}`;
      trusted = await TokenIssuer.create(origin, id, externalClients(id, authorizer), authorizer.allowedScopes, {
        users,
      });
      issuers.push(trusted);
    }
    return new OAuthEndpoint(issuers, trusted);
  }

  private constructor(
    private readonly issuers: readonly TokenIssuer[],
    /** `undefined` for a gateway that takes no tokens, or none of an issuer here. */
    public readonly trusted: TokenIssuer | undefined,
  ) {}

  /** Whether the request was one for an issuer. */
  public async serve(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (this.issuers.length === 0) return false;
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'GET') {
      for (const issuer of this.issuers) {
        const base = `/${issuer.poolId}/.well-known`;
        if (url.pathname === `${base}/openid-configuration`) {
          sendJson(response, 200, issuer.discoveryDocument());
          return true;
        }
        if (url.pathname === `${base}/jwks.json`) {
          sendJson(response, 200, issuer.keySet);
          return true;
        }
      }
      if (url.pathname === '/oauth2/authorize') {
        const reply = this.issuerOf(url.searchParams.get('client_id')).authorize(url.searchParams);
        if ('page' in reply) sendPage(response, reply.page);
        else if ('redirect' in reply) response.writeHead(302, { location: reply.redirect, ...NO_STORE }).end();
        else send(response, reply);
        return true;
      }
    }
    const answer = FORMS[url.pathname];
    if (request.method === 'POST' && answer !== undefined) {
      await this.form(request, response, answer);
      return true;
    }
    return false;
  }

  private async form(request: IncomingMessage, response: ServerResponse, answer: Form): Promise<void> {
    const body = await readBody(request, FORM_LIMIT);
    if (body === undefined) return sendJson(response, 413, { error: 'invalid_request' }, NO_STORE);
    const form = new URLSearchParams(body.toString());
    const { authorization } = request.headers;
    const basic = Buffer.from(authorization?.split(' ')[1] ?? '', 'base64')
      .toString()
      .split(':')[0];
    send(response, await this.issuerOf(form.get('client_id') ?? basic ?? null)[answer](form, authorization));
  }

  /** The token endpoint is shared; an unknown client is refused by whichever issuer gets to see it. */
  private issuerOf(clientId: string | null): TokenIssuer {
    const owner = this.issuers.find(({ clients }) => clients.some((client) => client.clientId === clientId));
    return (owner ?? this.issuers[0])!;
  }
}

function scopesOf(assembly: ConcreteAssembly, poolId: string): string[] {
  return assembly
    .ofType('AWS::Cognito::UserPoolResourceServer')
    .filter(({ properties }) => properties.UserPoolId === poolId)
    .flatMap(({ ref, properties }) =>
      ((properties.Scopes ?? []) as unknown[]).map((scope) => `${ref}/${String(own(scope, 'ScopeName'))}`),
    );
}

/** Clients of an issuer that is not in the template: those that the gateway lets in, or one by the name `local`. */
function externalClients(
  poolId: string,
  { allowedClients, allowedScopes, allowedAudience }: JwtAuthorizer,
): OAuthClient[] {
  return (allowedClients ?? ['local']).map((clientId) => ({
    name: clientId,
    poolId,
    clientId,
    clientSecret: newSecret(),
    flows: ['client_credentials'],
    scopes: allowedScopes ?? [],
    redirectUris: [],
    audience: allowedAudience?.[0],
    accessTokenSeconds: EXTERNAL_TOKEN_SECONDS,
  }));
}

function send(response: ServerResponse, { status, body, headers }: OAuthReply): void {
  sendJson(response, status, body, { ...NO_STORE, ...headers });
}

/** Nothing of it is run or framed: it stands on an origin that issues tokens. */
function sendPage(response: ServerResponse, page: string): void {
  const policy = "default-src 'none'; frame-ancestors 'none'";
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    ...NO_STORE,
  });
  response.end(page);
}
