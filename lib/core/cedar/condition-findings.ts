import { coveredAlternative, emptyAlternative, isContradiction } from './contradiction';
import { expressionText } from './engine';
import { explain } from './explain';
import { type CedarExpression, conditionOf } from './expression';
import { FAILS_OPEN, failsOpen } from './fails-open';
import type { PolicyFinding, PolicyFindingKind, ReadPolicy } from './policy-finding';

/**
 * What shows in the conditions of one policy.
 *
 * @param today `YYYY-MM-DD`: what ends before it is over
 */
export function conditionFindings(policy: ReadPolicy, today: string): PolicyFinding[] {
  const condition = conditionOf(policy.json);
  if (policy.json.effect === 'permit' && condition.Value === true) {
    return [
      finding(policy, 'unconditional-permit', 'error', {
        message: 'permits without any condition, which the analyzer of the service refuses',
        fix: 'Say who may call: a scope, group, client or role',
      }),
    ];
  }
  return [...emptyFindings(policy, condition, today), ...coveredFindings(policy, condition), ...openFindings(policy)];
}

/** What holds for no call, now or from today on: the whole, an exception of it, or one of several alternatives. */
function emptyFindings(policy: ReadPolicy, condition: CedarExpression, today: string): PolicyFinding[] {
  const exceptions = policy.json.conditions.flatMap(({ kind, body }) =>
    kind === 'unless' ? [body as CedarExpression] : [],
  );
  const never = emptyFinding(policy, condition, exceptions, (expression) => expression, NEVER);
  if (never !== undefined) return [never];
  // Most policies are not about time.
  if (!policy.text.includes('datetime')) return [];
  const over = emptyFinding(policy, condition, exceptions, (expression) => from(today, expression), OVER);
  return over === undefined ? [] : [over];
}

interface Words {
  readonly kind: PolicyFindingKind;
  readonly severity: 'error' | 'warning';
  readonly applies: string;
  readonly why: string;
  readonly be: string;
  readonly correct: string;
}

const NEVER: Words = {
  kind: 'never-applies',
  severity: 'error',
  applies: 'can never apply',
  why: ': its conditions exclude each other',
  be: 'can never be: its conditions exclude each other',
  correct: 'Correct the bounds',
};

const OVER: Words = {
  kind: 'over',
  severity: 'warning',
  applies: 'can no longer apply',
  why: ': its time is over',
  be: 'can no longer be: its time is over',
  correct: 'Correct the time',
};

function emptyFinding(
  policy: ReadPolicy,
  condition: CedarExpression,
  exceptions: readonly CedarExpression[],
  given: (expression: CedarExpression) => CedarExpression,
  { kind, severity, applies, why, be, correct }: Words,
): PolicyFinding | undefined {
  if (isContradiction(given(condition)))
    return finding(policy, kind, severity, {
      message: `${applies}${why}`,
      fix: `${correct}, or remove the policy`,
    });
  const exception = exceptions.find((each) => isContradiction(given(each)));
  if (exception !== undefined)
    return finding(policy, kind, severity, {
      message: `makes an exception that ${be}`,
      fix: `${correct}, or remove the exception`,
    });
  for (const each of [condition, ...exceptions]) {
    const part = emptyAlternative(given(each));
    if (part === undefined) continue;
    const of = each === condition ? 'an alternative' : 'an alternative of an exception';
    const message = `has ${of} that ${applies}: ${explain(part, expressionText)}`;
    return finding(policy, kind, 'warning', { part, message, fix: `${correct}, or remove the alternative` });
  }
  return undefined;
}

const NOW = { '.': { left: { '.': { left: { Var: 'context' }, attr: 'system' } }, attr: 'now' } };

/** In a call of that day or later; Cedar keeps `a >= b` as `!(a < b)`. */
function from(day: string, expression: CedarExpression): CedarExpression {
  const before = { '<': { left: NOW, right: { datetime: [{ Value: day }] } } };
  return { '&&': { left: { '!': { arg: before } }, right: expression } };
}

function coveredFindings(policy: ReadPolicy, condition: CedarExpression): PolicyFinding[] {
  const part = policy.json.effect === 'permit' ? coveredAlternative(condition) : undefined;
  if (part === undefined) return [];
  const message = `has an alternative that another one covers: ${explain(part, expressionText)}`;
  const fix = 'Remove it, or narrow the other one: its conditions bind nobody';
  return [finding(policy, 'duplicate', 'warning', { part, message, fix })];
}

function openFindings(policy: ReadPolicy): PolicyFinding[] {
  if (!failsOpen(policy.json)) return [];
  return [
    finding(policy, 'forbid-fails-open', 'error', {
      message: FAILS_OPEN,
      fix: 'Write forbid ... unless { what is allowed }, with has and hasTag guards',
    }),
  ];
}

function finding(
  { id }: ReadPolicy,
  kind: PolicyFindingKind,
  severity: 'error' | 'warning',
  { message, ...rest }: Pick<PolicyFinding, 'message' | 'fix' | 'part'>,
): PolicyFinding {
  return { kind, severity, policyId: id, message: `policy '${id}' ${message}`, ...rest };
}
