import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../protocol/interceptor';
import type { VerifiedCaller } from './step';

/** What a token must have besides a good signature. */
export interface TokenRules {
  /** @default any audience */
  readonly audience?: readonly string[];
  /** Claims with exactly this text. */
  readonly claims?: { readonly [claim: string]: string };
  /** The claim with the id of the client. @default client_id */
  readonly clientClaim?: string;
  /** The claim with the scopes, one text with spaces or a list. @default scope */
  readonly scopeClaim?: string;
}

export type BearerVerdict =
  | { readonly ok: true; readonly caller: VerifiedCaller }
  /** For the caller; never a part of the token. */
  | { readonly ok: false; readonly reason: string };

interface Algorithm {
  readonly kty: string;
  readonly hash: string;
  readonly curve?: string;
  readonly pss?: boolean;
}

/** RFC 7518 */
const RSA_BITS_MIN = 2048;

/** The key decides which family of algorithms a token may use; symmetric ones and `none` are in no family. */
const ALGORITHMS: { readonly [alg: string]: Algorithm } = {
  RS256: { kty: 'RSA', hash: 'sha256' },
  RS384: { kty: 'RSA', hash: 'sha384' },
  RS512: { kty: 'RSA', hash: 'sha512' },
  PS256: { kty: 'RSA', hash: 'sha256', pss: true },
  PS384: { kty: 'RSA', hash: 'sha384', pss: true },
  PS512: { kty: 'RSA', hash: 'sha512', pss: true },
  ES256: { kty: 'EC', curve: 'P-256', hash: 'sha256' },
  ES384: { kty: 'EC', curve: 'P-384', hash: 'sha384' },
};

const FETCH_MILLISECONDS = 2_000;
/** How long keys are trusted, and how soon a token with an unknown key makes us ask again. */
const KEYS = { freshMilliseconds: 300_000, askAgainMilliseconds: 30_000 } as const;

/** Verifies the token of an `Authorization` header with the issuer's published keys; anything unclear refuses it. */
export async function verifyBearer(
  authorization: string | undefined,
  discoveryUrl: string,
  rules: TokenRules,
): Promise<BearerVerdict> {
  if (authorization === undefined) return refused('there is no token');
  const [, token] = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i.exec(authorization) ?? [];
  const [head, body, signature] = (token ?? '').split('.') as [string, string, string];
  const header = parsed(head);
  const claims = parsed(body ?? '');
  if (header === undefined || claims === undefined) return refused('the token is malformed');

  const alg = typeof header.alg === 'string' && Object.hasOwn(ALGORITHMS, header.alg) ? header.alg : undefined;
  if (alg === undefined || header.crit !== undefined)
    return refused('the token is signed in a way that is not accepted');
  const algorithm = ALGORITHMS[alg]!;
  const issuer = await issuerOf(discoveryUrl);
  const key = await issuer.key(header.kid, alg);
  if (key === undefined) return refused('the token is not signed by a key of the issuer');
  const genuine = verify(
    algorithm.hash,
    Buffer.from(`${head}.${body}`),
    algorithm.pss
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!genuine) return refused('the signature of the token is wrong');
  return judge(claims, issuer.issuer, rules);
}

function judge(claims: JsonObject, issuer: string, rules: TokenRules): BearerVerdict {
  const now = Date.now() / 1000;
  const { iss, exp, nbf, sub } = claims;
  if (iss !== issuer) return refused('the token is of another issuer');
  if (typeof exp !== 'number' || exp <= now) return refused('the token has expired');
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= now)) return refused('the token is not valid yet');
  if (typeof sub !== 'string') return refused('the token has no subject');
  const audiences = [claims.aud].flat();
  if (rules.audience !== undefined && !rules.audience.some((each) => audiences.includes(each))) {
    return refused('the token is for another audience');
  }
  for (const [claim, value] of Object.entries(rules.claims ?? {})) {
    if (claims[claim] !== value) return refused(`the claim ${claim} of the token is not accepted`);
  }
  const clientId = claims[rules.clientClaim ?? 'client_id'];
  const caller = { subject: sub, scopes: scopesOf(claims, rules.scopeClaim ?? 'scope'), claims };
  return { ok: true, caller: typeof clientId === 'string' ? { ...caller, clientId } : caller };
}

