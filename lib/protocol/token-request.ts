/** What a token request says by itself (RFC 6749, RFC 7521, RFC 7523, RFC 8693): no custom parameter may be named so. */
const OWN_PARAMETERS = new Set([
  'actor_token',
  'actor_token_type',
  'assertion',
  'client_assertion',
  'client_assertion_type',
  'client_id',
  'client_secret',
  'code',
  'code_verifier',
  'grant_type',
  'redirect_uri',
  'refresh_token',
  'requested_token_use',
  'scope',
  'subject_token',
  'subject_token_type',
]);

/** The names of custom parameters that would take the place of one of the protocol. */
export function takenParameters(parameters: { readonly [name: string]: unknown }): string[] {
  return Object.keys(parameters).filter((name) => OWN_PARAMETERS.has(name));
}
