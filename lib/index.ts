// The jsii surface. Named exports only: adding a line here is an API decision.
export { Agent, type ExternalAgentOptions, type InteractiveAgentOptions } from './agent';
export {
  type AnyAuthenticatedOptions,
  Caller,
  type CallerContext,
  type CallerRendering,
  CallerType,
  ClaimMatch,
  type ICaller,
  ToolArgument,
  ToolCondition,
} from './authorization';
export { CallbackUrl } from './inbound/callback-url';
export type { CognitoInboundOptions } from './inbound/cognito-inbound';
export { Inbound, type WeakInboundOptions } from './inbound/inbound';
export { InboundClaim } from './inbound/inbound-claim';
export { IssuerEndpoint, type IssuerEndpointVpcOptions } from './inbound/issuer-endpoint';
export {
  IssuerScopes,
  type NoScopesOptions,
  type PerToolScopesOptions,
  ScopeClaim,
  type SharedScopeOptions,
} from './inbound/issuer-scopes';
export type { OidcInboundOptions } from './inbound/oidc-inbound';
export { Access, TableAccess, type TableReadOptions } from './least-privilege/access';
export { ToolHandler } from './least-privilege/tool-handler';
export {
  CheckProfile,
  FourLayerChecks,
  type FourLayerChecksProps,
  type RuleDescription,
} from './nag/four-layer-checks';
export { Outbound } from './outbound/outbound';
export { SecureMcpGateway, type SecureMcpGatewayProps } from './secure-mcp-gateway';
export { type PermitOptions, Tool, type ToolOptions, ToolRisk } from './tool';
export { ToolSchema } from './tool-schema';
