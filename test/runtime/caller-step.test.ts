import { type CallerWish, decodeCaller, HEADER_MAX } from '../../lib/protocol/caller-header';
import { callerHeaders } from '../../lib/runtime/interceptors/caller-step';
import type { VerifiedCaller } from '../../lib/runtime/interceptors/step';

const CALLER: VerifiedCaller = { subject: 'alice', clientId: 'c', scopes: ['a'], claims: { tenant: 'acme' } };
const run = (wish: CallerWish, caller: VerifiedCaller | undefined, token: string | undefined = 'a.b.c') =>
  callerHeaders({ a___b: wish }).run({
    message: {},
    call: { name: 'a___b', arguments: {} },
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    caller,
  });

test('facts for a tool that asks for them, the token for one that asks for that', () => {
  const { headers } = run({ claims: ['tenant'] }, CALLER) as never as { headers: { [name: string]: string } };

  expect(decodeCaller(headers['x-secure-mcp-caller'], ['tenant'])).toEqual(CALLER);
  expect(run({ token: true }, CALLER)).toEqual({
    verdict: 'proceed',
    headers: { 'x-secure-mcp-caller-token': 'a.b.c' },
  });
});

test('a long subject is nothing to a tool that asks for the token alone', () => {
  const long = { ...CALLER, subject: 'x'.repeat(HEADER_MAX) };

  expect(run({ token: true }, long)).toMatchObject({ verdict: 'proceed' });
  expect(run({ claims: [] }, long)).toMatchObject({ verdict: 'refuse', reason: expect.stringContaining('too long') });
});

test('a token that the service would not pass on is refused, with the reason', () => {
  expect(run({ token: true }, CALLER, 'x'.repeat(HEADER_MAX + 1))).toMatchObject({
    verdict: 'refuse',
    reason: 'the token is too long for this tool',
  });
  expect(run({ token: true }, CALLER, 'x'.repeat(HEADER_MAX))).toMatchObject({ verdict: 'proceed' });
});

test('without a verified caller, or without a token, the call ends', () => {
  expect(run({ token: true }, undefined)).toMatchObject({ verdict: 'refuse' });
  expect(run({ token: true }, CALLER, '')).toMatchObject({ verdict: 'refuse' });
});
