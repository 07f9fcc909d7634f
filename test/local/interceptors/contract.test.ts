import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalGateway } from '../../../lib/local';
import { type InterceptionPoint, readAnswer } from '../../../lib/protocol/interceptor';
import { interceptedApp } from '../../support/intercepted-shop';
import { callTool, invocations, rpc, start, stopAll, textOf, tokenOf } from '../../support/local-shop';

const SHOW = 'show___show';
const ERASE = 'erase___erase';
const GOOD = { id: 'o-1001' };
const BAD = { id: '../1' };

const withHeaders = interceptedApp({ withoutFilter: true }).synth().directory;
const withoutHeaders = interceptedApp({ withoutFilter: true, withoutHeaders: true }).synth().directory;
const folder = mkdtempSync(join(tmpdir(), 'contract-'));

interface Recorded {
  readonly event: { readonly mcp: { readonly [name: string]: Record<string, unknown> | null } };
  readonly custom: { readonly [name: string]: string };
}

let files = 0;
/** An interceptor that writes down what it is given and answers with this; `pass` lets everything go on. */
function recorder(answer = 'pass'): { readonly code: string; readonly taken: () => Recorded[] } {
  const [code, log] = [join(folder, `code-${files}.js`), join(folder, `log-${files++}`)];
  writeFileSync(log, '');
  writeFileSync(
    code,
    `exports.handler = async (event, context) => {
      const entry = { event, custom: context.clientContext.custom };
      require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify(entry) + '\\n');
      const { gatewayRequest, gatewayResponse } = event.mcp;
      const pass = gatewayResponse === null
        ? { transformedGatewayRequest: { body: gatewayRequest.body } }
        : { transformedGatewayResponse: { body: gatewayResponse.body } };
      return { interceptorOutputVersion: '1.0', mcp: ${answer} };
    };`,
  );
  const lines = () => readFileSync(log, 'utf8').split('\n').filter(Boolean);
  return { code, taken: () => lines().map((line) => JSON.parse(line) as Recorded) };
}

const started: LocalGateway[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.close();
});
afterAll(stopAll);

/** A gateway both of whose interceptors write down what they are given. */
async function recording(assembly = withHeaders, request?: string) {
  const [before, after] = [recorder(request), recorder()];
  const replaceHandlers = { 'request-interceptor': before.code, 'response-interceptor': after.code };
  const gateway = await start(assembly, { replaceHandlers });
  started.push(gateway);
  return { gateway, requests: before.taken, responses: after.taken };
}

const call = async (to: LocalGateway, tool: string, args: object, agent = 'reader') =>
  callTool(to, await tokenOf(to, agent), tool, args);

describe('what an interceptor is given', () => {
  test('of a request: the message as it is, and as it was sent', async () => {
    const { gateway, requests } = await recording(withoutHeaders);
    const body = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: SHOW, arguments: GOOD } };
    const sent = JSON.stringify(body, null, 2);
    await rpc(gateway, '', {}, { token: await tokenOf(gateway, 'reader'), body: sent });

    expect(requests().map(({ event }) => event)).toEqual([
      {
        interceptorInputVersion: '1.0',
        mcp: {
          rawGatewayRequest: { body: sent },
          gatewayRequest: { path: '/mcp', httpMethod: 'POST', body, context: { identity: {} } },
          gatewayResponse: null,
        },
      },
    ]);
  });

  test('of a response: the answer beside the request, and the same id of both', async () => {
    const { gateway, requests, responses } = await recording(withoutHeaders);
    const answer = await call(gateway, SHOW, GOOD);
    const [[before], [after]] = [requests(), responses()] as const;

    expect(after!.event.mcp.gatewayResponse).toEqual({
      statusCode: 200,
      headers: {},
      body: answer.body,
      isStreamingResponse: false,
    });
    expect(after!.event.mcp.gatewayRequest).toEqual(before!.event.mcp.gatewayRequest);
    expect(Object.keys(before!.custom).sort()).toEqual([
      'GATEWAY_ACCOUNT_ID',
      'GATEWAY_ARN',
      'REQUEST_ID',
      'SOURCE_IP',
    ]);
    expect(after!.custom).toEqual(before!.custom);
  });

  test('headers only where the template passes them', async () => {
    const seen = async (assembly: string) => {
      const { gateway, requests } = await recording(assembly);
      await call(gateway, SHOW, GOOD);
      return Object.keys(requests()[0]!.event.mcp.gatewayRequest!.headers ?? {});
    };

    expect(await seen(withHeaders)).toContain('Authorization');
    expect(await seen(withoutHeaders)).toEqual([]);
  });

  test.each(['initialize', 'tools/list', 'tools/call', 'ping', 'admin/reset'])('every method: %s', async (method) => {
    const { gateway, requests, responses } = await recording();
    const params =
      method === 'initialize'
        ? { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
        : { name: SHOW, arguments: GOOD };
    await rpc(gateway, method, params, { token: await tokenOf(gateway, 'reader') });

    expect([requests().length, responses().length]).toEqual([1, 1]);
  });
});

