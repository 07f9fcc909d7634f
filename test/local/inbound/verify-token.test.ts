import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { decodeJwt, exportJWK, exportSPKI, generateKeyPair, importJWK, type JSONWebKeySet, SignJWT } from 'jose';
import { keySetOf, type TokenVerdict, verifyToken } from '../../../lib/local/inbound/verify-token';
import { TokenIssuer, type TokenRecipe } from '../../../lib/local/issuer/token-issuer';
import type { JwtAuthorizer } from '../../../lib/local/model/authorizer-model';

const AUTHORIZER: JwtAuthorizer = {
  discoveryUrl: '',
  allowedClients: ['good'],
  allowedScopes: ['shop/read', 'shop/write'],
  advertisedScopes: {},
  customClaims: [{ name: 'token_use', valueType: 'STRING', operator: 'EQUALS', value: 'access' }],
};

let issuer: TokenIssuer;
let keySet: JSONWebKeySet;
beforeAll(async () => {
  issuer = await TokenIssuer.create('http://127.0.0.1:1', 'pool', []);
  keySet = issuer.keySet;
});

const recipe = (more: Partial<TokenRecipe> = {}): TokenRecipe => ({ clientId: 'good', scopes: ['shop/read'], ...more });

async function verdictOn(token: string | undefined, authorizer: JwtAuthorizer = AUTHORIZER): Promise<TokenVerdict> {
  const authorization = token === undefined ? undefined : `Bearer ${token}`;
  return verifyToken(authorization, authorizer, issuer.issuer, keySetOf(keySet));
}

const minted = async (more: Partial<TokenRecipe>, authorizer?: JwtAuthorizer) =>
  verdictOn(await issuer.mint(recipe(more)), authorizer);

const encode = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

test('a token of an allowed client with one of the scopes is accepted', async () => {
  expect(await minted({})).toMatchObject({ ok: true, claims: { client_id: 'good', scope: 'shop/read' } });
});

describe('the times', () => {
  const now = () => Math.floor(Date.now() / 1000);

  test.each([
    ['expired a second ago', () => ({ lifetimeSeconds: -1 }), 'has expired'],
    ['expired an hour ago', () => ({ lifetimeSeconds: -3600 }), 'has expired'],
    ['without exp', () => ({ claims: { exp: undefined } }), 'exp is missing'],
    ['with exp as text', () => ({ claims: { exp: '9999999999' } }), 'exp'],
    ['valid only later', () => ({ claims: { nbf: now() + 60 } }), 'nbf'],
    ['issued in the future', () => ({ claims: { iat: now() + 60 } }), 'iat is in the future'],
  ])('a token %s is 401', async (_what, more, reason) => {
    expect(await minted(more())).toMatchObject({
      ok: false,
      status: 401,
      error: 'invalid_token',
      reason: expect.stringContaining(reason),
    });
  });

  test('a token that expires in a second is accepted: there is no tolerance either way', async () => {
    expect(await minted({ lifetimeSeconds: 2 })).toMatchObject({ ok: true });
  });
});

describe('the issuer', () => {
  test.each(['http://127.0.0.1:1/other', 'http://127.0.0.1:1/pool/', 'https://127.0.0.1:1/pool', ''])(
    'of another name (%s) is 403 insufficient_scope, as observed at the service',
    async (other) => {
      expect(await minted({ issuer: other })).toMatchObject({ ok: false, status: 403, error: 'insufficient_scope' });
    },
  );

  test('with another key is 401', async () => {
    expect(await minted({ foreignKey: true })).toMatchObject({
      ok: false,
      status: 401,
      reason: 'the signature is wrong',
    });
  });
});

