/**
 * Layer 3: who may call which tool with which arguments.
 *
 * How a gateway wires it:
 *
 * ```ts
 * const policy = new ToolPolicy({ target: name, name, inputSchema, scope: `${gatewayName}/${name}`, at: node.path });
 * policy.permit(agent, when ?? []);                                    // tool.permit(agent, { when })
 * ToolArgument.named('amount');                                        // tool.arg('amount')
 *
 * new CfnPolicy(..., { statement: Lazy.string({ produce: () => policy.renderPermit(gateway.attrGatewayArn)!.text }) });
 * // renderForbid() the same way, as a second policy that depends on the first
 *
 * gateway.node.addValidation({
 *   validate: () => validateToolPolicies({ tools, policies, gatewayArn: gateway.attrGatewayArn }).map(formatProblem),
 * });
 * ```
 *
 * An agent implements `ICaller`:
 * `renderCaller(context) { return Caller.agent(this.client.ref, this.name).renderCaller(context); }`; the scopes that
 * its client needs are `policy.scopesOf(agent)` of every tool it is permitted.
 *
 * The jsii surface is `Caller`, `ClaimMatch`, `ToolArgument`, `ToolCondition`, `ICaller` with its structs, and
 * `AnyAuthenticatedOptions`. The rest is for the constructs.
 */
export { type AnyAuthenticatedOptions, Caller } from './caller';
export { type CallerContext, type CallerRendering, CallerType, type ICaller } from './caller-rendering';
export { ClaimMatch } from './claim-match';
export type { PolicyTool } from './condition-rendering';
export { ToolArgument } from './tool-argument';
export { ToolCondition } from './tool-condition';
export { ToolPolicy } from './tool-policy';
export { validateToolPolicies } from './validate-tool-policies';
