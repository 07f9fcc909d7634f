import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import { oauthPrincipal, unauthenticatedPrincipal } from '../core/cedar/request';
import { SecureMcpError, shown } from '../core/errors';
import { GATEWAY_ERROR } from '../protocol/mcp';
import type { CallerIdentity } from './authorization';
import type { Decide } from './decision';
import type { GatewayModel } from './gateway-model';
import { sendJson } from './http';
import { type McpEndpoint, rpcError } from './mcp-endpoint';
import type { OAuthEndpoint } from './oauth-endpoint';
import type { TokenIssuer } from './token-issuer';
import { type KeySet, keySetOf, type TokenVerdict, verifyToken } from './verify-token';

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/**
 * The HTTP side of the local gateway, on 127.0.0.1 alone: the MCP endpoint behind the authorizer of the template, its
 * protected resource metadata (RFC 9728), and the issuer that stands in for the user pool.
 */
export class GatewayServer {
  private readonly server: Server;
  private readonly hostIsLocal = localhostHostValidation();
  private readonly originIsLocal = localhostOriginValidation();
  private routes: { readonly [path: string]: Route } = {};
  private oauth: OAuthEndpoint | undefined;

  public constructor(private readonly onFailure: (text: string) => void) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        this.onFailure(String((error as Error).stack));
        if (!response.headersSent) sendJson(response, 500, rpcError(null, -32603, 'Internal error - Server error'));
      });
    });
    // A client that never ends its request must not hold a connection for ever.
    this.server.requestTimeout = 30_000;
    this.server.headersTimeout = 10_000;
  }

  /** Throws `PORT_IN_USE`. */
  public listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') reject(error);
        const fix = 'Pass another with --port, or --port 0 for any free one';
        reject(new SecureMcpError({ code: 'PORT_IN_USE', message: `the port is in use, got ${shown(port)}`, fix }));
      });
      this.server.listen(port, '127.0.0.1', () => resolve((this.server.address() as { port: number }).port));
    });
  }

  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** What is served; possible only once the port is known, because tokens and documents name it. */
  public mount(endpoint: McpEndpoint, door: Door, oauth: OAuthEndpoint): void {
    const metadata: Route = (_request, response) => sendJson(response, 200, door.metadata());
    this.oauth = oauth;
    this.routes = {
      '/mcp': async (request, response) => {
        const caller = await door.admit(request, response);
        if (caller !== undefined) await endpoint.handle(request, response, caller);
      },
      '/.well-known/oauth-protected-resource': metadata,
      '/.well-known/oauth-protected-resource/mcp': metadata,
    };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page in a browser must not reach the gateway under a name that resolves to this machine.
    if (!this.hostIsLocal(request, response) || !this.originIsLocal(request, response)) return;
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = Object.hasOwn(this.routes, url.pathname) ? this.routes[url.pathname] : undefined;
    if (route !== undefined) return route(request, response);
    if (await this.oauth?.serve(request, response)) return;
    if (url.pathname.includes('/.well-known/')) return sendJson(response, 404, { error: 'not_found' });
    sendJson(response, 400, { success: false, error: 'Http operation is not supported for gateway protocol type MCP' });
  }
}

/** Layer 1: lets a caller in, or answers as the service does. */
export class Door {
  private readonly keys: KeySet | undefined;

  public constructor(
    private readonly origin: string,
    private readonly authorizer: GatewayModel['authorizer'],
    private readonly issuer: TokenIssuer | undefined,
    private readonly advertiseScopes: boolean,
    private readonly decide: Decide,
  ) {
    this.keys = issuer && keySetOf(issuer.keySet);
  }

  /** RFC 9728 */
  public metadata(): { readonly [name: string]: unknown } {
    return {
      resource: `${this.origin}/mcp`,
      authorization_servers: this.issuer === undefined ? [] : [this.issuer.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: this.scopes,
    };
  }

  public async admit(request: IncomingMessage, response: ServerResponse): Promise<CallerIdentity | undefined> {
    const { authorizer, issuer, keys } = this;
    if (authorizer === 'NONE' || issuer === undefined || keys === undefined) {
      const name = 'unauthenticated';
      this.decide({ layer: 1, decision: 'allow', caller: name, reason: 'the gateway has no authorizer (NONE)' });
      return { principal: unauthenticatedPrincipal(), name };
    }
    const verdict = await verifyToken(request.headers.authorization, authorizer, issuer.issuer, keys);
    const principal = verdict.ok ? oauthPrincipal(verdict.claims) : undefined;
    if (verdict.ok && principal !== undefined) {
      const name = String(verdict.claims.client_id ?? verdict.claims.sub);
      this.decide({ layer: 1, decision: 'allow', caller: name, reason: 'the token is valid for this gateway' });
      return { principal, name, token: request.headers.authorization?.replace(/^Bearer /i, '') };
    }
    this.refuse(
      response,
      verdict.ok ? { ok: false, status: 401, error: 'invalid_token', reason: 'the token has no sub' } : verdict,
    );
    return undefined;
  }

  private refuse(response: ServerResponse, verdict: Extract<TokenVerdict, { ok: false }>): void {
    this.decide({ layer: 1, decision: 'deny', reason: verdict.reason });
    const metadata = `${this.origin}/.well-known/oauth-protected-resource`;
    const scope = this.scopes === undefined ? '' : `, scope="${this.scopes.join(' ')}"`;
    const text = verdict.status === 401 ? 'Invalid Bearer token' : 'Insufficient scope';
    sendJson(response, verdict.status, rpcError(null, GATEWAY_ERROR.invalidBearerToken, text), {
      'www-authenticate': `Bearer error="${verdict.error}"${scope}, resource_metadata="${metadata}"`,
    });
  }

  private get scopes(): string[] | undefined {
    if (!this.advertiseScopes || this.authorizer === 'NONE') return undefined;
    const { allowedScopes, advertisedScopes } = this.authorizer;
    return allowedScopes?.map((scope) => advertisedScopes[scope] ?? scope);
  }
}
