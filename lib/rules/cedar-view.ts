import { isObject, own } from '../assembly/cloudformation';
import { isUnknown, Unknown } from '../assembly/resolve';
import { type ModelResource, property, type TemplateModel } from '../assembly/template-model';
import { parsePolicy } from '../core/cedar/engine';
import { groupedBy } from '../core/grouped-by';
import { engineNamed } from './gateways';
import { perModel } from './per-model';
import { POLICY } from './types';

/** Below `Properties`. */
export const STATEMENT = 'Definition.Cedar.Statement';

/** A Cedar policy of the template, taken apart. */
export interface PolicyView {
  readonly resource: ModelResource;
  readonly engine?: ModelResource;
  readonly text?: string;
  /** Why the text is not known. */
  readonly open?: Unknown;
  /** Cedar's JSON policy format; undefined when the text does not parse (AZ05 says so). */
  readonly json?: PolicyJson;
  readonly active: boolean;
}

export interface PolicyJson {
  readonly effect: 'permit' | 'forbid';
  readonly principal: Constraint;
  readonly action: Constraint;
  readonly resource: Constraint;
  readonly conditions: readonly { readonly kind: 'when' | 'unless'; readonly body: unknown }[];
}

export interface Constraint {
  readonly op: string;
  readonly entity?: { readonly type: string; readonly id: string };
  readonly entities?: readonly { readonly type: string; readonly id: string }[];
}

export const policyViews = perModel((model): readonly PolicyView[] =>
  model.ofType(POLICY).map((resource) => viewOf(model, resource)),
);

const viewsByEngine = perModel((model) => groupedBy(policyViews(model), ({ engine }) => engine));

export function policiesOf(model: TemplateModel, engine: ModelResource): readonly PolicyView[] {
  return viewsByEngine(model).get(engine) ?? [];
}

function viewOf(model: TemplateModel, resource: ModelResource): PolicyView {
  const value = statementOf(resource);
  const text = typeof value === 'string' ? value : undefined;
  return {
    resource,
    engine: engineNamed(model, property(resource, 'PolicyEngineId')),
    text,
    open: isUnknown(value) ? value : undefined,
    json: text === undefined ? undefined : (parsePolicy(text).json as PolicyJson | undefined),
    active: property(resource, 'EnforcementMode') !== 'LOG_ONLY',
  };
}

/** `Definition.Policy` holds a superset of Cedar: guardrails, conditions on what was called before. */
function statementOf(resource: ModelResource): unknown {
  const plain = property(resource, ...STATEMENT.split('.'));
  const extended = plain === undefined ? property(resource, 'Definition', 'Policy', 'Statement') : undefined;
  if (typeof extended !== 'string' || parsePolicy(extended).json !== undefined) return plain ?? extended;
  return new Unknown('the policy is not plain Cedar, so it cannot be read offline');
}

/** Ids of the actions that a policy names; undefined when it names none and so covers all. */
export function actionsOf(policy: PolicyJson): string[] | undefined {
  const { op, entity, entities } = policy.action;
  if (op === 'All') return undefined;
  return (entities ?? (entity === undefined ? [] : [entity])).map(({ id }) => id);
}

/** Every sub-expression of the conditions, outside in. */
export function* expressions(value: unknown): Iterable<{ readonly [operator: string]: unknown }> {
  if (Array.isArray(value)) {
    for (const item of value) yield* expressions(item);
    return;
  }
  if (!isObject(value)) return;
  yield value;
  for (const item of Object.values(value)) yield* expressions(item);
}

/** `input.amount` of `context.input.amount`; undefined for anything else. */
export function contextPath(expression: unknown): string | undefined {
  if (own(expression, 'Var') === 'context') return '';
  const dot = own(expression, '.');
  const attribute = own(dot, 'attr');
  const left = dot === undefined ? undefined : contextPath(own(dot, 'left'));
  if (left === undefined || typeof attribute !== 'string') return undefined;
  return left === '' ? attribute : `${left}.${attribute}`;
}

/** The tag that `principal.getTag("x")` or `hasTag` reads. */
export function tagOf(expression: unknown, operator: 'getTag' | 'hasTag'): string | undefined {
  const tag = own(own(own(expression, operator), 'right'), 'Value');
  return typeof tag === 'string' ? tag : undefined;
}

/** Inputs that a policy reads, `amount` or `address.city`. */
export function inputsRead(policy: PolicyJson): Set<string> {
  const inputs = new Set<string>();
  for (const { body } of policy.conditions) {
    for (const expression of expressions(body)) {
      const path = contextPath(expression);
      if (path?.startsWith('input.')) inputs.add(path.slice('input.'.length));
    }
  }
  return inputs;
}

/** Operands of a comparison such as `<=`, or of a method such as `lessThan`. */
export function operands(expression: unknown, operator: string): [unknown, unknown] | undefined {
  const value = own(expression, operator);
  if (Array.isArray(value)) return value.length === 2 ? [value[0], value[1]] : undefined;
  return isObject(value) && 'left' in value ? [value.left, value.right] : undefined;
}
