import { analyzePolicies } from '../core/cedar/analyze-policies';
import type { CedarPolicyText } from '../core/cedar/engine';
import {
  type FilePolicy,
  type FileProblem,
  formattingProblems,
  mayConcern,
  type PolicySource,
  sourcePlaces,
  validatePolicyFiles,
} from '../core/cedar/policy-file';
import type { AnalyzedCaller, PolicyFinding, PolicyPart } from '../core/cedar/policy-finding';
import { schemaFromTools } from '../core/cedar/schema-from-tools';
import type { ErrorCode, Problem } from '../core/errors';
import { qualifiedToolName } from '../protocol/tool-name';
import type { PolicyTool } from './condition-rendering';
import { asDeployed, inMessage } from './deploy-time-text';
import { repeatedParts } from './repeated-parts';
import type { ToolPolicy } from './tool-policy';
import { validateToolPolicies } from './validate-tool-policies';
import { type Place, placeText, placeWith, type WrittenPolicy } from './written-at';

export interface PoliciesToCheck extends PoliciesInForce {
  /** All tools of the gateway, also those without policy. */
  readonly tools: readonly PolicyTool[];
  /** Those of trials among them. */
  readonly files: readonly PolicySource[];
  /** What decides nothing yet. */
  readonly trials: PoliciesInForce;
  /** ARN of the gateway, a token as a rule. */
  readonly gatewayArn: string;
  readonly callers: readonly AnalyzedCaller[];
}

