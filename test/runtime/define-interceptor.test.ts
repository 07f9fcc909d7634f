import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAnswer } from '../../lib/protocol/interceptor';
import {
  defineRequestInterceptor,
  defineResponseInterceptor,
  proceed,
  type RequestStep,
  type ResponseStep,
  refuse,
  refuseCall,
  type Verdict,
} from '../../lib/runtime';
import { auditRecord } from '../../lib/runtime/interceptors/audit';
import { inputValidation } from '../../lib/runtime/interceptors/input-validation-step';
import { proceedAs } from '../../lib/runtime/interceptors/step';

const MESSAGE = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'shop___get', arguments: { id: 'o-1' } },
};
const eventOf = (body: unknown, response: unknown = null, headers: object = {}) => ({
  interceptorInputVersion: '1.0',
  mcp: { gatewayRequest: { path: '/mcp', httpMethod: 'POST', headers, body }, gatewayResponse: response },
});
const answered = (body: unknown) => eventOf(MESSAGE, { statusCode: 200, body });
const step = (run: RequestStep['run']): RequestStep => ({ name: 'mine', run });
const responseStep = (run: ResponseStep['run']): ResponseStep => ({ name: 'mine', run });

let logged: string[];
beforeEach(() => {
  logged = [];
  for (const level of ['error', 'info'] as const) {
    jest.spyOn(console, level).mockImplementation((...text: unknown[]) => void logged.push(String(text[0])));
  }
});
afterEach(() => jest.restoreAllMocks());

