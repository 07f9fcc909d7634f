import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { type Answer, type Arrival, Peer } from '../../../examples/outbound/local/peer';
import type { OAuth2ProviderModel, OAuthGrant } from '../../../lib/local/model/credential-model';
import { Routes } from '../../../lib/local/outbound/routes';
import { TokenClient } from '../../../lib/local/outbound/token-client';
import { Vault, type VaultValues } from '../../../lib/local/outbound/vault';

const LOGIN = 'https://login.example';
const SECRET = 'planted-marker 5f0c/+';
let issued = 0;
const honest = (): Answer => ({ body: { access_token: `token-${++issued}`, token_type: 'Bearer', expires_in: 300 } });
let answer: (request: Arrival) => Answer = honest;
let peer: Peer;
beforeAll(async () => {
  peer = await Peer.start((request) => answer(request));
});
beforeEach(() => {
  answer = honest;
  issued = 0;
});
afterAll(() => peer.close());

const PROVIDER: OAuth2ProviderModel = {
  arn: 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:token-vault/default/oauth2credentialprovider/login',
  name: 'login',
  clientId: 'desk',
  authentication: 'CLIENT_SECRET_BASIC',
  tokenEndpoint: `${LOGIN}/token`,
};
const GRANT: OAuthGrant = { type: 'TOKEN_EXCHANGE', scopes: ['a', 'b'], parameters: { audience: 'api' } };
const clientOf = (values: VaultValues[string] = { clientSecret: SECRET }, endpoints = {}) =>
  new TokenClient(new Routes({ [LOGIN]: peer.origin }), Vault.open({ login: values }, {}), endpoints);
const last = () => {
  const { headers, body, url } = peer.arrivals.at(-1)!;
  return { url, authorization: headers.authorization, form: Object.fromEntries(new URLSearchParams(body)) };
};

test('client credentials with a secret in the header', async () => {
  expect(await clientOf().clientCredentials(PROVIDER, GRANT)).toBe('token-1');

  const { authorization, form } = last();
  expect(Buffer.from(authorization!.slice(6), 'base64').toString()).toBe('desk:planted-marker+5f0c%2F%2B');
  expect(form).toEqual({ grant_type: 'client_credentials', audience: 'api', scope: 'a b' });
});

test('a secret in the body', async () => {
  await clientOf().clientCredentials({ ...PROVIDER, authentication: 'CLIENT_SECRET_POST' }, GRANT);

  expect(last()).toMatchObject({ authorization: undefined, form: { client_id: 'desk', client_secret: SECRET } });
});

