import type { Problem } from '../core/errors';
import { shown } from '../core/errors';

/** What is behind a target, as far as credentials go. */
export type TargetKind = 'Lambda' | 'OpenAPI' | 'MCP server' | 'MCP server (dynamic)' | 'API Gateway' | 'Smithy';

/** As whom the gateway calls it: the credential, and for OAuth2 the grant. */
export type CredentialKind =
  | 'gatewayRole'
  | 'iam'
  | 'apiKey'
  | 'clientCredentials'
  | 'authorizationCode'
  | 'tokenExchange'
  | 'unauthenticated';

/**
 * What the service takes per kind of target.
 *
 * Consent takes a user, and a server whose tools are listed live is listed without one. `iam` signs for a named service;
 * where the gateway knows the service by itself it is called `gatewayRole`.
 *
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html
 */
export const ALLOWED_CREDENTIALS: { readonly [kind in TargetKind]: readonly CredentialKind[] } = {
  Lambda: ['gatewayRole'],
  OpenAPI: ['clientCredentials', 'authorizationCode', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'MCP server': ['clientCredentials', 'authorizationCode', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'MCP server (dynamic)': ['clientCredentials', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'API Gateway': ['gatewayRole', 'apiKey', 'unauthenticated'],
  Smithy: ['gatewayRole', 'clientCredentials'],
};

export function combinationProblems(kind: TargetKind, credential: CredentialKind, at: string): Problem[] {
  const allowed = ALLOWED_CREDENTIALS[kind];
  if (allowed.includes(credential)) return [];
  return [
    {
      code: 'OUTBOUND_COMBINATION',
      message: `a target of kind ${kind} cannot be called with this credential, got ${shown(`Outbound.${credential}`)}`,
      fix: `Use ${allowed.map((each) => `Outbound.${each}`).join(' or ')}`,
      at,
    },
  ];
}
