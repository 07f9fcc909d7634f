// The `./runtime` entry point: used inside tool Lambdas, so it depends on nothing but the AWS SDK that is there, on demand.
export type { CallerFacts } from '../protocol/caller-header';
export { type Caller, callerOf } from './caller';
export { defineTool, type ToolDefinition, type ToolInvocation } from './define-tool';
export {
  defineRequestInterceptor,
  defineResponseInterceptor,
  type InterceptorContext,
  type InterceptorHandler,
} from './interceptors/define-interceptor';
export type { ToolCall } from './interceptors/message';
export {
  type Intercepted,
  type InterceptedResponse,
  proceed,
  type RequestStep,
  type ResponseStep,
  refuse,
  refuseCall,
  type Verdict,
  type VerifiedCaller,
} from './interceptors/step';
export { type OutboundCredentialOptions, outboundCredential } from './outbound';
export { ToolError, type ToolErrorReply } from './tool-error';