/** Like the gateway: it reads `scp` where a token has no `scope`. */
function scopesOf(claims: JsonObject, name: string): string[] {
  const written = name === 'scope' ? (claims.scope ?? claims.scp) : claims[name];
  return [written ?? []]
    .flat()
    .flatMap((text) => String(text).split(' '))
    .filter((scope) => scope !== '');
}

interface Issuer {
  readonly issuer: string;
  readonly key: (kid: unknown, alg: string) => Promise<KeyObject | undefined>;
}

const issuers = new Map<string, Promise<Issuer>>();

/** Kept between calls; what could not be read is asked for again. */
function issuerOf(discoveryUrl: string): Promise<Issuer> {
  let issuer = issuers.get(discoveryUrl);
  if (issuer === undefined) {
    issuer = discover(discoveryUrl);
    issuers.set(discoveryUrl, issuer);
    issuer.catch(() => issuers.delete(discoveryUrl));
  }
  return issuer;
}

/** OpenID Connect Discovery: the issuer of the document is the one that its address names. */
async function discover(discoveryUrl: string): Promise<Issuer> {
  const { issuer, jwks_uri: keysUrl } = await fetchJson(discoveryUrl);
  const expected = discoveryUrl.replace(/\/\.well-known\/openid-configuration$/, '');
  if (typeof issuer !== 'string' || issuer.replace(/\/$/, '') !== expected.replace(/\/$/, '')) {
    throw new Error('the discovery document is of another issuer');
  }
  if (typeof keysUrl !== 'string') throw new Error('the discovery document names no keys');
  let keys: { readonly [kid: string]: JsonWebKey } = {};
  let readAt = Number.NEGATIVE_INFINITY;
  const readNow = async () => {
    const { keys: all } = await fetchJson(keysUrl);
    readAt = Date.now();
    keys = Object.fromEntries((all as JsonWebKey[]).filter(isForSignatures).map((key) => [String(key.kid), key]));
  };
  let reading: Promise<void> | undefined;
  /** Once for all that ask at the same time. */
  const read = () => {
    reading ??= readNow().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return {
    issuer,
    key: async (kid, alg) => {
      if (typeof kid !== 'string') return undefined;
      const age = Date.now() - readAt;
      const known = Object.hasOwn(keys, kid);
      if (age > KEYS.freshMilliseconds || (!known && age > KEYS.askAgainMilliseconds)) await read();
      const jwk = Object.hasOwn(keys, kid) ? keys[kid] : undefined;
      if (jwk === undefined || !isFor(alg, jwk)) return undefined;
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      const bits = key.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_MIN;
      return bits < RSA_BITS_MIN ? undefined : key;
    },
  };
}

/** RFC 7517, sections 4.2 and 4.3 */
function isForSignatures({ use, key_ops: operations }: JsonWebKey): boolean {
  const verifies = operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
  return (use === undefined || use === 'sig') && verifies;
}

/** A key that is published with an algorithm serves that one alone. */
function isFor(name: string, { kty, crv, alg }: JsonWebKey): boolean {
  const { kty: family, curve } = ALGORITHMS[name]!;
  return kty === family && crv === curve && (alg === undefined || alg === name);
}

async function fetchJson(url: string): Promise<JsonObject> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && hostname !== '127.0.0.1') throw new Error('the issuer is not reached over https');
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MILLISECONDS) });
  const json: unknown = await response.json();
  if (!response.ok || !isJsonObject(json)) throw new Error(`the issuer answered ${response.status}`);
  return json;
}

/** One spelling only: decoders are lenient about the last bits of base64url. */
function parsed(part: string): JsonObject | undefined {
  const bytes = Buffer.from(part, 'base64url');
  if (part === '' || bytes.toString('base64url') !== part) return undefined;
  try {
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function refused(reason: string): BearerVerdict {
  return { ok: false, reason };
}
