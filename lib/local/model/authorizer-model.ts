import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteResource } from '../../assembly/concrete';
import { SecureMcpError, shown } from '../../core/errors';
import { text, texts } from './values';

/** Requests are signed with SigV4; with `AUTHENTICATE_ONLY` IAM is not asked. */
export type SignatureAuthorizer = 'AWS_IAM' | 'AUTHENTICATE_ONLY';

export interface JwtAuthorizer {
  readonly discoveryUrl: string;
  readonly allowedAudience?: readonly string[];
  readonly allowedClients?: readonly string[];
  readonly allowedScopes?: readonly string[];
  /** What clients are told, by scope that is checked. */
  readonly advertisedScopes: { readonly [scope: string]: string };
  readonly customClaims: readonly CustomClaim[];
}

export interface CustomClaim {
  readonly name: string;
  readonly valueType: string;
  readonly operator: string;
  readonly value: string | readonly string[];
}

/** Throws `LOCAL_UNSUPPORTED` for an authorizer that is not known here. */
export function readAuthorizer(gateway: ConcreteResource): JwtAuthorizer | SignatureAuthorizer | 'NONE' {
  const type = gateway.properties.AuthorizerType;
  if (type === 'NONE' || type === 'AWS_IAM' || type === 'AUTHENTICATE_ONLY') return type;
  const jwt = own(gateway.properties.AuthorizerConfiguration, 'CustomJWTAuthorizer');
  if (type !== 'CUSTOM_JWT' || !isObject(jwt)) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `an authorizer of this type cannot be run here, got ${shown(type)}`,
      fix: 'Use CUSTOM_JWT with its configuration, AWS_IAM, AUTHENTICATE_ONLY or NONE',
      at: gateway.logicalId,
    });
  }
  const advertised = own(jwt, 'AdvertisedScopeMapping');
  return {
    discoveryUrl: String(jwt.DiscoveryUrl),
    allowedAudience: texts(jwt.AllowedAudience),
    allowedClients: texts(jwt.AllowedClients),
    allowedScopes: texts(jwt.AllowedScopes),
    advertisedScopes: (isObject(advertised) ? advertised : {}) as { [scope: string]: string },
    customClaims: readCustomClaims(jwt.CustomClaims),
  };
}

/** A list that cannot be read demands a claim that no token has. */
function readCustomClaims(claims: unknown): CustomClaim[] {
  if (claims === undefined) return [];
  return Array.isArray(claims) ? claims.map(readCustomClaim) : [readCustomClaim(claims)];
}

function readCustomClaim(claim: unknown): CustomClaim {
  const match = own(claim, 'AuthorizingClaimMatchValue');
  const value = own(match, 'ClaimMatchValue');
  return {
    name: String(own(claim, 'InboundTokenClaimName')),
    valueType: String(own(claim, 'InboundTokenClaimValueType')),
    operator: String(own(match, 'ClaimMatchOperator')),
    value: text(own(value, 'MatchValueString')) ?? texts(own(value, 'MatchValueStringList')) ?? [],
  };
}