describe('REQUEST', () => {
  test('steps that proceed pass the message on, in the form that gateways take', async () => {
    const answer = await defineRequestInterceptor(step(() => proceed()))(eventOf(MESSAGE));

    expect(answer).toEqual({
      interceptorOutputVersion: '1.0',
      mcp: { transformedGatewayRequest: { body: MESSAGE } },
    });
    expect(readAnswer('REQUEST', answer)).toEqual({ kind: 'request', body: MESSAGE });
  });

  test('later steps see what earlier ones changed', async () => {
    const changed = { ...MESSAGE, params: { name: 'shop___get', arguments: { id: 'o-2' } } };
    const seen: unknown[] = [];
    await defineRequestInterceptor(
      step(() => proceed(changed)),
      step(({ call }) => {
        seen.push(call);
        return proceed();
      }),
    )(eventOf(MESSAGE));

    expect(seen).toEqual([{ name: 'shop___get', arguments: { id: 'o-2' } }]);
  });

  test('a refusal ends the request; for the model as the error of a tool', async () => {
    const never = jest.fn<Verdict, []>(() => proceed());
    const plain = await defineRequestInterceptor(
      step(() => refuse('no')),
      step(never),
    )(eventOf(MESSAGE));
    const model = await defineRequestInterceptor(step(() => refuseCall('id is wrong')))(eventOf(MESSAGE));

    expect(readAnswer('REQUEST', plain)).toMatchObject({
      kind: 'response',
      statusCode: 200,
      body: { id: 7, error: { code: -32002, message: 'Request refused by an interceptor: no' } },
    });
    expect(readAnswer('REQUEST', model)).toMatchObject({
      kind: 'response',
      body: { id: 7, result: { isError: true, content: [{ text: 'id is wrong' }] } },
    });
    expect(never).not.toHaveBeenCalled();
  });

  test.each<[string, RequestStep['run']]>([
    [
      'throws',
      () => {
        throw new Error('eyJhbGciOiJIUzI1NiJ9.secret');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('no');
      },
    ],
    [
      'throws no error',
      () => {
        throw 'text';
      },
    ],
    ['returns nothing', () => undefined as never],
    ['returns true', () => true as never],
    ['makes up a verdict', () => ({ verdict: 'proceed' }) as never],
    ['makes the message a text', () => proceed('{}' as never)],
    ['makes the message a list', () => proceed([MESSAGE] as never)],
    ['changes the method', () => proceed({ ...MESSAGE, method: 'tools/list' })],
    ['changes the id', () => proceed({ ...MESSAGE, id: 8 })],
  ])('a step that %s ends the request', async (_what, run) => {
    const answer = await defineRequestInterceptor(step(run))(eventOf(MESSAGE));

    expect(readAnswer('REQUEST', answer)).toMatchObject({ kind: 'response', body: { id: 7, error: { code: -32603 } } });
    expect(logged.join('')).toContain('"interceptor":"mine"');
    expect(logged.join('')).not.toContain('eyJ');
  });

  test('a step that takes too long ends the request before Lambda ends the function', async () => {
    const started = Date.now();
    const slow = step(() => new Promise((resolve) => setTimeout(() => resolve(proceed()), 60_000).unref()));
    const answer = await defineRequestInterceptor(slow)(eventOf(MESSAGE), { getRemainingTimeInMillis: () => 2_000 });

    expect(Date.now() - started).toBeLessThan(2_000);
    expect(readAnswer('REQUEST', answer)).toMatchObject({ kind: 'response', body: { error: { code: -32603 } } });
  });

  test('a step that keeps the process busy is interrupted in time', async () => {
    const busy = (milliseconds: number) =>
      step(() => {
        const until = Date.now() + milliseconds;
        while (Date.now() < until);
        return proceed();
      });
    const started = Date.now();
    const answers = [20_000, 20].map((each) =>
      defineRequestInterceptor(busy(each))(eventOf(MESSAGE), { getRemainingTimeInMillis: () => 500 }),
    );
    const [long, short] = await Promise.all(answers);

    expect(Date.now() - started).toBeLessThan(10_000);
    expect(readAnswer('REQUEST', long)).toMatchObject({ kind: 'response', body: { error: { code: -32603 } } });
    expect(readAnswer('REQUEST', short)).toMatchObject({ kind: 'request' });
  });

  test.each([
    ['undefined', undefined],
    ['another version', { ...eventOf(MESSAGE), interceptorInputVersion: '2.0' }],
    ['an HTTP target', { interceptorInputVersion: '1.0', http: {} }],
    ['a batch', eventOf([MESSAGE])],
    ['a body of text', eventOf(JSON.stringify(MESSAGE))],
    ['a header in two spellings', eventOf(MESSAGE, null, { Authorization: 'Bearer a', authorization: 'Bearer b' })],
  ])('an event that is not of the contract is refused: %s', async (_what, event) => {
    const answer = await defineRequestInterceptor(step(() => proceed()))(event);

    expect(readAnswer('REQUEST', answer)).toMatchObject({ kind: 'response', body: { error: { code: -32603 } } });
  });

  test('F06: a second try has the same answer', async () => {
    const handler = defineRequestInterceptor(
      inputValidation({ shop___get: { type: 'object', properties: { id: { type: 'string', pattern: '^o-1$' } } } }),
    );

    expect(await handler(eventOf(MESSAGE))).toEqual(await handler(eventOf(MESSAGE)));
  });

  test('F06, the twin: a step that counts refuses the second try', async () => {
    let calls = 0;
    const handler = defineRequestInterceptor(step(() => (++calls > 1 ? refuse('again') : proceed())));

    expect(await handler(eventOf(MESSAGE))).not.toEqual(await handler(eventOf(MESSAGE)));
  });

  test('headers have lower-case names, and the gateway vouches for the rest', async () => {
    let seen: unknown;
    const look = step((request) => {
      seen = request;
      return proceed();
    });
    const custom = { GATEWAY_ARN: 'arn', REQUEST_ID: 'r-1', SOURCE_IP: '192.0.2.1' };
    const event = eventOf(MESSAGE, null, { Authorization: 'Bearer x' });
    const awsPrincipalArn = 'arn:aws:iam::111122223333:role/agent';
    Object.assign(event.mcp.gatewayRequest, { context: { identity: { awsPrincipalArn } } });
    await defineRequestInterceptor(look)(event, { clientContext: { custom } });

    expect(seen).toMatchObject({
      headers: { authorization: 'Bearer x' },
      principalArn: awsPrincipalArn,
      gatewayArn: 'arn',
      requestId: 'r-1',
      sourceIp: '192.0.2.1',
    });
  });
});

