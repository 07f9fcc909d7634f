import {
  Caller,
  type ICaller,
  type PolicyTool,
  type ToolCondition,
  ToolPolicy,
  validateToolPolicies,
} from '../../lib/authorization';
import { PolicySet } from '../../lib/core/cedar/policy-set';
import { oauthPrincipal, toolCallRequest } from '../../lib/core/cedar/request';
import { schemaFromTools } from '../../lib/core/cedar/schema-from-tools';
import { formatProblem } from '../../lib/core/errors';
import { GATEWAY, REFUND } from '../core/cedar/fixture';

export const NOW = new Date('2026-11-24T10:00:00Z');
export const TOKEN = { sub: 'client-1', client_id: 'client-1', scope: 'orders/order-refund' };

export const REFUND_TOOL: PolicyTool = {
  target: 'order-refund',
  name: 'order-refund',
  inputSchema: REFUND,
  scope: 'orders/order-refund',
  at: 'Orders/Gateway/order-refund',
};

export const SUPPORT = Caller.agent('client-1', 'support');

export function policyOf(when: ToolCondition[], caller: ICaller = SUPPORT, tool: PolicyTool = REFUND_TOOL): ToolPolicy {
  const policy = new ToolPolicy(tool);
  policy.permit(caller, when);
  return policy;
}

/** What is wrong with a permit, as shown to the author. */
export function problemsOf(when: ToolCondition[], caller?: ICaller, tool: PolicyTool = REFUND_TOOL): string[] {
  const policies = [policyOf(when, caller, tool)];
  return validateToolPolicies({ tools: [tool], policies, gatewayArn: GATEWAY }).map(formatProblem);
}

/** The decision of the engine on a call, after strict validation of the generated text. */
export function decideOn(
  policy: ToolPolicy,
  args: object,
  claims: { [name: string]: unknown } = TOKEN,
  now = NOW,
): string {
  const { tool } = policy;
  const problems = validateToolPolicies({ tools: [tool], policies: [policy], gatewayArn: GATEWAY });
  if (problems.length > 0) throw new Error(problems.map(formatProblem).join('\n'));
  const texts = [policy.renderPermit(GATEWAY), policy.renderForbid(GATEWAY)].flatMap((statement, index) =>
    statement === undefined ? [] : [{ id: `p${index}`, text: statement.text }],
  );
  const request = toolCallRequest({
    principal: oauthPrincipal(claims)!,
    gatewayArn: GATEWAY,
    qualifiedName: `${tool.target}___${tool.name}`,
    inputSchema: tool.inputSchema,
    arguments: { orderId: 'A1', amount: 1, ...args },
    now,
  });
  if (!request.ok) throw new Error(request.reason);
  return new PolicySet(texts, schemaFromTools([tool])).decide(request.request).decision;
}
