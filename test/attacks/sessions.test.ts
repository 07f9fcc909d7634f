import { connect } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { LocalGateway } from '../../lib/local';
import {
  callTool,
  ECHO,
  edited,
  invocations,
  LOOKUP,
  resources,
  rpc,
  start,
  stopAll,
  synthesizeShop,
  tokenOf,
} from '../support/local-shop';

const withSessions = edited(synthesizeShop(), (template) => {
  const { Mcp } = resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties.ProtocolConfiguration;
  Mcp.SessionConfiguration = { SessionTimeoutInSeconds: 900 };
});
let gateway: LocalGateway;
let [reader, support] = ['', ''];
beforeAll(async () => {
  gateway = await start(withSessions);
  [reader, support] = [await tokenOf(gateway, 'reader'), await tokenOf(gateway, 'support')];
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(stopAll);

const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
const open = async (token: string) =>
  (await rpc(gateway, 'initialize', INITIALIZE, { token })).headers.get('mcp-session-id')!;
const call = (token: string | undefined, session: string | undefined) =>
  rpc(gateway, 'tools/call', { name: ECHO, arguments: { id: 'a' } }, { token, headers: { 'mcp-session-id': session } });

test('a session serves its caller, and no word about it is said at start', async () => {
  expect(await call(reader, await open(reader))).toMatchObject({ status: 200, body: { result: { isError: false } } });
  expect(gateway.unsupported.join()).not.toContain('SessionConfiguration');
});

test('the official client keeps its session by itself', async () => {
  const requestInit = { headers: { authorization: `Bearer ${reader}` } };
  const transport = new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { requestInit });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);

  expect(transport.sessionId).toMatch(/^[\w-]{36}$/);
  expect(await client.callTool({ name: ECHO, arguments: { id: 'a' } })).toMatchObject({ isError: false });
  await client.close();
});

test('B08: the session of somebody else is not there', async () => {
  const [session, runs] = [await open(reader), invocations(gateway)];

  expect(await call(support, session)).toMatchObject({
    status: 404,
    body: { error: { message: 'Session not found' } },
  });
  expect(invocations(gateway)).toBe(runs);
});

test.each([
  ['guessed', '0b6c1f0e-0000-4000-8000-000000000000', 404],
  ['of 10 kB', 'x'.repeat(10_000), 404],
  ['empty', '', 400],
  ['missing', undefined, 400],
])('B09: a session id that is %s is refused', async (_what, session, status) => {
  const runs = invocations(gateway);

  expect((await call(reader, session)).status).toBe(status);
  expect(invocations(gateway)).toBe(runs);
});

test('B09: a line break in a session id makes no second header', async () => {
  const { port } = new URL(gateway.mcpUrl);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(
        `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: a\r\nAuthorization: Bearer ${reader}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });

  expect(answer).toMatch(/^HTTP\/1\.1 404/);
});

test('B09: under the revision without sessions an id is ignored and not sent back', async () => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/list',
    'mcp-session-id': 'guessed',
    accept: 'application/json, text/event-stream',
  };
  const answer = await rpc(gateway, 'tools/list', { _meta }, { token: reader, headers });

  expect(answer.status).toBe(200);
  expect(answer.headers.get('mcp-session-id')).toBeNull();
  // The header alone does not make a request one of that revision.
  expect(
    (await rpc(gateway, 'tools/call', { name: LOOKUP, arguments: { id: 'a' } }, { token: reader, headers })).status,
  ).toBe(400);
});

test('B10: a session is no authentication', async () => {
  const [session, runs] = [await open(reader), invocations(gateway)];

  expect((await call(undefined, session)).status).toBe(401);
  expect(invocations(gateway)).toBe(runs);
});

test('a session ends a fixed time after initialize, used or not', async () => {
  const session = await open(reader);
  const now = Date.now();
  const later = async (seconds: number) => {
    const token = await gateway.mintToken({ clientId: 'reader', scopes: ['shop/echo'], lifetimeSeconds: 3600 });
    jest.spyOn(Date, 'now').mockReturnValue(now + seconds * 1000);
    return call(token, session);
  };

  expect((await later(895)).status).toBe(200);
  expect((await later(905)).status).toBe(404);
});

test('without SessionConfiguration there are none', async () => {
  const plain = await start(synthesizeShop());
  const { headers } = await rpc(plain, 'initialize', INITIALIZE, { token: await tokenOf(plain, 'reader') });

  expect(headers.get('mcp-session-id')).toBeNull();
  expect(invocations(plain)).toBe(0);
  await callTool(plain, await tokenOf(plain, 'reader'), ECHO, { id: 'a' });
  expect(invocations(plain)).toBe(1);
});
