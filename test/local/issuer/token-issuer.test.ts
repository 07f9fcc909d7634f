import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { OAuthClient } from '../../../lib/local/issuer/oauth-clients';
import { TokenIssuer } from '../../../lib/local/issuer/token-issuer';

const machine: OAuthClient = {
  name: 'machine',
  poolId: 'pool',
  clientId: 'machine',
  clientSecret: 's3cret/+',
  flows: ['client_credentials'],
  scopes: ['shop/read', 'shop/write', 'openid'],
  redirectUris: [],
  accessTokenSeconds: 900,
};
const person: OAuthClient = {
  ...machine,
  name: 'person',
  clientId: 'person',
  clientSecret: undefined,
  flows: ['code'],
  redirectUris: ['http://127.0.0.1:9/callback'],
};

let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await TokenIssuer.create('http://127.0.0.1:1', 'pool', [machine, person], ['shop/read']);
});

const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
const credentials = basic('machine', machine.clientSecret!);

const ask = (form: Record<string, string>, authorization?: string) =>
  issuer.token(new URLSearchParams({ grant_type: 'client_credentials', ...form }), authorization);

describe('client credentials', () => {
  test('give a token of the shape of a Cognito access token: no aud, no typ', async () => {
    const { status, body } = await ask({ scope: 'shop/read' }, credentials);
    const token = String(body.access_token);

    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    expect(Object.keys(decodeProtectedHeader(token)).sort()).toEqual(['alg', 'kid']);
    expect(decodeJwt(token)).toEqual({
      sub: 'machine',
      client_id: 'machine',
      token_use: 'access',
      scope: 'shop/read',
      version: 2,
      iss: 'http://127.0.0.1:1/pool',
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    });
  });

  test('in the form do as well as in the header', async () => {
    expect(await ask({ client_id: 'machine', client_secret: machine.clientSecret! })).toMatchObject({ status: 200 });
  });

  test('without a scope give all custom scopes of the client', async () => {
    const { body } = await ask({}, credentials);

    expect(decodeJwt(String(body.access_token)).scope).toBe('shop/read shop/write');
  });

  test.each([
    ['an unknown scope', { scope: 'shop/delete' }, 'invalid_scope'],
    ['one good and one unknown scope', { scope: 'shop/read shop/delete' }, 'invalid_scope'],
    ['a scope that is not of a resource server', { scope: 'openid' }, 'invalid_scope'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['a code that was never issued', { grant_type: 'authorization_code', code: 'x' }, 'invalid_grant'],
  ])('with %s are refused', async (_what, form, error) => {
    expect(await ask(form, credentials)).toMatchObject({ status: 400, body: { error } });
  });

  test.each([
    ['a wrong secret', basic('machine', 'wrong')],
    ['a longer secret', basic('machine', `${machine.clientSecret}x`)],
    ['an empty secret', basic('machine', '')],
    ['an unknown client', basic('nobody', 'x')],
    ['a public client with a secret', basic('person', 'x')],
    ['nothing', undefined],
    ['garbage', 'Basic %%%'],
  ])('with %s are 401 invalid_client', async (_what, authorization) => {
    expect(await ask({}, authorization)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test('are nothing for a client without secret', async () => {
    expect(await ask({ client_id: 'person' })).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
  });
});

describe('authorization code', () => {
  const verifier = 'v'.repeat(43);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const query = {
    response_type: 'code',
    client_id: 'person',
    redirect_uri: person.redirectUris[0]!,
    state: 'st',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    login_hint: 'ann',
    scope: 'shop/read',
  };
  const authorize = (more: Record<string, string | undefined> = {}) => {
    const all = Object.entries({ ...query, ...more }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return issuer.authorize(new URLSearchParams(all));
  };
  const redirected = (answer: ReturnType<typeof authorize>) =>
    Object.fromEntries(new URL('redirect' in answer ? answer.redirect : 'none:').searchParams);
  const exchange = (code: string, more: Record<string, string> = {}) =>
    ask({
      grant_type: 'authorization_code',
      client_id: 'person',
      redirect_uri: query.redirect_uri,
      code,
      code_verifier: verifier,
      ...more,
    });

  test('with PKCE gives a token of the user, once', async () => {
    const { code, state } = redirected(authorize());
    const { body } = await exchange(code!);

    expect(state).toBe('st');
    expect(decodeJwt(String(body.access_token))).toMatchObject({
      sub: 'ann',
      username: 'ann',
      client_id: 'person',
      scope: 'shop/read',
    });
    expect(await exchange(code!)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }],
    ['no verifier', { code_verifier: '' }],
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:9/other' }],
  ])('with %s is refused', async (_what, more) => {
    const { code } = redirected(authorize());

    expect(await exchange(code!, more)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['another path', { redirect_uri: 'http://127.0.0.1:9/callback/more' }],
    ['another host', { redirect_uri: 'http://127.0.0.1.evil.example:9/callback' }],
    ['a fragment', { redirect_uri: 'http://127.0.0.1:9/callback#x' }],
    ['user information', { redirect_uri: 'http://127.0.0.1:9@evil.example/callback' }],
  ])('for %s is no redirect', (_what, more) => {
    expect(authorize(more)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test.each([
    ['no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a scope of others', { scope: 'shop/delete' }, 'invalid_scope'],
    ['a token at once', { response_type: 'token' }, 'unsupported_response_type'],
  ])('with %s is refused by redirect', (_what, more, error) => {
    expect(redirected(authorize(more))).toMatchObject({ error, state: 'st' });
  });

  test('is not for a client without that flow', () => {
    const both = { ...machine, redirectUris: person.redirectUris };
    return TokenIssuer.create('http://127.0.0.1:1', 'pool', [both]).then((other) => {
      const answer = other.authorize(new URLSearchParams({ ...query, client_id: 'machine' }));
      expect(redirected(answer)).toMatchObject({ error: 'unauthorized_client' });
    });
  });
});

test('every issuer has a key of its own', async () => {
  const other = await TokenIssuer.create('http://127.0.0.1:1', 'pool', []);

  expect(other.keySet.keys[0]!.n).not.toBe(issuer.keySet.keys[0]!.n);
  expect(JSON.stringify(issuer.keySet)).not.toMatch(/"d":/);
});
