import type { Assembly } from '../assembly/read-assembly';
import { TemplateModel } from '../assembly/template-model';
import { oneLine } from '../core/errors';
import type { Finding, Severity } from '../core/finding';
import { type Acknowledgment, coverage, isExpired } from './acknowledgment';
import { DEFAULT_OPTIONS, isStrict, type RuleOptions } from './options';
import { RULES } from './registry';
import { type Outcome, type Rule, severityOf, undecided } from './rule';
import { isRelevantType } from './types';

export const PACK_NAME = 'SecureMcp';

/** A finding with the template it was made on, for those who print source locations. */
export interface LocatedFinding extends Finding {
  /** Whether the rule could not decide: the template leaves the value open. */
  readonly undecided: boolean;
  readonly stack: string;
  readonly templateFile: string;
  /** Relative to the resource: `Properties.AuthorizerType`. */
  readonly location: string;
  /** Where the resource was made, when the template says so. */
  readonly constructPath?: string;
  /** Line of the app that made it. */
  readonly source?: string;
}

export interface RunOptions {
  readonly options?: Partial<RuleOptions>;
  readonly acknowledgments?: readonly Acknowledgment[];
  readonly rules?: readonly Rule[];
}

/**
 * Runs the rules of the profile over an assembly, once for every combination of conditions. Findings come in the order
 * of the layers, then by rule and resource. Acknowledgments are judged here, not applied: see {@link acknowledge}.
 */
export function runRules(assembly: Assembly, run: RunOptions = {}): LocatedFinding[] {
  const options = { ...DEFAULT_OPTIONS, ...run.options };
  const acknowledgments = run.acknowledgments ?? [];
  const levels = new Map(RULES.map(({ id, level }) => [id, level]));
  const models = TemplateModel.each(assembly, isRelevantType);
  return (run.rules ?? RULES)
    .filter((rule) => isOn(rule, options))
    .flatMap((rule) => {
      const found = new Map<string, LocatedFinding>();
      for (const model of models) {
        for (const outcome of outcomesOf(rule, model, { options, acknowledgments, levels })) {
          const finding = toFinding(rule, outcome, options);
          found.set(`${finding.ruleId}|${finding.path}|${finding.message}`, finding);
        }
      }
      return [...found.values()];
    });
}

/** A finding that somebody has decided to live with. */
export interface AcknowledgedFinding extends LocatedFinding {
  readonly acknowledgment: Acknowledgment;
}

/** Findings that no valid acknowledgment covers, and those that one does. */
export function acknowledge(
  findings: readonly LocatedFinding[],
  acknowledgments: readonly Acknowledgment[],
  today: string = DEFAULT_OPTIONS.today,
): { open: LocatedFinding[]; acknowledged: AcknowledgedFinding[] } {
  const covering = coverage(acknowledgments.filter((each) => !isExpired(each, today)));
  const open: LocatedFinding[] = [];
  const acknowledged: AcknowledgedFinding[] = [];
  for (const finding of findings) {
    const acknowledgment = covering(finding)[0];
    if (acknowledgment === undefined) open.push(finding);
    else acknowledged.push({ ...finding, acknowledgment });
  }
  return { open, acknowledged };
}

/** Rules that a configuration does not let run: reports name them, or what they would find is missed without a trace. */
export function switchedOff(options: Partial<RuleOptions>): string[] {
  return RULES.filter(({ id }) => options.severities?.[id] === 'off').map(({ id }) => id);
}

function isOn(rule: Rule, options: RuleOptions): boolean {
  if (options.severities[rule.id] === 'off') return false;
  return rule.profile === undefined || rule.profile === options.profile || options.profile === 'private';
}

/** A rule that fails on odd input has decided nothing: that is said, and the other rules go on. */
function outcomesOf(rule: Rule, model: TemplateModel, context: Parameters<Rule['evaluate']>[1]): Outcome[] {
  const outcomes: Outcome[] = [];
  try {
    for (const outcome of rule.evaluate(model, context)) outcomes.push(outcome);
  } catch (error) {
    const [first] = model.resources;
    if (first !== undefined)
      outcomes.push(undecided(first, 'Properties', `the rule failed: ${(error as Error).message}`));
  }
  return outcomes;
}

function toFinding(rule: Rule, outcome: Outcome, options: RuleOptions): LocatedFinding {
  const { resource, path, detail } = outcome;
  const open = outcome.kind === 'undecided';
  const key = open ? `Unknown::${path}` : outcome.key;
  const construct = resource.stack.constructs?.get(resource.logicalId);
  const fromTemplate = (resource.metadata as { readonly [key: string]: unknown })['aws:cdk:path'];
  return {
    ruleId: `${PACK_NAME}-${rule.id}${key === undefined ? '' : `[${oneLine(keyText(key))}]`}`,
    severity: severity(rule, outcome, options),
    layer: rule.layer,
    resource: resource.logicalId,
    path: oneLine(`${resource.stack.name}/${resource.logicalId}.${path}`),
    message: oneLine(
      open
        ? `Cannot be verified at synthesis, because ${detail}: ${rule.summary}?`
        : `${rule.summary}${detail === undefined ? '' : `: ${detail}`}`,
    ),
    fix: rule.fix,
    undecided: open,
    stack: resource.stack.name,
    templateFile: resource.stack.templateFile,
    location: oneLine(path),
    constructPath: construct?.path ?? (typeof fromTemplate === 'string' ? oneLine(fromTemplate) : undefined),
    source: construct?.source,
  };
}

/** As the CDK takes it in an id: hyphens for spaces, brackets in pairs or not at all. */
function keyText(key: string): string {
  const text = key.replaceAll(' ', '-');
  let brackets = text.replace(/[^[\](){}]/g, '');
  let before = '';
  while (before !== brackets) [before, brackets] = [brackets, brackets.replace(/\[\]|\(\)|\{\}/g, '')];
  return brackets === '' ? text : text.replace(/[[\](){}]/g, '');
}

function severity(rule: Rule, outcome: Outcome, options: RuleOptions): Severity {
  const configured = options.severities[rule.id];
  const own = configured === 'error' || configured === 'warning' ? configured : severityOf(rule);
  if (outcome.kind === 'undecided') return isStrict(options) ? own : 'warning';
  return outcome.severity === 'warning' || configured === undefined ? (outcome.severity ?? own) : own;
}
