import { interceptAnswer } from '../../../lib/local/interceptors/intercept-answer';

const event = (id: unknown, text: string) =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? { method: 'notifications/progress' } : { id }), text })}\n\n`;
const stream = (...events: string[]) =>
  new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } });
const mask = async (message: object) => ({ ...message, text: 'masked' });

test('F05: of a stream every event that answers a request is intercepted', async () => {
  const answer = stream(event(undefined, 'half'), event(1, 'first'), event(1, 'second secret'));
  const text = await (await interceptAnswer(answer, mask))!.text();

  expect(text.match(/masked/g)).toHaveLength(2);
  expect(text).not.toContain('secret');
  expect(text).toContain('half');
});

test('F05, the twin: what intercepts the first event only lets the second through', async () => {
  let seen = 0;
  const first = async (message: object) => (seen++ === 0 ? mask(message) : { ...message });
  const text = await (await interceptAnswer(stream(event(1, 'first'), event(1, 'second secret')), first))!.text();

  expect(text).toContain('secret');
});

test('one event that is not let through ends the whole answer', async () => {
  const answer = stream(event(1, 'first'), event(1, 'second'));

  expect(await interceptAnswer(answer, async (message) => ('text' in message ? undefined : message))).toBeUndefined();
});

test('an answer of JSON is intercepted as a whole, one without a body is none', async () => {
  const json = await interceptAnswer(Response.json({ id: 1, text: 'secret' }, { status: 400 }), mask);

  expect([json!.status, await json!.json()]).toEqual([400, { id: 1, text: 'masked' }]);
  expect((await interceptAnswer(new Response(null, { status: 202 }), mask))!.status).toBe(202);
});
