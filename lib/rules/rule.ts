import type { Unknown } from '../assembly/resolve';
import type { ModelResource, TemplateModel } from '../assembly/template-model';
import type { Layer, Severity } from '../core/finding';

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
}

export interface Rule {
  /** `IN01`: prefix of the layer and a number that is never reused. */
  readonly id: string;
  /** File name without the id: `gateway-requires-authorizer`. */
  readonly name: string;
  readonly layer: Layer;
  readonly severity: Severity;
  /** What is wrong when the rule fires. */
  readonly summary: string;
  /** What can happen. */
  readonly explanation: string;
  /** What to change. */
  readonly fix: string;
  readonly references: readonly string[];
  readonly evaluate: (model: TemplateModel) => Iterable<Outcome>;
}

export function defineRule(rule: Rule): Rule {
  return rule;
}

export function finding(resource: ModelResource, path: string, detail?: string, key?: string): Outcome {
  return { kind: 'finding', resource, path, detail, key };
}

export function undecided(resource: ModelResource, path: string, value: Unknown): Outcome {
  return { kind: 'undecided', resource, path, detail: value.why };
}
