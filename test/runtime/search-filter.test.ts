import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineRequestInterceptor } from '../../lib/runtime';
import { searchFilter } from '../../lib/runtime/interceptors/search-filter-step';
import type { InterceptedResponse } from '../../lib/runtime/interceptors/step';

const SEARCH = 'x_amz_bedrock_agentcore_search';
const VISIBLE = [[{ name: 'shop___show' }], [{ name: 'shop___list' }]];

let server: Server;
let seen: { headers: NodeJS.Dict<string | string[]>; body: { params: { cursor?: string } } }[];
/** Each test has a caller of its own: what one may see is kept for a while. */
let token = 0;
let reply: (page: number) => { status: number; text: string };

const page = (index: number) => ({
  status: 200,
  text: JSON.stringify({
    result: { tools: VISIBLE[index], ...(index + 1 < VISIBLE.length ? { nextCursor: String(index + 1) } : {}) },
  }),
});

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const body = JSON.parse(text);
      seen.push({ headers: request.headers, body });
      const answer = reply(Number(body.params.cursor ?? 0));
      response.writeHead(answer.status, { location: 'http://127.0.0.1:1/' }).end(answer.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  seen = [];
  token++;
  reply = page;
  process.env.SECURE_MCP_GATEWAY_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
});
afterAll(() => {
  delete process.env.SECURE_MCP_GATEWAY_URL;
  return new Promise((resolve) => server.close(resolve));
});

function responseOf(result: unknown, more: Partial<InterceptedResponse> = {}): InterceptedResponse {
  return {
    message: { jsonrpc: '2.0', id: 7, method: 'tools/call', params: {} },
    call: { name: SEARCH, arguments: { query: 'x' } },
    headers: {
      authorization: `Bearer t${token}`,
      'mcp-protocol-version': '2025-11-25',
      cookie: 'c=1',
      host: 'evil.example',
    },
    answer: { jsonrpc: '2.0', id: 7, result } as never,
    ...more,
  };
}
const text = (value: unknown) => ({ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) });
const FOUND = [{ name: 'shop___show' }, { name: 'shop___erase' }, { name: 'shop___list' }];
const KEPT = [{ name: 'shop___show' }, { name: 'shop___list' }];
const resultOf = async (given: unknown) =>
  ((await searchFilter.run(responseOf(given))) as never as { message: { result: object } }).message.result;

test.each<[string, object, object]>([
  [
    'text and structure',
    { content: [text({ tools: FOUND })], structuredContent: { tools: FOUND } },
    { content: [text({ tools: KEPT })], structuredContent: { tools: KEPT } },
  ],
  ['a list as text', { content: [text(FOUND)] }, { content: [text(KEPT)] }],
  ['prose', { content: [text('call shop___erase')] }, { content: [] }],
  [
    'JSON that is no list of tools',
    { content: [text({ tool: 'shop___erase' }), text('"shop___erase"')] },
    { content: [] },
  ],
  ['other kinds of content', { content: [{ type: 'resource', resource: { text: 'shop___erase' } }] }, { content: [] }],
  [
    'a structure of another form',
    { content: [], structuredContent: { found: FOUND } },
    { content: [], structuredContent: {} },
  ],
  [
    'tools that are no objects',
    { content: [text({ tools: ['shop___erase', null, { name: 7 }] })] },
    { content: [text({ tools: [] })] },
  ],
  [
    'more beside the tools',
    { content: [text({ tools: FOUND, hint: 'shop___erase' })] },
    { content: [text({ tools: KEPT })] },
  ],
  [
    'fields of other names',
    { content: [], isError: false, tools: FOUND, _meta: { best: 'shop___erase' } },
    { content: [], isError: false },
  ],
  ['content of another form', { content: 'shop___erase' }, { content: [] }],
])('keeps what the caller may call, of %s', async (_what, given, kept) => {
  expect(await resultOf(given)).toEqual(kept);
});

test('asks the gateway page by page, with the token and nothing else of the caller', async () => {
  await resultOf({ content: [text(FOUND)] });

  expect(seen.map(({ body }) => body.params.cursor)).toEqual([undefined, '1']);
  expect(seen[0]!.headers).toMatchObject({ authorization: `Bearer t${token}`, 'mcp-protocol-version': '2025-11-25' });
  expect(seen[0]!.headers.cookie).toBeUndefined();
  expect(seen[0]!.headers.host).toMatch(/^127\.0\.0\.1:/);
});