describe('the signature', () => {
  const parts = async () => (await issuer.mint(recipe())).split('.') as [string, string, string];

  test('HS256 with the public key as secret is 401', async () => {
    const jwk = keySet.keys[0]!;
    const pem = await exportSPKI((await importJWK(jwk, 'RS256')) as never);
    const [, payload] = await parts();
    const head = `${encode({ alg: 'HS256', kid: jwk.kid })}.${payload}`;
    const token = `${head}.${createHmac('sha256', pem).update(head).digest('base64url')}`;

    expect(await verdictOn(token)).toMatchObject({ ok: false, status: 401 });
  });

  test('a key in the header is ignored', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [, payload] = await parts();
    const head = `${encode({ alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) })}.${payload}`;
    const signature = createSign('RSA-SHA256').update(head).sign(privateKey).toString('base64url');

    expect(await verdictOn(`${head}.${signature}`)).toMatchObject({ ok: false, status: 401 });
  });

  test.each([
    ['RS256', 'RS256', true],
    ['PS256', 'RS256', false],
    ['RS384', 'RS256', false],
    ['ES256', 'ES256', false],
  ])('a right signature of %s under a key without alg', async (alg, family, ok) => {
    const { publicKey, privateKey } = await generateKeyPair(family, { extractable: true });
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] };
    const key = await importJWK(await exportJWK(privateKey), alg);
    const claims = decodeJwt(await issuer.mint(recipe()));
    const token = await new SignJWT(claims).setProtectedHeader({ alg, kid: 'k' }).sign(key);

    expect(await verifyToken(`Bearer ${token}`, AUTHORIZER, issuer.issuer, keySetOf(keys))).toMatchObject({ ok });
  });

  test.each([
    ['alg none', { alg: 'none' }],
    ['alg NONE', { alg: 'NONE' }],
    ['PS256', { alg: 'PS256' }],
    ['ES256', { alg: 'ES256' }],
    ['an unknown kid', { alg: 'RS256', kid: randomUUID() }],
    ['a path as kid', { alg: 'RS256', kid: '../../dev/null' }],
    ['a URL as jku', { alg: 'RS256', kid: 'x', jku: 'https://attacker.example/jwks.json' }],
    ['a long kid', { alg: 'RS256', kid: 'k'.repeat(10_000) }],
  ])('%s in the header is 401', async (_what, header) => {
    const [, payload, signature] = await parts();

    expect(await verdictOn(`${encode(header)}.${payload}.${signature}`)).toMatchObject({ ok: false, status: 401 });
    expect(await verdictOn(`${encode(header)}.${payload}.`)).toMatchObject({ ok: false, status: 401 });
  });

  test.each([
    ['an unknown critical extension', { crit: ['exp2'], exp2: true }],
    ['an unencoded payload', { crit: ['b64'], b64: false }],
  ])('%s is 401', async (_what, header) => {
    const token = await issuer.mint(recipe({ header })).catch(() => undefined);
    const [, payload, signature] = await parts();

    expect(
      await verdictOn(
        token ?? `${encode({ alg: 'RS256', kid: keySet.keys[0]!.kid, ...header })}.${payload}.${signature}`,
      ),
    ).toMatchObject({
      ok: false,
      status: 401,
    });
  });

  test.each([
    ['no signature', (h: string, p: string) => `${h}.${p}.`],
    ['two parts', (h: string, p: string) => `${h}.${p}`],
    ['a cut signature', (h: string, p: string, s: string) => `${h}.${p}.${s.slice(0, -8)}`],
    ['padding', (h: string, p: string, s: string) => `${h}.${p}.${s}=`],
    ['white space', (h: string, p: string, s: string) => `${h}.${p}. ${s}`],
    [
      'other last bits',
      (h: string, p: string, s: string) => `${h}.${p}.${s.slice(0, -1)}${s.endsWith('A') ? 'B' : 'A'}`,
    ],
    ['five parts', (h: string, p: string, s: string) => `${h}.${p}.${s}.${s}.${s}`],
    ['other claims', (h: string, _p: string, s: string) => `${h}.${encode({ client_id: 'good' })}.${s}`],
  ])('%s is 401', async (_what, damage) => {
    expect(await verdictOn(damage(...(await parts())))).toMatchObject({ ok: false, status: 401 });
  });

  test('the same signature in other last bits would decode to the same bytes, and is refused all the same', async () => {
    const [head, payload, signature] = await parts();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = `${signature.slice(0, -1)}${alphabet[alphabet.indexOf(signature.at(-1)!) + 1]}`;

    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    expect(await verdictOn(`${head}.${payload}.${twin}`)).toMatchObject({
      ok: false,
      status: 401,
      reason: expect.stringContaining('canonical'),
    });
  });
});

