/**
 * A token for a user is had for tokens of the gateway's own issuer only: whoever takes over the role cannot bring those of
 * another one.
 *
 * @param issuers as the claim `iss` has them
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security_iam_service-with-iam.html
 */
export function ofIssuers(issuers: readonly string[]): { readonly StringEquals: { readonly [key: string]: string[] } } {
  return { StringEquals: { 'bedrock-agentcore:InboundJwtClaim/iss': [...issuers] } };
}
