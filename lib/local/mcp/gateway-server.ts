import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import { SecureMcpError, shown } from '../../core/errors';
import { sendJson } from '../common/http';
import { rpcError } from '../common/json-rpc';
import type { Door } from '../inbound/door';
import type { OAuthEndpoint } from '../issuer/oauth-endpoint';
import type { McpEndpoint } from './mcp-endpoint';

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
    // Node looks for connections that take too long only every half minute by itself.
    this.server = createServer({ connectionsCheckingInterval: 1000 }, (request, response) => {
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
