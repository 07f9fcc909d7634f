/**
 * Cedar entity types of AgentCore Policy.
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-schema-constraints.html
 */
export const CEDAR_NAMESPACE = 'AgentCore';

export const CEDAR_ENTITY = {
  /** A caller with a JWT; id = `sub`, tags = the token's claims, all strings. */
  oauthUser: 'AgentCore::OAuthUser',
  /** A SigV4 caller; id = IAM ARN, no tags. */
  iamEntity: 'AgentCore::IamEntity',
  /** Exists in the schema for gateways without authorizer; a policy cannot name it. */
  unauthenticatedUser: 'AgentCore::UnauthenticatedUser',
  /** id = gateway ARN. */
  gateway: 'AgentCore::Gateway',
  action: 'AgentCore::Action',
} as const;

/** Action groups every tool action belongs to: `"<target>___<tool>"` in `"<target>"` in `CallTool` in `Mcp`. */
export const CEDAR_ACTION_GROUP = { callTool: 'CallTool', mcp: 'Mcp' } as const;
