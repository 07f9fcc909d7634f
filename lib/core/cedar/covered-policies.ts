import { expressionText } from './engine';
import { explain } from './explain';
import type { PolicyFinding, PolicyPart, ReadPolicy } from './policy-finding';
import { RulesOfTool } from './rules-of-tool';
import type { ToolResiduals } from './tool-findings';

/**
 * Policies that decide nothing which another one does not decide alike: the same in other words or in another order, or
 * less than another one. One that is about several tools has to be covered for each of them.
 *
 * The last ones are asked first, each about those that are left then, so that all that is found can be removed at once.
 */
export function coveredPolicies(policies: readonly ReadPolicy[], tools: readonly ToolResiduals[]): PolicyFinding[] {
  const equal = equalPolicies(policies);
  const left = new Set(policies.map(({ id }) => id));
  for (const { policyId } of equal) left.delete(policyId!);
  const byPolicy = rulesByPolicy([...left], tools);
  const backwards = [...policies].reverse();
  const covered = backwards.flatMap((policy): PolicyFinding[] => {
    const found = left.has(policy.id) ? coveredPolicy(policy, byPolicy.get(policy.id) ?? [], left) : [];
    if (found.length > 0) left.delete(policy.id);
    return found;
  });
  const whole = new Set(left);
  const parts = backwards.flatMap((policy): PolicyFinding[] => {
    const found = left.has(policy.id) ? coveredWays(policy, byPolicy.get(policy.id) ?? [], whole) : [];
    // What it covers may rest on what is to be removed from it.
    if (found.length > 0) whole.delete(policy.id);
    return found;
  });
  return [...equal, ...covered.reverse(), ...parts.reverse()];
}

function rulesByPolicy(
  policyIds: readonly string[],
  tools: readonly ToolResiduals[],
): ReadonlyMap<string, readonly RulesOfTool[]> {
  const order = new Map(policyIds.map((id, index) => [id, index]));
  const byPolicy = new Map<string, RulesOfTool[]>(policyIds.map((id) => [id, []]));
  for (const { tool, residuals } of tools) {
    const about = residuals
      .filter(({ policyId }) => order.has(policyId))
      .sort((a, b) => order.get(a.policyId)! - order.get(b.policyId)!);
    const rules = new RulesOfTool(tool.inputSchema, about);
    for (const { policyId } of about) byPolicy.get(policyId)!.push(rules);
  }
  return byPolicy;
}

function equalPolicies(policies: readonly ReadPolicy[]): PolicyFinding[] {
  const seen = new Map<string, string>();
  return policies.flatMap(({ id, json }): PolicyFinding[] => {
    const content = JSON.stringify({ ...json, annotations: undefined });
    const first = seen.get(content);
    seen.set(content, first ?? id);
    if (first === undefined) return [];
    return [duplicate({ policyId: id }, `says the same as '${first}'`, 'Remove one of them', [{ policyId: first }])];
  });
}

function coveredPolicy(
  { id, json }: ReadPolicy,
  tools: readonly RulesOfTool[],
  others: ReadonlySet<string>,
): PolicyFinding[] {
  const because = ofAll(tools.map((rules) => rules.covering(id, (other) => others.has(other))));
  if (because.length === 0) return [];
  const message = `${json.effect}s nothing that '${because[0]!.policyId}' does not`;
  return [duplicate({ policyId: id }, message, 'Remove it, or narrow the other one', because)];
}

function coveredWays({ id }: ReadPolicy, tools: readonly RulesOfTool[], others: ReadonlySet<string>): PolicyFinding[] {
  return (tools[0]?.waysOf(id) ?? []).flatMap((part) => {
    const because = ofAll(tools.map((rules) => rules.coveringWay(id, part, (other) => others.has(other))));
    if (because.length === 0) return [];
    const message = `has an alternative that '${because[0]!.policyId}' covers: ${explain(part, expressionText)}`;
    return [duplicate({ policyId: id, part }, message, 'Remove the alternative, or narrow the other policy', because)];
  });
}

/** Nothing when there is none for one of the tools. */
function ofAll(covering: readonly (PolicyPart | undefined)[]): readonly PolicyPart[] {
  const found = covering.flatMap((each) => each ?? []);
  if (found.length < covering.length) return [];
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
}

function duplicate(about: PolicyPart, message: string, fix: string, because: readonly PolicyPart[]): PolicyFinding {
  return {
    kind: 'duplicate',
    severity: 'warning',
    ...about,
    message: `policy '${about.policyId}' ${message}`,
    fix,
    because,
  };
}