describe('RESPONSE', () => {
  const body = { jsonrpc: '2.0', id: 7, result: { content: [] } };

  test('passes answers on, changed or not, with nothing beside the body', async () => {
    const same = await defineResponseInterceptor(responseStep(() => proceed()))(answered(body));
    const other = await defineResponseInterceptor(responseStep(({ answer }) => proceed({ ...answer, result: {} })))(
      answered(body),
    );

    expect(same.mcp).toEqual({ transformedGatewayResponse: { body } });
    expect(readAnswer('RESPONSE', other)).toEqual({ kind: 'response', body: { ...body, result: {} } });
  });

  test.each<[string, ResponseStep['run']]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns nothing', () => undefined as never],
    ['makes the answer a text', () => proceed('x' as never)],
    ['makes the answer one to another request', () => proceed({ ...body, id: 8 })],
    ['takes the id away', () => proceed({ jsonrpc: '2.0', result: {} })],
  ])('a step that %s keeps the answer from the client', async (_what, run) => {
    const answer = await defineResponseInterceptor(responseStep(run))(answered(body));

    expect(readAnswer('RESPONSE', answer)).toMatchObject({ kind: 'response', body: { error: { code: -32603 } } });
  });

  test('an answer without a body is one without content', async () => {
    expect(await defineResponseInterceptor()(answered(null))).toEqual({
      interceptorOutputVersion: '1.0',
      mcp: { transformedGatewayResponse: { body: {} } },
    });
  });

  test('a refused answer never reaches the client', async () => {
    const answer = await defineResponseInterceptor(responseStep(() => refuse('leaks')))(answered(body));

    expect(JSON.stringify(answer)).toContain('refused by an interceptor: leaks');
    expect(JSON.stringify(answer)).not.toContain('content');
  });
});

describe('the audit of a request', () => {
  const record = async (last: RequestStep['run']) => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-'));
    writeFileSync(join(folder, 'interceptor.json'), '{"audit":true}');
    process.env.LAMBDA_TASK_ROOT = folder;
    const verifies = step(() => proceedAs({ subject: 'alice', clientId: 'c-1', scopes: [], claims: {} }));
    try {
      await defineRequestInterceptor(verifies, { name: 'last', run: last })(eventOf(MESSAGE));
    } finally {
      delete process.env.LAMBDA_TASK_ROOT;
    }
    return JSON.parse(logged.find((line) => line.includes('"audit"'))!);
  };

  test.each<[string, RequestStep['run']]>([
    ['passed', () => proceed()],
    ['refused', () => refuse('no')],
    [
      'failed',
      () => {
        throw new Error('no');
      },
    ],
  ])('says who called when it was %s', async (outcome, last) => {
    expect(await record(last)).toMatchObject({ outcome, subject: 'alice', client: 'c-1' });
  });
});

test('an audit record has no payload and no token', () => {
  const token = `${'eyJhbGciOiJSUzI1NiJ9'}.eyJzdWIiOiJhIn0.c2ln`;
  const message = { ...MESSAGE, params: { name: 'shop___get', arguments: { card: '4111' } } };
  auditRecord(
    'REQUEST',
    {
      message,
      call: { name: 'shop___get', arguments: { card: '4111' } },
      headers: { authorization: `Bearer ${token}` },
      caller: { subject: token, clientId: 'c-1', scopes: [], claims: { email: 'a@example.com' } },
      requestId: 'r-1',
    },
    { kind: 'refused', step: 'mine' },
    { error: { code: -32002, message: '4111' } },
  );

  expect(JSON.parse(logged[0]!)).toEqual({
    audit: 'mcp',
    point: 'REQUEST',
    requestId: 'r-1',
    method: 'tools/call',
    tool: 'shop___get',
    subject: '[token]',
    client: 'c-1',
    outcome: 'refused',
    step: 'mine',
    answered: 'error -32002',
  });
});
