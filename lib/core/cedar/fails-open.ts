import { type CedarExpression, choiceOf, contextPath, hasPath, partsOf, tagOf } from './expression';

interface Policy {
  readonly effect: 'permit' | 'forbid';
  readonly conditions: readonly { readonly kind: 'when' | 'unless'; readonly body: unknown }[];
}

/** What is wrong then, after the name of the policy. */
export const FAILS_OPEN = 'forbids when a test succeeds, so a call that lacks what the test reads is not forbidden';

/**
 * Whether a forbid spares a call because something is missing: `when { bad }` does, and so does `unless { !(bad) }`, which
 * is the same. The absence of an argument may be what is asked for; that of a claim is up to the caller.
 */
export function failsOpen({ effect, conditions }: Policy): boolean {
  if (effect !== 'forbid') return false;
  return conditions.some(({ kind, body }) => (kind === 'when' ? canBeMissing(body) : holdsWithout(body)));
}

/** Arguments and claims can be missing or of another type; the time, the caller's type and id cannot. */
function canBeMissing(body: unknown): boolean {
  for (const part of partsOf(body)) {
    if (Object.hasOwn(part, 'getTag') || Object.hasOwn(part, 'hasTag')) return true;
    if (contextPath(part)?.[0] === 'input') return true;
  }
  return false;
}

/** Whether the guard of a test stands where its failure makes the whole true. */
function holdsWithout(body: unknown): boolean {
  for (const part of partsOf(body)) {
    const negated = (part['!'] as { arg: CedarExpression } | undefined)?.arg;
    if (negated !== undefined && hasPath(negated) === undefined && isGuarded(negated)) return true;
    const choice = choiceOf(part);
    if (choice !== undefined && choice.else.Value !== false && tagOf(choice.if, 'hasTag') !== undefined) return true;
  }
  return false;
}

function isGuarded(expression: CedarExpression): boolean {
  for (const part of partsOf(expression)) if (Object.hasOwn(part, 'hasTag') || hasPath(part) !== undefined) return true;
  return false;
}
