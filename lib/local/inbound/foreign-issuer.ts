import { createRemoteJWKSet } from 'jose';
import { isObject } from '../../assembly/cloudformation';
import { SecureMcpError, shown } from '../../core/errors';
import type { GatewayModel } from '../model/gateway-model';
import type { TrustedIssuer } from './token-door';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])$/;
const TIMEOUT_MS = 5000;
/** Keys of an issuer that are kept this long, and asked for again no sooner than that for a `kid` that is unknown. */
const KEYS_MS = { cacheMaxAge: 600_000, cooldownDuration: 30_000 } as const;

/**
 * An issuer that runs by itself: its discovery document is read at start, its keys when the first token comes. Throws
 * `LOCAL_UNSUPPORTED`.
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export async function foreignIssuer(
  { authorizer, resource }: GatewayModel,
  issuer: string,
): Promise<TrustedIssuer & { readonly tokenEndpoint: string }> {
  if (typeof authorizer !== 'object') {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `the gateway takes no tokens, so an issuer has no effect: its authorizer is ${authorizer}, got ${shown(issuer)}`,
      fix: 'Leave the issuer out, or give the gateway a CUSTOM_JWT authorizer',
      at: resource.logicalId,
    });
  }
  requireSafe(issuer, issuer);
  const document = await fetchDocument(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, issuer);
  if (document.issuer !== issuer) {
    throw unusable(issuer, `its discovery document is one of ${shown(document.issuer)}`);
  }
  const keys = String(document.jwks_uri);
  requireSafe(keys, issuer);
  return {
    issuer,
    tokenEndpoint: String(document.token_endpoint ?? ''),
    keys: createRemoteJWKSet(new URL(keys), { timeoutDuration: TIMEOUT_MS, ...KEYS_MS }),
  };
}

/** Whoever can change the keys on their way decides who comes in. */
function requireSafe(text: string, issuer: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!safe) throw unusable(issuer, `${shown(text)} is neither https nor on this machine`);
}

async function fetchDocument(url: string, issuer: string): Promise<{ [name: string]: unknown }> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const document: unknown = await response.json();
    if (response.ok && isObject(document)) return document;
    throw new Error(`status ${response.status}`);
  } catch (error) {
    throw unusable(issuer, `${url} cannot be read: ${(error as Error).message}`);
  }
}

function unusable(issuer: string, why: string): SecureMcpError {
  return new SecureMcpError({
    code: 'LOCAL_UNSUPPORTED',
    message: `the issuer cannot be used, got ${shown(issuer)}: ${why}`,
    fix: 'Pass the claim iss of its tokens, and have it running before the gateway starts',
  });
}