export interface PoliciesInForce {
  readonly policies: readonly ToolPolicy[];
  /** The policies of files, with the text that is deployed. */
  readonly filePolicies: readonly { readonly source: FilePolicy; readonly text: string }[];
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
 * schema of the tools; then, if all are valid, what they mean together, and what they would mean with those on trial.
 */
export function checkPolicies(input: PoliciesToCheck): CheckedPolicies {
  const permits = input.filePolicies.map(({ source }) => source).filter(({ effect }) => effect === 'permit');
  const inFiles = fileProblems(input);
  const invalid = [
    ...validateToolPolicies({ ...input, permittedElsewhere: (tool) => permits.some((each) => mayConcern(each, tool)) }),
    ...validateToolPolicies({ ...input, policies: input.trials.policies, permittedElsewhere: () => true }),
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

/** Where a policy, or a part of its condition, stands, by the id that the policy has in the analysis. */
type Places = Map<string, (part?: PolicyPart['part']) => Place>;

function analysis(input: PoliciesToCheck): { errors: Problem[]; warnings: PolicyWarning[] } {
  const { policies, filePolicies, trials } = input;
  const places: Places = new Map(
    input.tools.map((tool) => [qualifiedToolName(tool.target, tool.name), () => ({ lines: [], path: tool.at })]),
  );
  const now = findings(input, { policies, filePolicies }, { policies: [], filePolicies: [] }, places);
  const inForce = new Set(places.keys());
  const later = trials.policies.length + trials.filePolicies.length === 0 ? [] : findings(input, input, trials, places);
  const known = new Set(now.map(keyOf));
  const unknown = later.filter((each) => !known.has(keyOf(each)) && !isTriedOut(each, inForce));
  const found = [...now, ...unknown.map(onTrial)];
  const problems = found.map((each) => ({ ...each, problem: asProblem(each, places) }));
  return {
    errors: problems.filter(({ severity }) => severity === 'error').map(({ problem }) => problem),
    warnings: problems
      .filter(({ severity }) => severity === 'warning')
      .map(({ kind, policyId, tool, trial, problem }) => ({
        id: `policy:${trial === true ? 'trial-' : ''}${kind}:${policyId ?? tool ?? 'engine'}`,
        problem,
      })),
  };
}

function findings(
  { tools, gatewayArn, callers }: PoliciesToCheck,
  inForce: PoliciesInForce,
  trials: PoliciesInForce,
  places: Places,
): (PolicyFinding & { readonly trial?: boolean })[] {
  const policies = [...inForce.policies, ...trials.policies];
  const filePolicies = [...inForce.filePolicies, ...trials.filePolicies];
  const files = ofFiles(filePolicies, places);
  const [ofTools, onTrial] = [
    ofToolPolicies(inForce.policies, gatewayArn),
    ofToolPolicies(trials.policies, gatewayArn, true),
  ];
  for (const { id, written } of [...ofTools, ...onTrial]) places.set(id, (part) => placeWith(written, part));
  // Of two that say the same the later one is superfluous, which is never one that is in force.
  const texts = [
    ...ofTools,
    ...ofFiles(inForce.filePolicies, places),
    ...onTrial,
    ...ofFiles(trials.filePolicies, places),
  ];
  const today = new Date().toISOString().slice(0, 10);
  const analyze = (all: readonly CedarPolicyText[]) =>
    analyzePolicies({
      gatewayArn: asDeployed(gatewayArn),
      tools,
      policies: all,
      callers: callers.map(deployed),
      today,
    });
  // A reason is for its own permit, and for nothing that opens the tool as well.
  const openWithoutReason = () => {
    const withReason = policies.some(({ isOpenForReason }) => isOpenForReason);
    const others = withReason ? policies.flatMap((policy) => policy.renderPermitWithoutReason(gatewayArn) ?? []) : [];
    const rest = others.map(({ text }, index) => ({ id: `without reason ${index}`, text: asDeployed(text) }));
    const open = withReason ? analyze([...rest, ...files]).filter(({ kind }) => kind === 'tool-open-to-everybody') : [];
    return new Set(open.map(({ tool }) => tool));
  };
  const repeated = ofTools.flatMap(({ id, written }) => repeatedParts(id, written));
  return [...repeated, ...analyze(texts)].filter(decided({ policies, filePolicies }, openWithoutReason()));
}

function keyOf({ kind, policyId, tool }: PolicyFinding): string {
  return JSON.stringify([kind, policyId, tool]);
}

/** A policy in force that one on trial covers is still what decides. */
function isTriedOut({ kind, policyId = '' }: PolicyFinding, inForce: ReadonlySet<string>): boolean {
  return kind === 'duplicate' && inForce.has(policyId);
}

/** What a policy would make of a tool stops no deployment while it is tried; what is wrong with itself does. */
function onTrial(finding: PolicyFinding): PolicyFinding & { readonly trial?: boolean } {
  if (finding.tool === undefined) return finding;
  const message = `with the policies that are on trial in force, ${finding.message}`;
  return { ...finding, severity: 'warning', trial: true, message };
}

function ofToolPolicies(
  policies: readonly ToolPolicy[],
  gatewayArn: string,
  onTrial = false,
): (CedarPolicyText & { readonly written: WrittenPolicy })[] {
  return policies.flatMap((policy, number) =>
    [policy.renderPermit(gatewayArn), policy.renderForbid(gatewayArn)].flatMap((statement, index) => {
      if (statement === undefined) return [];
      const effect = `${index === 0 ? 'permit' : 'forbid'}${onTrial ? ` on trial (${number + 1})` : ''}`;
      const text = asDeployed(statement.text);
      const parts = statement.parts.map((part) => ({ ...part, text: asDeployed(part.text) }));
      return [
        { id: `${effect} of ${policy.tool.name} at ${policy.tool.at}`, text, written: { ...statement, text, parts } },
      ];
    }),
  );
}

/** What no offline engine can read is left out; it is a warning already. */
function ofFiles(filePolicies: PoliciesInForce['filePolicies'], places: Places): CedarPolicyText[] {
  return filePolicies.flatMap(({ source, text }) => {
    if (source.dialect !== undefined) return [];
    places.set(source.id, () => ({ lines: sourcePlaces(source, source.line) }));
    return [{ id: source.id, text: asDeployed(text) }];
  });
}

function deployed({ principal, ...caller }: AnalyzedCaller): AnalyzedCaller {
  return { ...caller, principal: JSON.parse(asDeployed(JSON.stringify(principal))) as typeof principal };
}

/** Leaves out what has a stated reason, and what a policy that cannot be read may decide. */
function decided(
  { policies, filePolicies }: PoliciesInForce,
  openWithoutReason: ReadonlySet<string | undefined>,
): (finding: PolicyFinding) => boolean {
  const unread = filePolicies.map(({ source }) => source).filter(({ dialect }) => dialect !== undefined);
  const byTool = new Map<string, ToolPolicy[]>();
  for (const policy of policies) {
    const name = qualifiedToolName(policy.tool.target, policy.tool.name);
    byTool.set(name, [...(byTool.get(name) ?? []), policy]);
  }
  return ({ kind, tool }) => {
    const own = byTool.get(tool ?? '') ?? [];
    if (kind === 'tool-open-to-everybody')
      return openWithoutReason.has(tool) || !own.some(({ isOpenForReason }) => isOpenForReason);
    if (kind !== 'tool-unreachable') return true;
    return !own.some((policy) => unread.some((each) => mayConcern(each, policy.tool)));
  };
}

function asProblem({ kind, policyId, part, tool, because = [], message, fix }: PolicyFinding, places: Places): Problem {
  const code = kind === 'quota' ? 'POLICY_SIZE' : kind === 'tool-unreachable' ? 'TOOL_UNREACHABLE' : 'POLICY_ANALYSIS';
  const about = [{ policyId: policyId ?? tool ?? '', part }, ...because];
  const at = placeText(about.flatMap((each) => places.get(each.policyId)?.(each.part) ?? []));
  return { code, message: inMessage(message), fix: inMessage(fix), at };
}
