import { request } from 'node:http';
import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { LocalGateway } from '../../../lib/local';
import {
  ECHO,
  edited,
  LOOKUP,
  REFUND,
  resources,
  rpc,
  start,
  stopAll,
  synthesizeShop,
  tokenOf,
} from '../../support/local-shop';

const shop = synthesizeShop();
const only = (...versions: string[]) =>
  edited(shop, (template) => {
    for (const { Properties } of resources(template, 'AWS::BedrockAgentCore::Gateway'))
      Properties.ProtocolConfiguration.Mcp.SupportedVersions = versions;
  });

let gateway: LocalGateway;
let token: string;
beforeAll(async () => {
  gateway = await start(shop);
  token = await tokenOf(gateway, 'reader');
});
afterAll(stopAll);

function loggedIn(to: LocalGateway) {
  const { clientId, clientSecret, scopes } = to.agents.find(({ name }) => name === 'reader')!;
  const scope = scopes.join(' ');
  return { authProvider: new ClientCredentialsProvider({ clientId, clientSecret, scope, expectedIssuer: to.issuer }) };
}

async function withClient<T>(
  to: LocalGateway,
  mode: 'legacy' | 'auto',
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ name: 'test', version: '1' }, mode === 'auto' ? { versionNegotiation: { mode } } : {});
  await client.connect(new StreamableHTTPClientTransport(new URL(to.mcpUrl), loggedIn(to)));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

describe.each(['legacy', 'auto'] as const)('the official client, negotiation %s', (mode) => {
  test('logs in, lists, calls and is denied', async () => {
    await withClient(gateway, mode, async (client) => {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name).sort()).toEqual([ECHO, LOOKUP]);
      expect(tools[0]).toMatchObject({ inputSchema: { type: 'object', required: ['id'] } });
      const { content } = await client.callTool({ name: ECHO, arguments: { id: 'a' } });
      expect(JSON.stringify(content)).toContain('bedrockAgentCoreGatewayId');
      await expect(client.callTool({ name: REFUND, arguments: { id: 'a', amount: 1 } })).rejects.toMatchObject({
        code: -32002,
      });
      await expect(client.callTool({ name: 'nothing___nothing', arguments: {} })).rejects.toMatchObject({
        code: -32602,
      });
    });
  });
});

