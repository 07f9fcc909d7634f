// The `./runtime` entry point: used inside tool Lambdas, so it depends on nothing.
export { type Caller, callerOf } from './caller';
export { defineTool, type ToolDefinition, type ToolInvocation } from './define-tool';
export { ToolError, type ToolErrorReply } from './tool-error';
