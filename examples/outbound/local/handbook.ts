import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import type { AuthorizationServer } from './authorization-server';
import { Peer } from './peer';

const { tools } = JSON.parse(readFileSync(join(__dirname, '..', 'apis', 'handbook.tools.json'), 'utf8'));

/** The handbook's MCP server, on the official SDK. Whoever has no token of its authorization server gets nothing. */
export function startHandbook(login: AuthorizationServer): Promise<Peer> {
  return Peer.start(async ({ method, url, headers, body }) => {
    const grant = login.introspect(headers.authorization);
    if (grant?.scope !== 'pages.read') return { status: 401, body: { error: 'invalid_token' } };
    const server = new Server({ name: 'handbook', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools }));
    server.setRequestHandler('tools/call', ({ params }) => ({
      content: [{ type: 'text', text: `${params.name} for ${grant.subject}: ${JSON.stringify(params.arguments)}` }],
    }));
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
    });
    await server.connect(transport);
    const entries = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const response = await transport.handleRequest(
      new Request(`http://${headers.host}${url}`, { method, headers: entries, ...(body === '' ? {} : { body }) }),
    );
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  });
}
