import { type AnalyzedCaller, analyzePolicies, type PolicyFinding } from '../core/cedar/analyze-policies';
import type { CedarPolicyText } from '../core/cedar/engine';
import {
  type FilePolicy,
  type FileProblem,
  formattingProblems,
  mayConcern,
  type PolicySource,
  validatePolicyFiles,
} from '../core/cedar/policy-file';
import { schemaFromTools } from '../core/cedar/schema-from-tools';
import type { ErrorCode, Problem } from '../core/errors';
import { qualifiedToolName } from '../protocol/tool-name';
import type { PolicyTool } from './condition-rendering';
import { asDeployed } from './deploy-time-text';
import type { ToolPolicy } from './tool-policy';
import { validateToolPolicies } from './validate-tool-policies';

export interface PoliciesToCheck {
  /** All tools of the gateway, also those without policy. */
  readonly tools: readonly PolicyTool[];
  readonly policies: readonly ToolPolicy[];
  readonly files: readonly PolicySource[];
  /** The policies of the files, with the text that is deployed. */
  readonly filePolicies: readonly { readonly source: FilePolicy; readonly text: string }[];
  /** ARN of the gateway, a token as a rule. */
  readonly gatewayArn: string;
  readonly callers: readonly AnalyzedCaller[];
}

/** Something that a reviewer has to see and may accept. */
export interface PolicyWarning {
  /** For acknowledgments. */
  readonly id: string;
  readonly problem: Problem;
}

export interface CheckedPolicies {
  readonly problems: readonly Problem[];
  readonly warnings: readonly PolicyWarning[];
}

/**
 * Everything that is wrong with the policies of a gateway, before anything is deployed: first each policy against the
 * schema of the tools; then, if all are valid, what they mean together.
 */
export function checkPolicies(input: PoliciesToCheck): CheckedPolicies {
  const permits = input.filePolicies.map(({ source }) => source).filter(({ effect }) => effect === 'permit');
  const inFiles = fileProblems(input);
  const invalid = [
    ...validateToolPolicies({ ...input, permittedElsewhere: (tool) => permits.some((each) => mayConcern(each, tool)) }),
    ...inFiles.filter(({ severity }) => severity === 'error'),
  ];
  const style = inFiles.filter(({ severity }) => severity === 'warning').map(fileWarning);
  if (invalid.length > 0) return { problems: invalid, warnings: style };
  const { errors, warnings } = analysis(input);
  return { problems: errors, warnings: [...style, ...warnings] };
}

function fileProblems({ files, tools }: PoliciesToCheck): FileProblem[] {
  if (files.length === 0) return [];
  return [...validatePolicyFiles(files, schemaFromTools(tools)), ...formattingProblems(files)];
}

function fileWarning(problem: FileProblem): PolicyWarning {
  return { id: `${FILE_WARNING[problem.code] ?? 'policyValidation'}:${problem.about}`, problem };
}

const FILE_WARNING: { readonly [code in ErrorCode]?: string } = {
  CEDAR_FORMAT: 'policyFormat',
  CEDAR_NOT_VALIDATED: 'policyNotValidated',
};

/** Where a policy stands, by the id that it has in the analysis. */
type Places = Map<string, string>;

function analysis(input: PoliciesToCheck): { errors: Problem[]; warnings: PolicyWarning[] } {
  const { tools, gatewayArn } = input;
  const places: Places = new Map(tools.map((tool) => [qualifiedToolName(tool.target, tool.name), tool.at]));
  const files = ofFiles(input, places);
  const callers = input.callers.map(deployed);
  const analyze = (policies: readonly CedarPolicyText[]) =>
    analyzePolicies({ gatewayArn: asDeployed(gatewayArn), tools, policies, callers });
  const openByFile =
    files.length === 0 || !input.policies.some(({ isOpenForReason }) => isOpenForReason)
      ? []
      : analyze(files).filter(({ kind }) => kind === 'tool-open-to-everybody');
  const openTools = new Set(openByFile.map(({ tool }) => tool));
  const found = analyze([...ofTools(input, places), ...files]).filter(decided(input, openTools));
  const problems = found.map((each) => ({ ...each, problem: asProblem(each, places) }));
  return {
    errors: problems.filter(({ severity }) => severity === 'error').map(({ problem }) => problem),
    warnings: problems
      .filter(({ severity }) => severity === 'warning')
      .map(({ kind, policyId, tool, problem }) => ({ id: `policy:${kind}:${policyId ?? tool ?? 'engine'}`, problem })),
  };
}

function ofTools({ policies, gatewayArn }: PoliciesToCheck, places: Places): CedarPolicyText[] {
  return policies.flatMap((policy) =>
    [policy.renderPermit(gatewayArn), policy.renderForbid(gatewayArn)].flatMap((statement, index) => {
      if (statement === undefined) return [];
      const id = `${index === 0 ? 'permit' : 'forbid'} of ${policy.tool.name} at ${policy.tool.at}`;
      places.set(id, policy.tool.at);
      return [{ id, text: asDeployed(statement.text) }];
    }),
  );
}

/** What no offline engine can read is left out; it is a warning already. */
function ofFiles({ filePolicies }: PoliciesToCheck, places: Places): CedarPolicyText[] {
  return filePolicies.flatMap(({ source, text }) => {
    if (source.dialect !== undefined) return [];
    places.set(source.id, `${source.file}:${source.line}`);
    return [{ id: source.id, text: asDeployed(text) }];
  });
}

function deployed({ name, principal, scopes }: AnalyzedCaller): AnalyzedCaller {
  return { name, scopes, principal: JSON.parse(asDeployed(JSON.stringify(principal))) as typeof principal };
}

/** Leaves out what has a stated reason, and what a policy that cannot be read may decide. */
function decided(
  { policies, filePolicies }: PoliciesToCheck,
  openByFile: ReadonlySet<string | undefined>,
): (finding: PolicyFinding) => boolean {
  const byTool = new Map(policies.map((policy) => [qualifiedToolName(policy.tool.target, policy.tool.name), policy]));
  const unread = filePolicies.map(({ source }) => source).filter(({ dialect }) => dialect !== undefined);
  return ({ kind, tool }) => {
    const policy = byTool.get(tool ?? '');
    if (policy === undefined) return true;
    // A reason is for its own permit, and for no file that opens the tool as well.
    if (kind === 'tool-open-to-everybody') return !policy.isOpenForReason || openByFile.has(tool);
    return kind !== 'tool-unreachable' || !unread.some((each) => mayConcern(each, policy.tool));
  };
}

function asProblem({ kind, policyId, tool, message, fix }: PolicyFinding, places: Places): Problem {
  const code = kind === 'quota' ? 'POLICY_SIZE' : kind === 'tool-unreachable' ? 'TOOL_UNREACHABLE' : 'POLICY_ANALYSIS';
  return { code, message, fix, at: places.get(policyId ?? tool ?? '') };
}
