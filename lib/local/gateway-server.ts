import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import { oauthPrincipal, unauthenticatedPrincipal } from '../core/cedar/request';
import { SecureMcpError, shown } from '../core/errors';
import { GATEWAY_ERROR } from '../protocol/mcp';
import type { CallerIdentity } from './authorization';
import type { Decide } from './decision';
import type { GatewayModel } from './gateway-model';
import { readBody, sendJson } from './http';
import { type McpEndpoint, rpcError } from './mcp-endpoint';
import type { OAuthReply, TokenIssuer } from './token-issuer';
import { keySetOf, type TokenVerdict, verifyToken } from './verify-token';

const FORM_LIMIT = 64 * 1024;

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

/**
 * The HTTP side of the local gateway, on 127.0.0.1 alone: the MCP endpoint behind the authorizer of the template, its
 * protected resource metadata (RFC 9728), and the issuer that stands in for the user pool.
 */
export class GatewayServer {
  private readonly server: Server;
  private readonly hostIsLocal = localhostHostValidation();
  private readonly originIsLocal = localhostOriginValidation();
  private routes: { readonly [path: string]: Route } = {};

  public constructor() {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => {
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
  public mount(
    origin: string,
    gateway: GatewayModel,
    endpoint: McpEndpoint,
    issuer: TokenIssuer,
    decide: Decide,
  ): void {
    const door = new Door(origin, gateway, issuer, decide);
    const metadata: Route = (_request, response) =>
      sendJson(response, 200, {
        resource: `${origin}/mcp`,
        authorization_servers: [issuer.issuer],
        bearer_methods_supported: ['header'],
      });
    this.routes = {
      '/mcp': async (request, response) => {
        const caller = await door.admit(request, response);
        if (caller !== undefined) await endpoint.handle(request, response, caller);
      },
      '/.well-known/oauth-protected-resource': metadata,
      '/.well-known/oauth-protected-resource/mcp': metadata,
      [`/${issuer.poolId}/.well-known/openid-configuration`]: (_request, response) =>
        sendJson(response, 200, issuer.discoveryDocument()),
      [`/${issuer.poolId}/.well-known/jwks.json`]: (_request, response) => sendJson(response, 200, issuer.keySet),
      '/oauth2/token': async (request, response) => {
        const form = await readBody(request, FORM_LIMIT);
        if (request.method !== 'POST' || form === undefined)
          return sendJson(response, 400, { error: 'invalid_request' });
        reply(response, await issuer.token(new URLSearchParams(form.toString()), request.headers.authorization));
      },
      '/oauth2/authorize': (_request, response, url) => {
        const answer = issuer.authorize(url.searchParams);
        if ('redirect' in answer) response.writeHead(302, { location: answer.redirect }).end();
        else reply(response, answer);
      },
    };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page in a browser must not reach the gateway under a name that resolves to this machine.
    if (!this.hostIsLocal(request, response) || !this.originIsLocal(request, response)) return;
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = Object.hasOwn(this.routes, url.pathname) ? this.routes[url.pathname] : undefined;
    if (route !== undefined) return route(request, response, url);
    if (url.pathname.includes('/.well-known/')) return sendJson(response, 404, { error: 'not_found' });
    sendJson(response, 400, { success: false, error: 'Http operation is not supported for gateway protocol type MCP' });
  }
}

/** Layer 1: lets a caller in, or answers as the service does. */
class Door {
  private readonly keys;

  public constructor(
    private readonly origin: string,
    private readonly gateway: GatewayModel,
    private readonly issuer: TokenIssuer,
    private readonly decide: Decide,
  ) {
    this.keys = keySetOf(issuer.keySet);
  }

  public async admit(request: IncomingMessage, response: ServerResponse): Promise<CallerIdentity | undefined> {
    const { authorizer } = this.gateway;
    if (authorizer === 'NONE') {
      const name = 'unauthenticated';
      this.decide({ layer: 1, decision: 'allow', caller: name, reason: 'the gateway has no authorizer (NONE)' });
      return { principal: unauthenticatedPrincipal(), name };
    }
    const verdict = await verifyToken(request.headers.authorization, authorizer, this.issuer.issuer, this.keys);
    const principal = verdict.ok ? oauthPrincipal(verdict.claims) : undefined;
    if (verdict.ok && principal !== undefined) {
      const name = String(verdict.claims.client_id ?? verdict.claims.sub);
      this.decide({ layer: 1, decision: 'allow', caller: name, reason: 'the token is valid for this gateway' });
      return { principal, name };
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
    const text = verdict.status === 401 ? 'Invalid Bearer token' : 'Insufficient scope';
    sendJson(response, verdict.status, rpcError(null, GATEWAY_ERROR.invalidBearerToken, text), {
      'www-authenticate': `Bearer error="${verdict.error}", resource_metadata="${metadata}"`,
    });
  }
}

function reply(response: ServerResponse, { status, body, headers }: OAuthReply): void {
  sendJson(response, status, body, { 'cache-control': 'no-store', ...headers });
}
