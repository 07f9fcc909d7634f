import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { LOOKUP, REFUND } from '../support/local-shop';
import type { Attack, AttackContext, AttackRequest, GoodRequest } from './attack';
import { anyone, authorizer, noAuthorizer, permit, policy } from './weaken';

const lookUp = (token: string | undefined): AttackRequest => ({ tool: LOOKUP, arguments: { id: 'o-1' }, token });
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const stopped = { layer: 1, status: 401, code: -32001 } as const;
const lacking = { layer: 1, status: 403, code: -32001 } as const;
/** Observed at the service: a good signature under another issuer is 403 `insufficient_scope`, not 401. */
const otherIssuer = lacking;

async function publishedKey({ gateway }: AttackContext): Promise<JsonWebKey & { kid: string }> {
  const answer = await fetch(`${gateway.issuer}/.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: [JsonWebKey & { kid: string }] };
  return keys[0];
}

async function reheadered({ mint }: AttackContext, header: object, signed?: (input: string) => string) {
  const [, payload, signature] = (await mint()).split('.');
  const input = `${encode(header)}.${payload}`;
  return lookUp(`${input}.${signed === undefined ? signature : signed(input)}`);
}

/** Section A: tokens. */
export const TOKEN_ATTACKS: readonly Attack[] = [
  {
    id: 'A01',
    title: 'no Authorization header',
    request: () => lookUp(undefined),
    expected: stopped,
    twin: { without: 'IN01: an authorizer', edit: noAuthorizer, besides: anyone('lookup') },
  },
  // With a token that is good behind the right scheme.
  ...[
    '',
    ' ',
    'Bearer',
    'Bearer ',
    '{}',
    'Basic {}',
    'Bearer  {}',
    'Bearer\t{}',
    'Bearer: {}',
    'Bearer {} {}',
    'DPoP {}',
  ].map(
    (form): Attack => ({
      id: 'A02',
      title: `credential of another kind or form: ${JSON.stringify(form)}`,
      request: async ({ mint }) => ({
        ...lookUp(undefined),
        headers: { authorization: form.replaceAll('{}', await mint()) },
      }),
      expected: stopped,
    }),
  ),
  ...(
    [
      ['as PEM', (jwk) => createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })],
      ['as DER', (jwk) => createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' })],
      ['as JWK', (jwk) => JSON.stringify(jwk)],
      ['as modulus', (jwk) => Buffer.from(jwk.n!, 'base64url')],
    ] as [string, (jwk: JsonWebKey) => string | Buffer][]
  ).map(
    ([form, secretOf]): Attack => ({
      id: 'A04',
      title: `HS256 with the public key ${form} as secret`,
      request: async (context) => {
        const jwk = await publishedKey(context);
        return reheadered(context, { alg: 'HS256', kid: jwk.kid }, (input) =>
          createHmac('sha256', secretOf(jwk)).update(input).digest('base64url'),
        );
      },
      expected: stopped,
    }),
  ),
  ...[false, true].map(
    (named): Attack => ({
      id: 'A06',
      title: `signed with an own key that the header brings along${named ? ', under the name of the right one' : ''}`,
      request: async (context) => {
        const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        const { kid } = await publishedKey(context);
        const jwk = { ...publicKey.export({ format: 'jwk' }), kid };
        return reheadered(context, { alg: 'RS256', jwk, ...(named ? { kid } : {}) }, (input) =>
          sign('sha256', Buffer.from(input), privateKey).toString('base64url'),
        );
      },
      expected: stopped,
    }),
  ),
  // The key that they are signed with is the right one.
  ...['../../dev/null', "' OR 1=1", 'https://attacker.example/jwks', '\u0000', 'k'.repeat(10_000)].map(
    (kid): Attack => ({
      id: 'A08',
      title: `kid ${JSON.stringify(kid.slice(0, 40))}`,
      request: async ({ mint }) => lookUp(await mint({ header: { kid } })),
      expected: stopped,
    }),
  ),
  ...(
    [
      ['with a slash more', (issuer) => `${issuer}/`],
      ['over https', (issuer) => issuer.replace('http:', 'https:')],
      ['in capitals', (issuer) => issuer.toUpperCase()],
      ['of another pool', (issuer) => `${issuer}2`],
    ] as [string, (issuer: string) => string][]
  ).map(
    ([what, change]): Attack => ({
      id: 'A10',
      title: `right key, name of the issuer ${what}`,
      request: async ({ mint, gateway }) => lookUp(await mint({ issuer: change(gateway.issuer) })),
      expected: otherIssuer,
    }),
  ),
  {
    id: 'A12',
    title: 'right claims, key of another issuer',
    request: async ({ mint }) => lookUp(await mint({ foreignKey: true })),
    expected: stopped,
  },
  {
    id: 'A13',
    title: 'another client of the same pool',
    request: async ({ mint }) => lookUp(await mint({ clientId: 'another' })),
    expected: stopped,
    twin: {
      without: 'IN03: AllowedClients',
      edit: (t) => delete authorizer(t).AllowedClients,
      besides: anyone('lookup'),
    },
  },
  {
    id: 'A14',
    title: 'an ID token in place of an access token',
    request: async ({ mint }) => lookUp(await mint({ claims: { token_use: 'id' } })),
    expected: stopped,
    twin: { without: 'IN05: token_use', edit: (t) => delete authorizer(t).CustomClaims },
  },
  {
    id: 'A16',
    title: 'expired by a second',
    request: async ({ mint }) => lookUp(await mint({ lifetimeSeconds: -1 })),
    expected: stopped,
  },
  {
    id: 'A16',
    title: 'expired by an hour',
    request: async ({ mint }) => lookUp(await mint({ lifetimeSeconds: -3600 })),
    expected: stopped,
  },
  ...['nbf', 'iat'].map(
    (claim): Attack => ({
      id: 'A17',
      title: `${claim} in an hour`,
      request: async ({ mint }) => lookUp(await mint({ claims: { [claim]: Math.floor(Date.now() / 1000) + 3600 } })),
      expected: stopped,
    }),
  ),
  {
    id: 'A18',
    title: 'no expiry',
    request: async ({ mint }) => lookUp(await mint({ claims: { exp: undefined } })),
    expected: stopped,
  },
  {
    id: 'A20',
    title: 'no scope',
    request: async ({ mint }) => lookUp(await mint({ scopes: [] })),
    expected: lacking,
    twin: {
      without: 'IN04: AllowedScopes',
      edit: (t) => delete authorizer(t).AllowedScopes,
      besides: anyone('lookup'),
    },
  },
  {
    id: 'A21',
    title: 'more scopes than the client may have, to call a tool that it may not',
    request: async ({ mint }) => ({
      tool: REFUND,
      arguments: { id: 'o-1', amount: 1 },
      token: await mint({ scopes: ['shop/look-up', 'shop/refund', 'admin'] }),
    }),
    expected: { layer: 3, status: 200, code: -32002 },
    twin: {
      without: 'IN10: the client in the permit',
      edit: policy('refund', (text) => text.replace(/principal\.getTag\("client_id"\) == "[^"]*"/, 'true')),
    },
  },
  ...[
    'shop/refund-readonly',
    'xshop/refund',
    'SHOP/REFUND',
    'x\tshop/refund',
    'x\nshop/refund',
    'x\u00a0shop/refund',
  ].map(
    (scope): Attack => ({
      id: 'A22',
      title: `a scope that looks like the right one: ${JSON.stringify(scope)}`,
      request: async ({ mint, clientId }) => ({
        tool: REFUND,
        arguments: { id: 'o-1', amount: 1 },
        token: await mint({ clientId: clientId('support'), scopes: ['shop/look-up', scope] }),
      }),
      expected: { layer: 3, status: 200, code: -32002 },
      twin: scope.startsWith('SHOP')
        ? undefined
        : {
            without: 'AZ09: exact scopes',
            edit: permit('refund', 'principal.hasTag("scope") && principal.getTag("scope") like "*shop/refund*"'),
          },
    }),
  ),
  {
    id: 'A25',
    title: 'signature in another spelling of the same bytes',
    request: async ({ mint }) => {
      const token = await mint();
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      return lookUp(`${token.slice(0, -1)}${alphabet[alphabet.indexOf(token.at(-1)!) + 1]}`);
    },
    expected: stopped,
  },
  ...(
    [
      ['no signature', (token) => token.replace(/[^.]*$/, '')],
      ['a truncated signature', (token) => token.slice(0, -8)],
      ['padding', (token) => `${token}==`],
      ['white space', (token) => token.replace('.', ' .')],
      ['another alphabet', (token) => `${token.slice(0, -4)}+/+/`],
    ] as [string, (token: string) => string][]
  ).map(
    ([what, damage]): Attack => ({
      id: 'A25',
      title: `a token with ${what}`,
      request: async ({ mint }) => lookUp(damage(await mint())),
      expected: stopped,
    }),
  ),
  {
    id: 'A26',
    title: 'a token that is encrypted for the key of the issuer',
    request: async (context) => {
      const key = createPublicKey({ key: await publishedKey(context), format: 'jwk' });
      const jwe = new CompactEncrypt(Buffer.from(await context.mint()));
      return lookUp(await jwe.setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' }).encrypt(key));
    },
    expected: stopped,
  },
  { id: 'A26', title: 'five parts', request: async ({ mint }) => lookUp(`${await mint()}.a.b`), expected: stopped },
];

export const GOOD_TOKENS: readonly GoodRequest[] = [
  { title: 'a token as it is made for the attacks', request: async ({ mint }) => lookUp(await mint()) },
  {
    title: 'a good token behind the scheme in small letters',
    request: async ({ mint }) => ({ ...lookUp(undefined), headers: { authorization: `bearer ${await mint()}` } }),
  },
  {
    title: 'A21: more scopes than the client may have, to call a tool that it may',
    request: async ({ mint }) => lookUp(await mint({ scopes: ['shop/look-up', 'shop/refund', 'admin'] })),
  },
];
