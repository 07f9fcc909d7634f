import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { verifyBearer } from '../../lib/runtime/interceptors/verify-bearer';

interface Keys {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

let server: Server;
let origin: string;
let issuer: string;
let discovery: string;
let good: Keys;
let curve: Keys;
let foreign: Keys;
let requests: string[];
let small: KeyObject;
let keys: object[];

beforeAll(async () => {
  [good, curve, foreign] = await Promise.all([
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('RS256', { extractable: true }),
  ]);
  const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
  small = pair.privateKey;
  keys = [
    { ...(await exportJWK(good.publicKey)), kid: 'good', use: 'sig' },
    { ...(await exportJWK(curve.publicKey)), kid: 'curve' },
    { ...(await exportJWK(foreign.publicKey)), kid: 'for-encryption', use: 'enc' },
    { ...(await exportJWK(good.publicKey)), kid: 'to-sign', key_ops: ['sign'] },
    { ...(await exportJWK(good.publicKey)), kid: 'to-verify', key_ops: ['verify'] },
    { ...(await exportJWK(good.publicKey)), kid: 'rs256', alg: 'RS256' },
    { ...pair.publicKey.export({ format: 'jwk' }), kid: 'small' },
  ];
  requests = [];
  server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const tenant = path.split('/')[1];
    const documents: { [path: string]: object } = {
      [`/${tenant}/.well-known/openid-configuration`]: {
        issuer: `${origin}/${tenant === 'liar' ? 'pool' : tenant}`,
        jwks_uri: `${origin}/keys`,
      },
      '/keys': { keys },
    };
    if (tenant === 'redirected') response.writeHead(302, { location: `${origin}/pool${path.slice(11)}` }).end();
    else if (documents[path] === undefined) response.writeHead(404).end('{}');
    else response.writeHead(200).end(JSON.stringify(documents[path]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuer = `${origin}/pool`;
  discovery = `${issuer}/.well-known/openid-configuration`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Recipe {
  claims?: object;
  header?: object;
  key?: CryptoKey | Uint8Array;
}

function token({ claims = {}, header = {}, key }: Recipe = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: issuer, sub: 'u-1', client_id: 'c-1', token_use: 'access', exp: now + 60, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'good', ...header })
    .sign(key ?? good.privateKey);
}

const RULES = { claims: { token_use: 'access' } };
const verdictOn = async (text: string, rules: object = RULES, from = discovery) =>
  verifyBearer(`Bearer ${text}`, from, rules);

test('a good token names its caller', async () => {
  expect(await verdictOn(await token())).toMatchObject({
    ok: true,
    caller: { subject: 'u-1', clientId: 'c-1', claims: { token_use: 'access' } },
  });
});

test.each<[string, object, object, object]>([
  ['standard claims', { scope: 'a b' }, {}, { clientId: 'c-1', scopes: ['a', 'b'] }],
  ['scp, which the gateway reads where there is no scope', { scp: 'a b' }, {}, { scopes: ['a', 'b'] }],
  [
    'claims of the issuer',
    { cid: 'okta-1', scp: ['a', 'b'], scope: 'forged' },
    { clientClaim: 'cid', scopeClaim: 'scp' },
    { clientId: 'okta-1', scopes: ['a', 'b'] },
  ],
  ['no other claim for the client', {}, { clientClaim: 'azp' }, { clientId: undefined, scopes: [] }],
])('client and scopes stand in %s', async (_what, claims, more, caller) => {
  const verdict = await verdictOf(claims, more);

  expect({ clientId: undefined, ...(verdict as never as { caller: object }).caller }).toMatchObject(caller);
});
const verdictOf = async (claims: object, more: object) => verdictOn(await token({ claims }), { ...RULES, ...more });

test('tokens that are signed with PS256 or ES256 are good, too', async () => {
  const pss = (await importJWK(await exportJWK(good.privateKey), 'PS256')) as CryptoKey;
  const tokens = [
    await token({ header: { alg: 'PS256' }, key: pss }),
    await token({ header: { alg: 'ES256', kid: 'curve' }, key: curve.privateKey }),
  ];

  for (const each of tokens) expect(await verdictOn(each)).toMatchObject({ ok: true });
});

test('a key that is published with an algorithm is for no other, whatever the token says', async () => {
  const pss = (await importJWK(await exportJWK(good.privateKey), 'PS256')) as CryptoKey;
  const byPss = { header: { alg: 'PS256', kid: 'rs256' }, key: pss };

  expect(await verdictOn(await token({ header: { kid: 'rs256' } }))).toMatchObject({ ok: true });
  expect(await verdictOn(await token(byPss))).toMatchObject({
    ok: false,
    reason: expect.stringContaining('key of the issuer'),
  });
});

test('a key verifies if its operations say so', async () => {
  expect(await verdictOn(await token({ header: { kid: 'to-verify' } }))).toMatchObject({ ok: true });
  expect(await verdictOn(await token({ header: { kid: 'to-sign' } }))).toMatchObject({ ok: false });
});

test('a key of 1024 bits is no key, though the signature is right', async () => {
  const [, payload] = (await token()).split('.');
  const input = `${part({ alg: 'RS256', kid: 'small' })}.${payload}`;
  const signed = `${input}.${sign('sha256', Buffer.from(input), small).toString('base64url')}`;

  expect(await verdictOn(signed)).toMatchObject({ ok: false, reason: expect.stringContaining('key of the issuer') });
});

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');

test.each<[string, () => Promise<string>, string]>([
  ['a foreign key', () => token({ key: foreign.privateKey }), 'signature'],
  ['an unknown key', () => token({ header: { kid: 'other' } }), 'key of the issuer'],
  [
    'a key that is not for signatures',
    () => token({ header: { kid: 'for-encryption' }, key: foreign.privateKey }),
    'key of the issuer',
  ],
  ['a key of another family', () => token({ header: { kid: 'curve' } }), 'key of the issuer'],
  ['a key id of Object', () => token({ header: { kid: '__proto__' } }), 'key of the issuer'],
  ['no key id', () => token({ header: { kid: undefined } }), 'key of the issuer'],
  [
    'a symmetric algorithm',
    () => token({ header: { alg: 'HS256' }, key: new TextEncoder().encode('x'.repeat(32)) }),
    'signed in a way',
  ],
  ['no algorithm', async () => `${part({ alg: 'none' })}.${part({ iss: issuer })}.AAAA`, 'signed in a way'],
  [
    'an algorithm of Object',
    async () => `${part({ alg: 'constructor' })}.${part({ iss: issuer })}.AAAA`,
    'signed in a way',
  ],
  [
    'an extension that must be understood',
    async () => (await token()).replace(/^[^.]*/, part({ alg: 'RS256', kid: 'good', crit: ['b64'] })),
    'signed in a way',
  ],
  ['another issuer', () => token({ claims: { iss: `${origin}/other` } }), 'another issuer'],
  ['the issuer with a slash', () => token({ claims: { iss: `${issuer}/` } }), 'another issuer'],
  ['an expiry that has passed', () => token({ claims: { exp: Math.floor(Date.now() / 1000) - 1 } }), 'expired'],
  ['no expiry', () => token({ claims: { exp: undefined } }), 'expired'],
  ['an expiry of text', () => token({ claims: { exp: '9999999999' } }), 'expired'],
  ['a start in the future', () => token({ claims: { nbf: Math.floor(Date.now() / 1000) + 60 } }), 'not valid yet'],
  ['no subject', () => token({ claims: { sub: undefined } }), 'no subject'],
  ['the use of an ID token', () => token({ claims: { token_use: 'id' } }), 'claim token_use'],
  [
    'changed claims',
    async () => {
      const [head, , signature] = (await token()).split('.');
      return `${head}.${part({ iss: issuer, sub: 'admin', token_use: 'access', exp: 9_999_999_999 })}.${signature}`;
    },
    'signature',
  ],
  ['a signature of nothing', async () => `${(await token()).split('.').slice(0, 2).join('.')}.AA`, 'signature'],
  ['two parts', async () => (await token()).split('.').slice(0, 2).join('.'), 'malformed'],
])('a token with %s is refused', async (_what, make, reason) => {
  const verdict = await verdictOn(await make());

  expect(verdict).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
});

test('no token, or no bearer token, is refused', async () => {
  expect(await verifyBearer(undefined, discovery, RULES)).toMatchObject({ ok: false });
  expect(await verifyBearer(`Basic ${await token()}`, discovery, RULES)).toMatchObject({ ok: false });
});

test('the audience counts where one is asked for', async () => {
  const rules = { audience: ['orders'] };

  expect(await verdictOn(await token({ claims: { aud: ['other', 'orders'] } }), rules)).toMatchObject({ ok: true });
  expect(await verdictOn(await token({ claims: { aud: 'orders' } }), rules)).toMatchObject({ ok: true });
  expect(await verdictOn(await token({ claims: { aud: 'other' } }), rules)).toMatchObject({ ok: false });
  expect(await verdictOn(await token(), rules)).toMatchObject({ ok: false });
});

test.each(['liar', 'redirected', 'nobody/x'])(
  'an issuer that is not what it says ends the check: %s',
  async (tenant) => {
    const from = `${origin}/${tenant}/.well-known/openid-configuration`;

    await expect(verdictOn(await token(), RULES, from)).rejects.toThrow();
  },
);

test('keys come over https', async () => {
  const from = 'http://issuer.example/.well-known/openid-configuration';

  await expect(verdictOn(await token(), RULES, from)).rejects.toThrow(/https/);
});

test('keys are read once for many tokens', async () => {
  const before = requests.length;
  for (let i = 0; i < 5; i++) await verdictOn(await token());

  expect(requests.slice(before)).toEqual([]);
});

describe('which keys are asked for when', () => {
  let now: number;
  beforeEach(() => {
    now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const later = (seconds: number) => {
    now += seconds * 1000;
  };
  /** An issuer that nobody asked yet. */
  const fresh = (name: string) => ({
    of: { claims: { iss: `${origin}/${name}` } },
    from: `${origin}/${name}/.well-known/openid-configuration`,
  });
  const reads = async (action: () => Promise<unknown>) => {
    const before = requests.length;
    await action();
    return requests.slice(before).filter((path) => path === '/keys').length;
  };

  test('a flood of unknown key ids asks once in half a minute', async () => {
    const { of, from } = fresh('flooded');
    const unknown = await token({ ...of, header: { kid: 'nobody' } });
    const flood = async () => {
      for (let i = 0; i < 100; i++) expect(await verdictOn(unknown, RULES, from)).toMatchObject({ ok: false });
    };

    expect(await reads(flood)).toBe(1);
    later(29);
    expect(await reads(flood)).toBe(0);
    later(2);
    expect(await reads(flood)).toBe(1);
  });

  test('a flood that comes at once asks once, too', async () => {
    const { of, from } = fresh('rushed');
    const unknown = await token({ ...of, header: { kid: 'nobody' } });
    const flood = () => Promise.all(Array.from({ length: 20 }, () => verdictOn(unknown, RULES, from)));

    expect(await reads(flood)).toBe(1);
  });

  test('a new key is there after a rotation, and the old one is gone', async () => {
    const { of, from } = fresh('rotating');
    const old = await token(of);
    const next = await token({ ...of, header: { kid: 'next' }, key: foreign.privateKey });
    expect(await verdictOn(old, RULES, from)).toMatchObject({ ok: true });
    const published = keys;
    keys = [{ ...(await exportJWK(foreign.publicKey)), kid: 'next' }];
    try {
      expect(await verdictOn(next, RULES, from)).toMatchObject({ ok: false });
      later(31);
      expect(await verdictOn(next, RULES, from)).toMatchObject({ ok: true });
      expect(await verdictOn(old, RULES, from)).toMatchObject({ ok: false });
    } finally {
      keys = published;
    }
  });

  test('keys are read anew after five minutes, so that a withdrawn one ends', async () => {
    const { of, from } = fresh('withdrawing');
    const long = await token({ claims: { ...of.claims, exp: Math.floor(now / 1000) + 3600 } });
    expect(await verdictOn(long, RULES, from)).toMatchObject({ ok: true });
    const published = keys;
    keys = [];
    try {
      later(299);
      expect(await verdictOn(long, RULES, from)).toMatchObject({ ok: true });
      later(2);
      expect(await verdictOn(long, RULES, from)).toMatchObject({ ok: false });
    } finally {
      keys = published;
    }
  });
});
