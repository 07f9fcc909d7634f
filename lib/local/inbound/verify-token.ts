import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { CustomClaim, JwtAuthorizer } from '../model/authorizer-model';

export type TokenVerdict =
  | { readonly ok: true; readonly claims: JWTPayload }
  | {
      readonly ok: false;
      readonly status: 401 | 403;
      readonly error: 'invalid_token' | 'insufficient_scope';
      /** Why, for people; never a part of the token. */
      readonly reason: string;
    };

/** RS256 alone: the key decides, never the header of the token. */
const ALGORITHMS = ['RS256'];

/** A key set of an issuer, ready for many tokens. */
export type KeySet = JWTVerifyGetKey;

export function keySetOf(keys: JSONWebKeySet): KeySet {
  return createLocalJWKSet(keys);
}

/**
 * Verifies a bearer token as the authorizer of the template asks: signature, exact issuer, times without tolerance,
 * then audience, clients, scopes and custom claims, all of which must match where they are configured.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html
 */
export async function verifyToken(
  authorization: string | undefined,
  authorizer: JwtAuthorizer,
  issuer: string,
  keys: KeySet,
): Promise<TokenVerdict> {
  if (authorization === undefined) return invalid('the request has no Authorization header');
  const token = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) return invalid('the Authorization header is not a bearer JWT of three parts');
  if (!token.split('.').every(isCanonical)) return invalid('a part of the token is not canonical base64url');
  try {
    const options = { issuer, algorithms: ALGORITHMS, requiredClaims: ['exp'] };
    const { payload } = await jwtVerify(token, keys, options);
    if (typeof payload.iat === 'number' && payload.iat > Date.now() / 1000) return invalid('iat is in the future');
    return judgeClaims(payload, authorizer);
  } catch (error) {
    // Observed at the service: a good signature with another issuer counts as a lack of scope.
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss') return lacking('the issuer differs');
    return invalid(error instanceof errors.JOSEError ? whyInvalid(error) : 'the token cannot be verified');
  }
}

function judgeClaims(claims: JWTPayload, authorizer: JwtAuthorizer): TokenVerdict {
  const { allowedAudience, allowedClients, allowedScopes } = authorizer;
  if (allowedAudience !== undefined && !intersects(listOf(claims.aud), allowedAudience)) {
    return invalid('no aud of the token is in AllowedAudience');
  }
  if (
    allowedClients !== undefined &&
    !(typeof claims.client_id === 'string' && allowedClients.includes(claims.client_id))
  ) {
    return invalid('client_id is not in AllowedClients');
  }
  const unmet = authorizer.customClaims.find((claim) => !matches(claims[claim.name], claim));
  if (unmet !== undefined) return invalid(`the custom claim ${unmet.name} does not match`);
  if (allowedScopes !== undefined && !intersects(scopesOf(claims), allowedScopes)) {
    return lacking('the token has none of AllowedScopes');
  }
  return { ok: true, claims };
}

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html */
function matches(value: unknown, { valueType, operator, value: expected }: CustomClaim): boolean {
  if (valueType === 'STRING' && operator === 'EQUALS') return typeof value === 'string' && value === expected;
  if (valueType !== 'STRING_ARRAY' || !Array.isArray(value)) return false;
  if (operator === 'CONTAINS') return value.includes(expected);
  return operator === 'CONTAINS_ANY' && Array.isArray(expected) && expected.some((one) => value.includes(one));
}

/** Separated by single spaces, as RFC 6749 has it; Entra's `scp` counts too. */
export function scopesOf(claims: JWTPayload): string[] {
  const text = claims.scope ?? claims.scp;
  return typeof text === 'string' ? text.split(' ') : listOf(text);
}

function listOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function intersects(given: readonly string[], allowed: readonly string[]): boolean {
  return given.some((item) => allowed.includes(item));
}

/** Decoders are lenient about the last bits; two spellings of one token must not both pass. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}

function whyInvalid(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} is missing or wrong`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'the token is not signed by a key of this issuer';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is wrong';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the algorithm is not RS256';
  return 'the token is malformed';
}

function invalid(reason: string): TokenVerdict {
  return { ok: false, status: 401, error: 'invalid_token', reason };
}

function lacking(reason: string): TokenVerdict {
  return { ok: false, status: 403, error: 'insufficient_scope', reason };
}