describe('the order of the service', () => {
  test.each([
    ['an unknown tool', 'nothing___here', GOOD, /^Unknown tool/],
    ['a tool that the caller may not call, its argument missing', ERASE, {}, /not allowed due to policy enforcement/],
    ['an argument that is missing', SHOW, {}, /^ValidationException/],
  ])('%s is found after the request interceptor, and answered through the other', async (_what, tool, args, text) => {
    const { gateway, requests, responses } = await recording();
    const answer = await call(gateway, tool, args);

    expect(textOf(answer)).toMatch(text);
    expect(requests()).toHaveLength(1);
    expect(responses().map(({ event }) => event.mcp.gatewayResponse!.body)).toEqual([answer.body]);
    expect(invocations(gateway)).toBe(0);
  });

  test('an answer in place of policy and tool reaches neither, but the response interceptor', async () => {
    const own = '{ jsonrpc: "2.0", id: 7, result: { content: [{ type: "text", text: "from the interceptor" }] } }';
    const { gateway, responses } = await recording(
      withHeaders,
      `{ ...pass, transformedGatewayResponse: { statusCode: 200, body: ${own} } }`,
    );
    const answer = await call(gateway, ERASE, GOOD);

    expect(textOf(answer)).toBe('from the interceptor');
    expect(invocations(gateway)).toBe(0);
    expect(gateway.decisions.filter(({ tool }) => tool !== undefined)).toEqual([]);
    expect(responses().map(({ event }) => event.mcp.gatewayResponse!.body)).toEqual([answer.body]);
  });

  test('an interceptor changes what is asked for, not who asks', async () => {
    const other = await start(withHeaders);
    started.push(other);
    const authorization = `"Bearer ${await tokenOf(other, 'support')}"`;
    const { gateway } = await recording(
      withHeaders,
      `gatewayResponse === null ? { transformedGatewayRequest: { ...pass.transformedGatewayRequest, headers: { Authorization: ${authorization} } } } : pass`,
    );

    expect(textOf(await call(gateway, ERASE, GOOD, 'reader'))).toMatch(/not allowed due to policy enforcement/);
    expect(textOf(await call(gateway, ERASE, GOOD, 'support'))).toContain('"id":"o-1001"');
  });
});

describe('the code that is deployed is the code that runs here', () => {
  /** As Lambda does it: the files of the asset, their handler, an event. No part of the local gateway has a hand in it. */
  const asLambda = (point: InterceptionPoint, event: unknown): unknown => {
    const asset = readdirSync(withoutHeaders)
      .map((name) => join(withoutHeaders, name))
      .filter((path) => existsSync(join(path, 'interceptor.json')))
      .find((path) => readFileSync(join(path, 'index.js'), 'utf8').includes(`"${point}"`))!;
    const script = `require('./index.js').handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 3000 })
      .then((answer) => require('node:fs').writeSync(3, JSON.stringify(answer)))`;
    const env = { LAMBDA_TASK_ROOT: asset };
    const { output } = spawnSync(process.execPath, ['-e', script], {
      cwd: asset,
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(String(output[3]));
  };

  test.each([
    ['what is right', GOOD],
    ['what is wrong', BAD],
  ])('%s has the same answer there and here', async (_what, args) => {
    const { gateway, requests } = await recording(withoutHeaders);
    await call(gateway, SHOW, args);
    const shipped = await start(withoutHeaders);
    started.push(shipped);
    const here = await call(shipped, SHOW, args);
    const there = readAnswer('REQUEST', asLambda('REQUEST', requests()[0]!.event));

    expect(there.kind).toBe(args === GOOD ? 'request' : 'response');
    if (there.kind === 'response') expect(there.body).toEqual(here.body);
    else expect(textOf(here)).toContain('"id":"o-1001"');
  });
});