describe('what a caller may see', () => {
  const search = async () => {
    await resultOf({ content: [text(FOUND)] });
    return seen.length;
  };
  afterEach(() => jest.restoreAllMocks());

  test('is asked once for searches that follow each other', async () => {
    expect([await search(), await search()]).toEqual([2, 2]);
  });

  test('is asked for each caller', async () => {
    await search();
    token++;

    expect(await search()).toBe(4);
  });

  test('is asked again a few seconds later', async () => {
    await search();
    const later = Date.now() + 6_000;
    jest.spyOn(Date, 'now').mockImplementation(() => later);

    expect(await search()).toBe(4);
  });

  test('is not kept when the gateway refuses to say', async () => {
    reply = () => ({ status: 200, text: '{"error":{"code":-32001}}' });
    await searchFilter.run(responseOf({ content: [] }));
    reply = page;

    expect(await resultOf({ content: [text(FOUND)] })).toEqual({ content: [text(KEPT)] });
  });
});

test('leaves alone what is no result of a search', async () => {
  const call = { name: 'shop___show', arguments: {} };

  for (const response of [responseOf({}, { call }), responseOf({}, { call: undefined }), responseOf(undefined)]) {
    expect(await searchFilter.run(response)).toEqual({ verdict: 'proceed' });
  }
  expect(seen).toEqual([]);
});

test.each<[string, () => void, Partial<InterceptedResponse>]>([
  [
    'the gateway refuses',
    () => {
      reply = () => ({ status: 200, text: '{"error":{"code":-32001}}' });
    },
    {},
  ],
  [
    'the answer has no tools',
    () => {
      reply = () => ({ status: 200, text: '{"result":{}}' });
    },
    {},
  ],
  [
    'the pages never end',
    () => {
      reply = () => ({ status: 200, text: '{"result":{"tools":[],"nextCursor":"0"}}' });
    },
    {},
  ],
  ['there is no token', () => undefined, { headers: {} }],
  [
    'the gateway is not known',
    () => delete process.env.SECURE_MCP_GATEWAY_URL,
    { gatewayArn: 'arn:aws:bedrock-agentcore:x@evil.example/:123456789012:gateway/a' },
  ],
])('finds nothing when %s', async (_what, arrange, more) => {
  arrange();

  expect(await searchFilter.run(responseOf({ content: [text(FOUND)] }, more))).toMatchObject({ verdict: 'refuse' });
});

test.each<[string, () => void]>([
  [
    'answers no JSON',
    () => {
      reply = () => ({ status: 502, text: '<html>' });
    },
  ],
  [
    'redirects',
    () => {
      reply = () => ({ status: 307, text: '' });
    },
  ],
  [
    'is down',
    () => {
      process.env.SECURE_MCP_GATEWAY_URL = 'http://127.0.0.1:1/mcp';
    },
  ],
])('fails, so that nothing is found, when the gateway %s', async (_what, arrange) => {
  arrange();

  await expect(async () => searchFilter.run(responseOf({ content: [text(FOUND)] }))).rejects.toThrow();
});

describe('a function that was deployed without what it needs does not start', () => {
  const configured = (configuration: string | undefined, environment: { [name: string]: string } = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'task-'));
    if (configuration !== undefined) writeFileSync(join(folder, 'interceptor.json'), configuration);
    Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, ...environment });
    return () => defineRequestInterceptor();
  };
  afterEach(() => {
    for (const name of ['LAMBDA_TASK_ROOT', 'SECURE_MCP_DISCOVERY_URL', 'SECURE_MCP_TOKEN_RULES'])
      delete process.env[name];
  });

  test.each<[string, string | undefined, { [name: string]: string }]>([
    ['no configuration', undefined, {}],
    ['a configuration that is no JSON', '{', {}],
    ['an issuer that is not named', '{"audit":true,"verifyCaller":true}', {}],
    ['rules that are no JSON', '{"verifyCaller":true}', { SECURE_MCP_DISCOVERY_URL: 'x', SECURE_MCP_TOKEN_RULES: '{' }],
  ])('%s', (_what, configuration, environment) => {
    expect(configured(configuration, environment)).toThrow();
  });

  test('the twin: with all of it it does', () => {
    const environment = { SECURE_MCP_DISCOVERY_URL: 'x', SECURE_MCP_TOKEN_RULES: '{}' };

    expect(configured('{"audit":true,"verifyCaller":true}', environment)).not.toThrow();
  });
});
