import { defineRequestInterceptor } from '../../lib/runtime';
import { checkInput } from '../../lib/runtime/check-input';
import { inputValidation } from '../../lib/runtime/interceptors/input-validation-step';

const WILD = { type: 'object', properties: { id: { type: 'string', pattern: '^([a-z0-9]+-?)+$' } } };
/** Takes tens of seconds when nothing ends it. */
const HOSTILE = { id: `${'a'.repeat(33)}!` };

function timed<T>(run: () => T): { result: T; milliseconds: number } {
  const started = Date.now();
  const result = run();
  return { result, milliseconds: Date.now() - started };
}

test('a pattern that runs wild counts as not met, in bounded time', () => {
  const { result, milliseconds } = timed(() => checkInput(WILD, HOSTILE));

  expect(result).toEqual([{ argument: '', keyword: 'pattern', message: 'cannot be checked in time' }]);
  expect(milliseconds).toBeLessThan(10_000);
});

test('the time is for all arguments together', () => {
  const list = { type: 'array', items: WILD };
  const { result, milliseconds } = timed(() =>
    checkInput(
      list,
      Array.from({ length: 50 }, () => HOSTILE),
    ),
  );

  expect(result).toHaveLength(1);
  expect(milliseconds).toBeLessThan(10_000);
});

test('the twin: the same pattern on text that it can decide', () => {
  expect(checkInput(WILD, { id: 'o-1' })).toEqual([]);
  expect(checkInput(WILD, { id: 'o-1!' })).toEqual([
    { argument: 'id', keyword: 'pattern', message: `must match ${WILD.properties.id.pattern}` },
  ]);
});

test('a mistake in the schema is no violation', () => {
  expect(() => checkInput({ type: 'string', pattern: '(' }, 'a')).toThrow(SyntaxError);
});

test('the interceptor ends such a call before Lambda ends the function', async () => {
  const body = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'shop___get', arguments: HOSTILE } };
  const event = { interceptorInputVersion: '1.0', mcp: { gatewayRequest: { body, headers: {} } } };
  const handler = defineRequestInterceptor(inputValidation({ shop___get: WILD }));
  const started = Date.now();
  const answer = await handler(event, { getRemainingTimeInMillis: () => 20_000 });

  expect(Date.now() - started).toBeLessThan(10_000);
  expect(JSON.stringify(answer.mcp.transformedGatewayResponse)).toContain('input cannot be checked in time');
});
