import { type Answer, type Arrival, Peer } from '../../examples/outbound/local/peer';
import type { Caller } from '../../lib/runtime/caller';

const MARKER = 'planted-marker-5f0c';
let peer: Peer;
let answer: (request: Arrival) => Answer;
let count = 0;
const before = { ...process.env };

beforeAll(async () => {
  peer = await Peer.start((request) => answer(request));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: peer.origin,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  process.env = before;
  await peer.close();
});

const honest = ({ url }: Arrival): Answer => {
  if (url.startsWith('/identities/GetWorkload')) return { body: { workloadAccessToken: 'workload-token' } };
  count += 1;
  return url === '/identities/api-key'
    ? { body: { apiKey: `key-${count}` } }
    : { body: { accessToken: `token-${count}` } };
};
const jwt = (exp: number) => `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.s`;
const seconds = () => Math.floor(Date.now() / 1000);

/** A fresh module, as in a new process, with a configuration. */
function load(configuration?: object) {
  if (configuration === undefined) delete process.env.OUTBOUND;
  else process.env.OUTBOUND = JSON.stringify({ workload: 'w', provider: 'p', ...configuration });
  let loaded: typeof import('../../lib/runtime') | undefined;
  jest.isolateModules(() => {
    loaded = require('../../lib/runtime');
  });
  return loaded!.outboundCredential;
}

/** Of the same process. */
function loadWithCallers(configuration: object) {
  process.env.OUTBOUND = JSON.stringify({ workload: 'w', provider: 'p', ...configuration });
  let loaded: typeof import('../../lib/runtime') | undefined;
  jest.isolateModules(() => {
    loaded = require('../../lib/runtime');
  });
  const callerWith = (token?: string): Caller =>
    loaded!.callerOf({
      clientContext: {
        custom: {
          bedrockAgentCoreGatewayId: 'g',
          bedrockAgentCoreTargetId: 't',
          bedrockAgentCoreToolName: 'a___a',
          bedrockAgentCorePropagatedHeaders:
            token === undefined ? {} : { 'X-Secure-Mcp-Caller-Token': token, 'x-trace': 't-1' },
        },
      },
    })!;
  return { credential: loaded!.outboundCredential, callerWith };
}
const SELF = { kind: 'clientCredentials', scopes: ['a', 'b'], parameters: { audience: 'x' } };
const calls = (from = 0) => peer.arrivals.slice(from).map(({ url, body }) => [url, JSON.parse(body)]);
beforeEach(() => {
  answer = honest;
  count = 0;
});

test('an API key', async () => {
  const from = peer.arrivals.length;

  expect(await load({ kind: 'apiKey' })()).toBe('key-1');
  expect(calls(from)).toEqual([
    ['/identities/GetWorkloadAccessToken', { workloadName: 'w' }],
    ['/identities/api-key', { workloadIdentityToken: 'workload-token', resourceCredentialProviderName: 'p' }],
  ]);
});

test('a credential whose end is not known is kept for a minute', async () => {
  const [credential, from, now] = [load({ kind: 'apiKey' }), peer.arrivals.length, Date.now()];
  const after = (seconds: number) => {
    jest.spyOn(Date, 'now').mockReturnValue(now + seconds * 1000);
    return credential();
  };

  expect(await after(0)).toBe('key-1');
  expect(await after(59)).toBe('key-1');
  expect(calls(from)).toHaveLength(2);
  expect(await after(61)).toBe('key-2');
  expect(calls(from)).toHaveLength(4);
});

test('a token that says when it ends is kept until half a minute before', async () => {
  const [credential, now] = [load(SELF), Date.now()];
  const until = (exp: number) => {
    answer = (request) =>
      request.url.startsWith('/identities/Get') ? honest(request) : { body: { accessToken: jwt(exp) } };
  };
  const after = (sec: number) => {
    jest.spyOn(Date, 'now').mockReturnValue(now + sec * 1000);
    return credential();
  };
  const ends = Math.floor(now / 1000) + 3600;
  until(ends);
  const first = await after(0);
  until(ends + 3600);

  expect(await after(3568)).toBe(first);
  expect(await after(3571)).not.toBe(first);
});

