import type { Assembly } from '../assembly/read-assembly';
import { TemplateModel } from '../assembly/template-model';
import { type Finding, LAYERS } from '../core/finding';
import { RULES } from './registry';
import type { Outcome, Rule } from './rule';

export const PACK_NAME = 'SecureMcp';

/** A finding with the template it was made on, for those who print source locations. */
export interface LocatedFinding extends Finding {
  readonly templateFile: string;
  /** Relative to the resource: `Properties.AuthorizerType`. */
  readonly location: string;
}

/** Runs every rule over an assembly. Findings come in the order of the layers, then by rule and resource. */
export function runRules(assembly: Assembly, rules: readonly Rule[] = RULES): LocatedFinding[] {
  const model = new TemplateModel(assembly);
  return [...rules]
    .sort((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer) || a.id.localeCompare(b.id))
    .flatMap((rule) => [...rule.evaluate(model)].map((outcome) => toFinding(rule, outcome)));
}

function toFinding(rule: Rule, outcome: Outcome): LocatedFinding {
  const { resource, path, detail } = outcome;
  const open = outcome.kind === 'undecided';
  const key = open ? 'Unknown' : outcome.key;
  return {
    ruleId: `${PACK_NAME}-${rule.id}${key === undefined ? '' : `[${key}]`}`,
    severity: open ? 'warning' : rule.severity,
    layer: rule.layer,
    resource: resource.logicalId,
    path: `${resource.stack.name}/${resource.logicalId}.${path}`,
    message: open
      ? `Cannot be verified at synthesis, because ${detail}: ${rule.summary}?`
      : `${rule.summary}${detail === undefined ? '' : `: ${detail}`}`,
    fix: rule.fix,
    templateFile: resource.stack.templateFile,
    location: path,
  };
}
