/**
 * Layer 3: who may call which tool with which arguments. `GatewayPolicies` puts it together: one permit and at most one
 * forbid a tool, the policies of Cedar files, and `checkPolicies` over all of them before a template is written.
 */
export { CallSite } from './call-site';
export { type AnyAuthenticatedOptions, Caller } from './caller';
export { type CallerContext, type CallerRendering, CallerType, type ICaller } from './caller-rendering';
export { type AddPoliciesOptions, CedarPolicies } from './cedar-policies';
export { checkPolicies } from './check-policies';
export { ClaimMatch } from './claim-match';
export type { PolicyTool } from './condition-rendering';
export { PolicyTrial } from './policy-trial';
export { ToolArgument } from './tool-argument';
export { ToolCondition } from './tool-condition';
export { ToolPolicy } from './tool-policy';
export { validateToolPolicies } from './validate-tool-policies';
export { writtenAt } from './written-at';
