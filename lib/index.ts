// The jsii surface. Named exports only: adding a line here is an API decision.
export { Agent, type ExternalAgentOptions, type InteractiveAgentOptions } from './agent';
export {
  type AddPoliciesOptions,
  type AnyAuthenticatedOptions,
  Caller,
  type CallerContext,
  type CallerRendering,
  CallerType,
  CedarPolicies,
  ClaimMatch,
  type ICaller,
  PolicyTrial,
  ToolArgument,
  ToolCondition,
} from './authorization';
export type { GatewayAlarmOptions } from './gateway-alarms';
export { GatewayEncryption, type UnconditionedKeyOptions } from './gateway-encryption';
export { GatewayWaf, type ManagedWafOptions, type NoWafOptions } from './gateway-waf';
export { CallbackUrl } from './inbound/callback-url';
export type { CognitoInboundOptions } from './inbound/cognito-inbound';
export { Inbound, type WeakInboundOptions } from './inbound/inbound';
export { InboundClaim } from './inbound/inbound-claim';
export {
  IssuerScopes,
  type NoScopesOptions,
  type PerToolScopesOptions,
  ScopeClaim,
  type SharedScopeOptions,
} from './inbound/issuer-scopes';
export type { OidcInboundOptions } from './inbound/oidc-inbound';
export {
  Interceptor,
  type InterceptorOptions,
  type RequestInterceptorOptions,
  type ResponseInterceptorOptions,
} from './interceptors/interceptor';
export { InterceptorHeaders, type PassedHeadersOptions } from './interceptors/interceptor-headers';
export { Access } from './least-privilege/access/access';
export {
  BucketAccess,
  type BucketListOptions,
  type BucketObjectOptions,
  type BucketPutOptions,
  type BucketVersionOptions,
} from './least-privilege/access/bucket-access';
export { ConfigurationAccess } from './least-privilege/access/configuration-access';
export type { CustomAccessOptions } from './least-privilege/access/custom-access';
export { DatabaseAccess } from './least-privilege/access/database-access';
export { DeclaredAccess } from './least-privilege/access/declared-access';
export { EmailAccess, type EmailSendOptions } from './least-privilege/access/email-access';
export { EventBusAccess, type EventBusPutOptions } from './least-privilege/access/event-bus-access';
export { FunctionAccess } from './least-privilege/access/function-access';
export { KeyAccess, type KeyContextOptions } from './least-privilege/access/key-access';
export { KnowledgeBaseAccess } from './least-privilege/access/knowledge-base-access';
export {
  type InferenceProfileOptions,
  ModelAccess,
  type ModelInvokeOptions,
} from './least-privilege/access/model-access';
export {
  ParameterAccess,
  type ParameterAccessOptions,
  ParameterPathAccess,
  type ParametersByPathOptions,
} from './least-privilege/access/parameter-access';
export { QueueAccess } from './least-privilege/access/queue-access';
export { SecretAccess, type SecretReadOptions } from './least-privilege/access/secret-access';
export { StateMachineAccess, type StateMachineAccessOptions } from './least-privilege/access/state-machine-access';
export { StreamAccess } from './least-privilege/access/stream-access';
export {
  TableAccess,
  type TableItemOptions,
  type TableKeyOptions,
  type TableLimitOptions,
  type TableQueryOptions,
  type TableReadOptions,
} from './least-privilege/access/table-access';
export { TopicAccess } from './least-privilege/access/topic-access';
export { CodeAnalysis, type CodeAnalysisOptions } from './least-privilege/code-analysis';
export { ToolConcurrency } from './least-privilege/tool-concurrency';
export type { ToolFunctionOptions, ToolNetworkOptions } from './least-privilege/tool-function-options';
export { type ImageHandlerOptions, type PythonHandlerOptions, ToolHandler } from './least-privilege/tool-handler';
export { type LegacyMcpVersionOptions, type McpOptions, McpVersion } from './mcp-options';
export type { ForbidUnlessOptions, IMcpTool, PermitOptions } from './mcp-tool';
export {
  CheckProfile,
  FourLayerChecks,
  type FourLayerChecksProps,
  type RuleDescription,
} from './nag/four-layer-checks';
export { type ManagedVpcOptions, PrivateEndpoint } from './network/private-endpoint';
export type { ApiKeyOptions } from './outbound/api-key-outbound';
export { ApiKeyProvider, type ApiKeyProviderProps } from './outbound/api-key-provider';
export {
  type AwsIdentityTokenOptions,
  ClientAuthentication,
  type ClientSecretOptions,
  type PrivateKeyJwtOptions,
  SigningAlgorithm,
} from './outbound/client-authentication';
export { ExternalSecret } from './outbound/external-secret';
export { type IamOutboundOptions, SignedService } from './outbound/iam-outbound';
export { type AuthorizationServerMetadata, OAuth2Discovery } from './outbound/oauth2-discovery';
export type {
  AuthorizationCodeOptions,
  ClientCredentialsOptions,
  TokenExchangeOutboundOptions,
} from './outbound/oauth2-outbound';
export {
  type CustomOAuth2ProviderProps,
  OAuth2Provider,
  type VendorOAuth2ProviderProps,
} from './outbound/oauth2-provider';
export { OAuth2Vendor } from './outbound/oauth2-vendor';
export { ActorToken, OnBehalfOf, type TokenExchangeOptions } from './outbound/on-behalf-of';
export { Outbound } from './outbound/outbound';
export {
  ProviderSecret,
  type ProviderSecretProps,
  SecretRotation,
  type WeakeningReason,
} from './outbound/provider-secret';
export { type LogOnlyOptions, PolicyEngineMode } from './policy-engine-mode';
export { RateLimitDimension, type RateLimitOptions } from './rate-limits';
export { RemoteTarget } from './remote-target';
export { RemoteTool } from './remote-tool';
export { SearchTool, type UnfilteredSearchOptions } from './search-tool';
export { SecureMcpGateway } from './secure-mcp-gateway';
export type { SecureMcpGatewayProps } from './secure-mcp-gateway-props';
export type { AgentCoreGatewayTargetOptions, AgentCoreRuntimeTargetOptions } from './targets/agent-core-target';
export type { ApiGatewayOperation, ApiGatewayTargetOptions } from './targets/api-gateway-target';
export { type DynamicListingOptions, type McpServerTargetOptions, McpToolList } from './targets/mcp-server-target';
export { OpenApiDocument, type OpenApiTargetOptions } from './targets/open-api-target';
export type { Propagation } from './targets/propagation';
export { SmithyModel, type SmithyTargetOptions } from './targets/smithy-target';
export { Target } from './targets/target';
export { ToolRisk } from './targets/tool-risk';
export { ToolSchema } from './targets/tool-schema';
export { Tool, type ToolOptions } from './tool';
export { ToolOutbound } from './tool-outbound';
