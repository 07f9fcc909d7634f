import { Unknown } from '../assembly/resolve';
import type { ModelResource, TemplateModel } from '../assembly/template-model';
import type { Layer, Severity } from '../core/finding';
import type { Acknowledgment } from './acknowledgment';
import type { RuleOptions } from './options';

/** What a rule says about one place in a template. Nothing said is a pass. */
export interface Outcome {
  readonly kind: 'finding' | 'undecided';
  readonly resource: ModelResource;
  /** Relative to the resource: `Properties.AuthorizerType`. */
  readonly path: string;
  /** The value found, or why it cannot be decided. */
  readonly detail?: string;
  /** Tells several findings of one rule on one resource apart. */
  readonly key?: string;
  /** When one case of a rule weighs less than the rule, or more. */
  readonly severity?: Severity;
}

/** Numbers of public catalogues; see docs/rules/mapping.md for the confidence. */
export interface Frameworks {
  /** OWASP MCP Top 10: `07` is MCP07. */
  readonly owaspMcp: readonly string[];
  /** OWASP Agentic: `03` is ASI03. */
  readonly owaspAgentic: readonly string[];
  /** `AGENTSECnn` of the Agentic AI Lens, `SECnn-BPnn` of the Security Pillar. */
  readonly wellArchitected: readonly string[];
  /** SP 800-53 revision 5. */
  readonly nist80053: readonly string[];
}

export interface Rule {
  /** `IN01`: prefix of the layer and a number that is never reused. */
  readonly id: string;
  /** File name without the id: `gateway-requires-authorizer`. */
  readonly name: string;
  readonly layer: Layer;
  /** Weight in the catalogue; critical and high are errors, medium is a warning. */
  readonly level: 'critical' | 'high' | 'medium';
  /** Off unless this profile is chosen. */
  readonly profile?: 'strict' | 'private';
  /** What is wrong when the rule fires. */
  readonly summary: string;
  /** What can happen. */
  readonly explanation: string;
  /** What to change. */
  readonly fix: string;
  /** When an acknowledgment is right. */
  readonly acknowledge: string;
  /** What the rule cannot see in a template. */
  readonly limits?: string;
  readonly references: readonly string[];
  readonly frameworks: Frameworks;
  /** `Resources` of a template in YAML: the documentation shows both, a test runs both. */
  readonly example: { readonly bad: string; readonly good: string };
  readonly evaluate: (model: TemplateModel, context: RuleContext) => Iterable<Outcome>;
}

export interface RuleContext {
  readonly options: RuleOptions;
  readonly acknowledgments: readonly Acknowledgment[];
  /** Weight of every rule, by id. */
  readonly levels: ReadonlyMap<string, Rule['level']>;
}

export function defineRule(rule: Rule): Rule {
  return rule;
}

export function severityOf(rule: Rule): Severity {
  return rule.level === 'medium' ? 'warning' : 'error';
}

export function finding(resource: ModelResource, path: string, detail?: string, key?: string): Outcome {
  return { kind: 'finding', resource, path, detail, key };
}

export function warning(resource: ModelResource, path: string, detail?: string, key?: string): Outcome {
  return { kind: 'finding', resource, path, detail, key, severity: 'warning' };
}

export function undecided(resource: ModelResource, path: string, value: Unknown | string): Outcome {
  return { kind: 'undecided', resource, path, detail: value instanceof Unknown ? value.why : value };
}