test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dTpw', 'bearer  a.b.c', 'Bearer a.b.c, Bearer d.e.f'])(
  'the header %p is 401',
  async (authorization) => {
    expect(await verifyToken(authorization, AUTHORIZER, issuer.issuer, keySetOf(keySet))).toMatchObject({
      ok: false,
      status: 401,
    });
  },
);

describe('what the template configures', () => {
  test.each([
    ['another client', { clientId: 'other' }, 401],
    ['no client', { claims: { client_id: undefined } }, 401],
    ['the client in azp', { claims: { client_id: undefined, azp: 'good' } }, 401],
    ['an ID token', { claims: { token_use: 'id' } }, 401],
    ['token_use as a list', { claims: { token_use: ['access'] } }, 401],
    ['token_use with a space', { claims: { token_use: 'access ' } }, 401],
    ['no scope', { scopes: [] }, 403],
    ['a longer scope', { scopes: ['shop/read-only'] }, 403],
    ['a scope with a prefix', { scopes: ['xshop/read'] }, 403],
    ['a scope in capitals', { scopes: ['SHOP/READ'] }, 403],
    ['scopes separated by a tab', { claims: { scope: 'x\tshop/read' } }, 403],
    ['scopes separated by a no-break space', { claims: { scope: 'x\u00a0shop/read' } }, 403],
  ])('%s is refused', async (_what, more, status) => {
    const error = status === 401 ? 'invalid_token' : 'insufficient_scope';

    expect(await minted(more)).toMatchObject({ ok: false, status, error });
  });

  test('one of several scopes is enough', async () => {
    expect(await minted({ scopes: ['other', 'shop/write'] })).toMatchObject({ ok: true });
  });

  test('what is not configured is not checked', async () => {
    const nothing: JwtAuthorizer = { discoveryUrl: '', advertisedScopes: {}, customClaims: [] };

    expect(await minted({ clientId: 'anyone', scopes: [] }, nothing)).toMatchObject({ ok: true });
  });

  const audience = { ...AUTHORIZER, allowedAudience: ['api'] };

  test.each([
    ['text', 'api', true],
    ['a list', ['x', 'api'], true],
    ['another', 'other', false],
    ['missing, as in access tokens of Cognito', undefined, false],
    ['an object', { api: 1 }, false],
  ])('aud that is %s', async (_what, aud, ok) => {
    expect(await minted({ claims: { aud } }, audience)).toMatchObject({ ok });
  });

  const groups = (operator: string, value: string | string[]): JwtAuthorizer => ({
    ...AUTHORIZER,
    customClaims: [{ name: 'groups', valueType: 'STRING_ARRAY', operator, value }],
  });

  test.each([
    ['CONTAINS', 'a', ['a', 'b'], true],
    ['CONTAINS', 'a', ['ab'], false],
    ['CONTAINS', 'a', 'a', false],
    ['CONTAINS', 'a', undefined, false],
    ['CONTAINS_ANY', ['a', 'c'], ['c'], true],
    ['CONTAINS_ANY', ['a', 'c'], ['d'], false],
    ['EQUALS', 'a', ['a'], false],
    ['MATCHES', 'a', ['a'], false],
  ])('custom claim %s %p on %p', async (operator, value, claim, ok) => {
    expect(await minted({ claims: { groups: claim } }, groups(operator, value))).toMatchObject({ ok });
  });
});
