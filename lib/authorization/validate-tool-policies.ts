import { type CedarProblem, parsePolicy, validatePolicies } from '../core/cedar/engine';
import { schemaFromTools } from '../core/cedar/schema-from-tools';
import { type Problem, shown } from '../core/errors';
import type { PolicyTool } from './condition-rendering';
import type { RenderedStatement, ToolPolicy } from './tool-policy';
import { placeAt, placeText, writtenAt } from './written-at';

export interface ToolPoliciesToValidate {
  /** All tools of the gateway, also those without policy. */
  readonly tools: readonly PolicyTool[];
  readonly policies: readonly ToolPolicy[];
  /** ARN of the gateway, a token as a rule. */
  readonly gatewayArn: string;
  /** Whether another policy than these may permit a tool. */
  readonly permittedElsewhere?: (tool: PolicyTool) => boolean;
}

/**
 * Everything that is wrong with the policies of a gateway, before anything is deployed: arguments and types, callers,
 * sizes, tools that nobody can call, and what strict validation against the schema of the tools says about the text.
 */
export function validateToolPolicies(input: ToolPoliciesToValidate): Problem[] {
  const problems: Problem[] = [];
  const texts = new Map<string, { readonly statement: RenderedStatement; readonly tool: PolicyTool }>();
  for (const [index, policy] of input.policies.entries()) {
    problems.push(...callerProblems(policy));
    for (const [effect, statement] of [
      ['permit', policy.renderPermit(input.gatewayArn)],
      ['forbid', policy.renderForbid(input.gatewayArn)],
    ] as const) {
      problems.push(...(statement?.problems ?? []));
      // A statement with problems holds `false` in place of a condition; judging that would only confuse.
      if (statement === undefined || statement.problems.length > 0) continue;
      // Trials of one tool are several.
      texts.set(`${effect} ${index} ${policy.tool.at}`, { statement, tool: policy.tool });
    }
  }
  const policies = [...texts].map(([id, { statement }]) => ({ id, text: statement.text }));
  const found = validatePolicies(policies, schemaFromTools(input.tools));
  problems.push(...found.map((each) => cedarProblem(each, texts.get(each.policyId)!)));
  return [...problems, ...unreachable(input)];
}

function unreachable({ tools, policies, permittedElsewhere }: ToolPoliciesToValidate): Problem[] {
  const reachable = new Set(policies.filter(({ isEmpty }) => !isEmpty).map(({ tool }) => tool.at));
  return tools
    .filter((tool) => !reachable.has(tool.at) && permittedElsewhere?.(tool) !== true)
    .map(({ name, at }) => ({
      code: 'TOOL_UNREACHABLE',
      message: `tool '${name}' has no permit, so every call to it is denied`,
      fix: 'Call tool.permit(...) or remove the tool',
      at,
    }));
}

/** What Cedar says of a condition that no call meets; the place is then the whole policy. */
const IMPOSSIBLE = /^policy is impossible/;

function cedarProblem(
  found: CedarProblem,
  { statement, tool }: { readonly statement: RenderedStatement; readonly tool: PolicyTool },
): Problem {
  const at = placeText([placeAt(statement, found.offset?.start)]);
  if (IMPOSSIBLE.test(found.message)) {
    const message = `the policy of tool '${tool.name}' can never apply: its conditions exclude each other`;
    return { code: 'POLICY_ANALYSIS', message, fix: 'Correct the conditions', at };
  }
  const help = found.help === undefined ? '' : ` (${found.help})`;
  const excerpt = found.excerpt === undefined ? '' : `\n${found.excerpt}\n`;
  const doubtful = found.severity === 'warning';
  const what = doubtful ? 'is valid, but Cedar warns about it' : 'does not fit its input schema';
  return {
    code: 'CEDAR_INVALID',
    message: `the policy of tool '${tool.name}' ${what}: ${found.message}${help}${excerpt}`,
    fix: doubtful ? 'Correct the condition' : 'Correct the condition or the input schema',
    at,
  };
}

/**
 * A caller may come from outside the library with any text as its condition. It has to be one expression by itself:
 * `a) || (b` would parse in its place and take the conditions of the permit away.
 */
function callerProblems(policy: ToolPolicy): Problem[] {
  const odd = policy.callerConditions().filter(({ text }) => {
    const { json } = parsePolicy(`permit (principal, action, resource) when { ${text} };`);
    return json?.conditions.length !== 1;
  });
  return odd.map(({ text, site }) => ({
    code: 'CALLER_INVALID',
    message: `a caller of tool '${policy.tool.name}' does not render one Cedar expression, got ${shown(text)}`,
    fix: 'Return one boolean Cedar expression about the principal from renderCaller',
    at: writtenAt(policy.tool.at, [site]),
  }));
}