test.each([
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
] as const)('an assertion signed with %s', async (algorithm, { publicKey, privateKey }) => {
  const signing = { keyArn: 'k', algorithm, header: { kid: 'k-1' }, payload: { tenant: 't-1' } };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  await clientOf({ privateKey: pem }).clientCredentials(
    { ...PROVIDER, authentication: 'PRIVATE_KEY_JWT', signing },
    GRANT,
  );

  const { client_assertion: assertion, client_assertion_type: type } = last().form;
  expect(type).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  expect(decodeProtectedHeader(assertion!)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k-1' });
  const { payload } = await jwtVerify(assertion!, publicKey, {
    audience: `${LOGIN}/token`,
    issuer: 'desk',
    subject: 'desk',
  });
  expect(payload).toMatchObject({ tenant: 't-1' });
  expect(payload.exp! - payload.iat!).toBe(60);
});

test('an identity token of AWS, from the vault', async () => {
  const provider = { ...PROVIDER, authentication: 'AWS_IAM_ID_TOKEN_JWT' };
  await clientOf({ identityToken: 'id-token' }).clientCredentials(provider, GRANT);

  expect(last().form).toMatchObject({ client_assertion: 'id-token' });
});

test('an exchange (RFC 8693) names the caller and the actor', async () => {
  const onBehalfOf = { grantType: 'TOKEN_EXCHANGE', actor: 'M2M', actorScopes: ['act'] };
  expect(await clientOf().exchange({ ...PROVIDER, onBehalfOf }, GRANT, 'token of alice')).toBe('token-2');

  expect(last().form).toEqual({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: 'token of alice',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    actor_token: 'token-1',
    actor_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: 'api',
    scope: 'a b',
  });
});

test('the JWT authorization grant (RFC 7523)', async () => {
  const onBehalfOf = { grantType: 'JWT_AUTHORIZATION_GRANT', actor: 'NONE', actorScopes: [] };
  await clientOf().exchange({ ...PROVIDER, onBehalfOf }, GRANT, 'token of alice');

  expect(last().form).toMatchObject({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: 'token of alice',
    requested_token_use: 'on_behalf_of',
  });
});

test.each(['grant_type', 'subject_token', 'client_id', 'scope'])(
  'a custom parameter cannot be %s; one that the request does not have passes',
  async (name) => {
    const asked = peer.arrivals.length;
    const exchange = (parameters: OAuthGrant['parameters']) =>
      clientOf().exchange(PROVIDER, { ...GRANT, parameters }, 'token of alice');

    await expect(exchange({ [name]: 'of mallory' })).rejects.toThrow(
      `the parameter ${name} belongs to the token request itself`,
    );
    expect(peer.arrivals).toHaveLength(asked);
    await exchange({ resource: 'of mallory' });
    expect(last().form).toMatchObject({ subject_token: 'token of alice', resource: 'of mallory' });
  },
);

test('a token is kept until it expires, and for its caller alone', async () => {
  const client = clientOf();
  const exchanged = (token: string) => client.exchange(PROVIDER, GRANT, token);

  expect([await exchanged('alice'), await exchanged('alice'), await exchanged('bob')]).toEqual([
    'token-1',
    'token-1',
    'token-2',
  ]);
  expect(await client.clientCredentials(PROVIDER, GRANT)).toBe('token-3');
  answer = () => ({ body: { access_token: `short-${++issued}`, expires_in: 30 } });
  const other = { ...GRANT, scopes: ['c'] };
  expect(await client.clientCredentials(PROVIDER, other)).not.toBe(await client.clientCredentials(PROVIDER, other));
});

test('the endpoint comes from the discovery document, or from the options before everything else', async () => {
  const provider = { ...PROVIDER, tokenEndpoint: undefined, discoveryUrl: `${LOGIN}/.well-known/openid-configuration` };
  answer = ({ url }) => (url.startsWith('/.well-known') ? { body: { token_endpoint: `${LOGIN}/found` } } : honest());
  await clientOf().clientCredentials(provider, GRANT);
  expect(last().url).toBe('/found');

  await clientOf(undefined, { login: `${LOGIN}/given` }).clientCredentials(provider, GRANT);
  expect(last().url).toBe('/given');
});

describe('what goes wrong is said without any value', () => {
  const messageOf = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => new Error('nothing went wrong'),
      (reason: Error) => reason,
    );
    expect(error.message).not.toContain(SECRET);
    return error.message;
  };
  const refused = (reply: Answer) => {
    answer = () => reply;
    return messageOf(clientOf().clientCredentials(PROVIDER, GRANT));
  };

  test.each<[string, Answer]>([
    ['answers 400 invalid_scope', { status: 400, body: { error: 'invalid_scope', error_description: SECRET } }],
    ['answers 400', { status: 400, body: { error: `${SECRET}` } }],
    ['answers 500', { status: 500, body: SECRET }],
    ['answers 200', { body: { token: SECRET } }],
  ])('the endpoint %s', async (fragment, reply) => {
    expect(await refused(reply)).toMatch(new RegExp(`^the token endpoint of login ${fragment}$`));
  });

  test('the vault lacks the value', async () => {
    expect(await messageOf(clientOf({}).clientCredentials(PROVIDER, GRANT))).toContain(
      'the vault has no clientSecret of login. Put { "login": { "clientSecret": … } }',
    );
  });

  test('the key is no key', async () => {
    const provider = { ...PROVIDER, authentication: 'PRIVATE_KEY_JWT' };
    expect(await messageOf(clientOf({ privateKey: SECRET }).clientCredentials(provider, GRANT))).toBe(
      'the privateKey of login in the vault is no PEM key for ES256',
    );
  });

  test('nothing says the endpoint, or its host is not named', async () => {
    const nowhere = { ...PROVIDER, tokenEndpoint: undefined };
    expect(await messageOf(clientOf().clientCredentials(nowhere, GRANT))).toContain('--token-endpoint login=…');
    const elsewhere = { ...PROVIDER, tokenEndpoint: 'https://other.example/token' };
    expect(await messageOf(clientOf().clientCredentials(elsewhere, GRANT))).toContain(
      '--forward https://other.example=',
    );
  });
});

test('assertions of two requests differ', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const client = clientOf({ privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string });
  const provider = { ...PROVIDER, authentication: 'PRIVATE_KEY_JWT' };
  const ids = [];
  for (const scope of ['a', 'b']) {
    await client.clientCredentials(provider, { ...GRANT, scopes: [scope] });
    ids.push(decodeJwt(last().form.client_assertion!).jti);
  }

  expect(ids[0]).not.toBe(ids[1]);
});