test('a token for the tool itself', async () => {
  const from = peer.arrivals.length;

  expect(await load(SELF)()).toBe('token-1');
  expect(calls(from)[1]).toEqual([
    '/identities/oauth2/token',
    {
      workloadIdentityToken: 'workload-token',
      resourceCredentialProviderName: 'p',
      oauth2Flow: 'M2M',
      scopes: ['a', 'b'],
      customParameters: { audience: 'x' },
    },
  ]);
});

test('a token for the caller, and for no other', async () => {
  const { credential, callerWith } = loadWithCallers({ kind: 'onBehalfOf', scopes: ['a'] });
  const from = peer.arrivals.length;

  expect(await credential(callerWith('token of alice'))).toBe('token-1');
  expect(await credential(callerWith('token of bob'))).toBe('token-2');
  expect(await credential(callerWith('token of alice'))).toBe('token-1');
  expect(calls(from)[0]).toEqual([
    '/identities/GetWorkloadAccessTokenForJWT',
    { workloadName: 'w', userToken: 'token of alice' },
  ]);
  expect(calls(from)[1]![1]).toMatchObject({ oauth2Flow: 'ON_BEHALF_OF_TOKEN_EXCHANGE' });
});

test('a caller that is logged shows no token', () => {
  const { callerWith } = loadWithCallers({ kind: 'onBehalfOf', scopes: ['a'] });

  expect(JSON.stringify(callerWith('token of alice'))).not.toContain('token of alice');
  expect(callerWith('token of alice').headers).toEqual({ 'x-trace': 't-1' });
});

test('without the token of a caller there is none on behalf of one', async () => {
  const { credential, callerWith } = loadWithCallers({ kind: 'onBehalfOf', scopes: ['a'] });
  const from = peer.arrivals.length;

  await expect(credential(callerWith())).rejects.toThrow("the caller's token did not arrive");
  await expect(credential()).rejects.toThrow('needs an interceptor with verifyCaller');
  expect(calls(from)).toEqual([]);
});

test('a token is kept until it expires, and asked for anew when that is demanded', async () => {
  const credential = load(SELF);
  const until = (exp: number) => {
    answer = (request) =>
      request.url.startsWith('/identities/Get') ? honest(request) : { body: { accessToken: jwt(exp) } };
  };
  until(seconds() + 3600);
  const first = await credential();
  until(seconds() + 10);
  expect(await credential()).toBe(first);

  const from = peer.arrivals.length;
  const second = await credential(undefined, { renew: true });
  expect(second).not.toBe(first);
  expect(calls(from)[1]![1]).toMatchObject({ forceAuthentication: true });
  // It ends in ten seconds, which is too soon to start a call with it.
  until(seconds() + 7200);
  expect(await credential()).not.toBe(second);
});

test('one retry for what may pass, none for what does not, and no value in the error', async () => {
  const credential = load(SELF);
  const fail = (status: number, type: string) => {
    answer = () => ({ status, headers: { 'x-amzn-errortype': type }, body: { message: `${MARKER} is not allowed` } });
  };
  const errorOf = async () => {
    const error = await credential().then(
      () => new Error(''),
      (reason: Error) => reason,
    );
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(MARKER);
    return error.message;
  };
  let from = peer.arrivals.length;
  fail(403, 'AccessDeniedException');
  expect(await errorOf()).toBe(
    'AgentCore Identity refused the identity w: AccessDeniedException. Look at the role of the tool and at the provider',
  );
  expect(calls(from)).toHaveLength(1);

  from = peer.arrivals.length;
  fail(500, 'InternalServerException');
  expect(await errorOf()).toContain('failed at the identity w: InternalServerException. Try again');
  expect(calls(from)).toHaveLength(2);

  const { AWS_ENDPOINT_URL } = process.env;
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
  try {
    await expect(load(SELF)()).rejects.toThrow(/was not reached for the identity w: .*Look at the network of the tool/);
  } finally {
    process.env.AWS_ENDPOINT_URL = AWS_ENDPOINT_URL;
  }
});

test('an answer without a credential is an error, and so is a tool without a declaration', async () => {
  answer = (request) =>
    request.url.startsWith('/identities/Get') ? honest(request) : { body: { authorizationUrl: 'https://x' } };
  await expect(load(SELF)()).rejects.toThrow('AgentCore Identity gave no credential of p');
  await expect(load()()).rejects.toThrow('this tool declares no outbound');
});