test('the older client works as well', async () => {
  const client = new OldClient({ name: 'old', version: '1' });
  await client.connect(
    new OldTransport(new URL(gateway.mcpUrl), { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
  );

  expect((await client.listTools()).tools).toHaveLength(2);
  await expect(client.callTool({ name: REFUND, arguments: { id: 'a', amount: 1 } })).rejects.toMatchObject({
    code: -32002,
  });
  await client.close();
});

test.each([
  ['legacy', ['2025-11-25']],
  ['auto', ['2025-11-25']],
  ['auto', ['2026-07-28']],
] as const)('a client with negotiation %s reaches a gateway of %s alone', async (mode, versions) => {
  const narrow = await start(only(...versions));

  await withClient(narrow, mode, async (client) => expect((await client.listTools()).tools).toHaveLength(2));
});

describe('the doors in front of the token', () => {
  test('the metadata of RFC 9728 names the issuer, also at the path of the resource', async () => {
    for (const path of ['', '/mcp']) {
      const response = await fetch(new URL(`/.well-known/oauth-protected-resource${path}`, gateway.mcpUrl));
      expect(await response.json()).toMatchObject({
        resource: gateway.mcpUrl,
        authorization_servers: [gateway.issuer],
      });
    }
  });

  test('the issuer has its documents', async () => {
    const discovery = (await (await fetch(`${gateway.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    expect(discovery).toMatchObject({ issuer: gateway.issuer, token_endpoint: gateway.tokenEndpoint });
    expect(await (await fetch(discovery.jwks_uri!)).json()).toMatchObject({ keys: [{ alg: 'RS256' }] });
  });

  test('without a token the answer is 401 with the place of the metadata, and the JSON-RPC error of the service', async () => {
    const { status, headers, body } = await rpc(gateway, 'tools/list', {});

    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer error="invalid_token", resource_metadata="http:\/\/127\.0\.0\.1:\d+\/\.well-known\/oauth-protected-resource"$/,
    );
    expect(body).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Invalid Bearer token' } });
  });

  test('a token without scope is 403', async () => {
    const { clientId } = gateway.agents[0]!;
    const weak = await gateway.mintToken({ clientId });
    const { status, headers, body } = await rpc(gateway, 'tools/list', {}, { token: weak });

    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    expect(body.error).toEqual({ code: -32001, message: 'Insufficient scope' });
  });

  /** With a Host header of its own, which fetch does not allow. */
  function withHost(headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        gateway.mcpUrl,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      outgoing.on('error', reject);
      outgoing.end('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    });
  }

  test('a host or origin that is not this machine is 403, before anything else', async () => {
    expect(await withHost({ host: 'rebound.example' })).toBe(403);
    expect(await withHost({ origin: 'https://page.example' })).toBe(403);
    expect(await withHost({ origin: 'http://localhost:3000', 'mcp-protocol-version': '2025-11-25' })).toBe(200);
  });

  test('another path is refused in the words of the service', async () => {
    const response = await fetch(new URL('/other', gateway.mcpUrl), { method: 'POST' });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      success: false,
      error: 'Http operation is not supported for gateway protocol type MCP',
    });
  });
});

describe('one request', () => {
  const list = (headers: Record<string, string | undefined>) => rpc(gateway, 'tools/list', {}, { token, headers });

  test('of a version that the template does not list is 400; without the header it is 2025-03-26', async () => {
    for (const [header, version] of [
      [undefined, '2025-03-26'],
      ['2024-11-05', '2024-11-05'],
    ]) {
      const { status, body } = await list({ 'mcp-protocol-version': header });
      expect(status).toBe(400);
      expect(body.error?.message).toBe(`Unsupported MCP protocol version: ${version}`);
    }
  });

  test('without the header is served where the template lists 2025-03-26', async () => {
    const old = await start(only('2025-03-26'));
    const answer = await rpc(
      old,
      'tools/list',
      {},
      { token: await tokenOf(old, 'reader'), headers: { 'mcp-protocol-version': undefined } },
    );

    expect(answer.status).toBe(200);
  });

  test('without an Accept header is answered in JSON, as in older examples of the service', async () => {
    expect((await list({ accept: '*/*' })).body.result?.tools).toHaveLength(2);
  });

  test('with another content type is 415, with another method 405', async () => {
    expect((await list({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await fetch(gateway.mcpUrl, { headers: { authorization: `Bearer ${token}` } })).status).toBe(405);
  });

  test('keeps its id exactly', async () => {
    const body = '{"jsonrpc":"2.0","id":"7","method":"tools/call","params":{"name":"x"}}';

    expect((await rpc(gateway, '', {}, { token, body })).body).toMatchObject({
      id: '7',
      error: { code: -32602, message: 'Unknown tool: x' },
    });
  });

  test.each([
    ['no JSON', 'not json'],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]'],
    ['no JSON-RPC', '{"id":1,"method":"tools/list"}'],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"tools/list"}'],
    ['a long id', `{"jsonrpc":"2.0","id":"${'x'.repeat(10_000)}","method":"tools/list"}`],
    [
      '100,000 brackets',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    ],
  ])('that is %s is 400', async (_what, body) => {
    const answer = await rpc(gateway, '', {}, { token, body });

    expect(answer.status).toBe(400);
    expect(answer.body.error).toEqual({ code: -32600, message: 'Invalid request - Malformed JSON-RPC request' });
  });

  test('of 7 MB is 413', async () => {
    const answer = await rpc(gateway, '', {}, { token, body: 'x'.repeat(7 * 1024 * 1024) }).catch(() => ({
      status: 413,
    }));

    expect(answer.status).toBe(413);
  });
});
