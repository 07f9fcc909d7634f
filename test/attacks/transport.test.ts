import { request } from 'node:http';
import { connect } from 'node:net';
import type { LocalGateway } from '../../lib/local';
import { ECHO, invocations, type RpcAnswer, rpc, start, stopAll, synthesizeShop, tokenOf } from '../support/local-shop';

let gateway: LocalGateway;
let token = '';
beforeAll(async () => {
  gateway = await start(synthesizeShop());
  token = await tokenOf(gateway, 'reader');
});
afterAll(stopAll);

const portOf = () => Number(new URL(gateway.mcpUrl).port);
const headersOf = () => ({
  'content-type': 'application/json',
  'mcp-protocol-version': '2025-11-25',
  authorization: `Bearer ${token}`,
});
const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: ECHO, arguments: { id: 'a' } },
});

test('B12: a stream without end is cut off and takes no memory', async () => {
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const before = process.memoryUsage().rss;
  let sent = 0;
  const status = await new Promise<number | string>((resolve) => {
    const post = request(gateway.mcpUrl, { method: 'POST', headers: headersOf() }, ({ statusCode }) =>
      resolve(statusCode!),
    );
    post.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    const write = () => {
      while (sent < 100 * 1024 * 1024) {
        sent += chunk.length;
        if (!post.write(chunk)) return post.once('drain', write);
      }
      return post.end();
    };
    write();
  });

  expect([413, 'ECONNRESET', 'EPIPE']).toContain(status);
  expect(sent).toBeLessThan(100 * 1024 * 1024);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});

test('B12: a request that never gets on with its headers is ended after ten seconds', async () => {
  const began = Date.now();
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(portOf(), '127.0.0.1', () => socket.write('POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n'));
    const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 1000);
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearInterval(drip);
      resolve(text);
    });
  });

  expect(answer).toMatch(/^HTTP\/1\.1 408/);
  expect(Date.now() - began).toBeLessThan(14_000);
}, 30_000);

/** The first line of the answer to bytes as they are. */
function raw(lines: readonly string[], body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(portOf(), '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`));
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    socket.on('close', () => resolve(text.split('\r\n')[0]!));
    socket.on('error', reject);
  });
}

describe('B16: two lengths of one body', () => {
  const head = () => [
    'POST /mcp HTTP/1.1',
    `Host: 127.0.0.1:${portOf()}`,
    'Connection: close',
    ...Object.entries(headersOf()).map(([name, value]) => `${name}: ${value}`),
  ];
  const chunked = `${CALL.length.toString(16)}\r\n${CALL}\r\n0\r\n\r\n`;

  test.each([
    ['chunked and a length', ['Transfer-Encoding: chunked', `Content-Length: ${CALL.length}`], chunked],
    ['two lengths', [`Content-Length: ${CALL.length}`, 'Content-Length: 3'], CALL],
    ['an encoding that nobody knows', ['Transfer-Encoding: xchunked', `Content-Length: ${CALL.length}`], CALL],
  ])('%s is 400', async (_what, lines, body) => {
    const runs = invocations(gateway);

    expect(await raw([...head(), ...lines], body)).toMatch(/^HTTP\/1\.1 400/);
    expect(invocations(gateway)).toBe(runs);
  });

  test('either one alone is served', async () => {
    expect(await raw([...head(), 'Transfer-Encoding: chunked'], chunked)).toMatch(/^HTTP\/1\.1 200/);
    expect(await raw([...head(), `Content-Length: ${CALL.length}`], CALL)).toMatch(/^HTTP\/1\.1 200/);
  });
});

test('B17: callers with the same request id at the same time get their own answers', async () => {
  const call = async (id: string) => {
    const { body } = await rpc(gateway, 'tools/call', { name: ECHO, arguments: { id } }, { token });
    return JSON.parse(body.result!.content[0].text).event.id;
  };
  const ids = Array.from({ length: 20 }, (_, index) => `caller-${index}`);

  expect(await Promise.all(ids.map(call))).toEqual(ids);
});

describe('B20: nobody is asked anything in a second round, so there is no state to be forged', () => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  };
  const modern = (method: string, params: object, by = token) =>
    rpc(
      gateway,
      method,
      { ...params, _meta },
      {
        token: by,
        headers: {
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': method,
          'mcp-name': method === 'tools/call' ? ECHO : undefined,
          accept: 'application/json, text/event-stream',
        },
      },
    );
  const call = { name: ECHO, arguments: { id: 'a' } };
  /** Without the id that every request has of its own. */
  const shownOf = ({ body }: RpcAnswer) => JSON.stringify(body).replace(/"bedrockAgentCoreAwsRequestId[^,]*/, '');
  const forged = { requestState: 'forged', inputResponses: { consent: { action: 'accept' } } };

  test('the gateway offers tools and nothing else, and no stream that it could ask on', async () => {
    const { body } = await modern('server/discover', {});
    const stream = await fetch(gateway.mcpUrl, { headers: { ...headersOf(), accept: 'text/event-stream' } });

    expect(Object.keys(body.result!.capabilities)).toEqual(['tools']);
    expect(stream.status).toBe(405);
  });

  test('what a caller, or another one, sends as its state changes no answer and reaches no tool', async () => {
    for (const by of [token, await tokenOf(gateway, 'support')]) {
      const [plain, withState] = [
        await modern('tools/call', call, by),
        await modern('tools/call', { ...call, ...forged }, by),
      ];

      expect(plain.body.result).toMatchObject({ isError: false, resultType: 'complete' });
      expect(shownOf(withState)).toBe(shownOf(plain));
      expect(JSON.stringify(withState.body)).not.toContain('forged');
    }
  });

  test('nor under a revision before', async () => {
    const { body } = await rpc(gateway, 'tools/call', { ...call, ...forged }, { token });

    expect(body.result!.content[0].text).not.toContain('forged');
  });
});
