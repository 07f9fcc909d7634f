import type { AskedCall, AuthorizationModel } from './authorization-model';
import { type CedarPolicyJson, type CedarPolicyText, cedar, expressionText, parsePolicy } from './engine';
import { explain, isOneTest } from './explain';
import { type CedarExpression, FALSE, hasPath, operands, TRUE, tagOf } from './expression';

/** A part of a policy that could be left out or could never hold, and no test would notice. */
export interface UntestedClause {
  readonly policyId: string;
  /** In words. */
  readonly clause: string;
}

export interface ClauseCoverage {
  /** Policies that decide no test, those that cannot be read among them. */
  readonly untestedPolicies: readonly string[];
  readonly untestedClauses: readonly UntestedClause[];
  /** Parts that were tried. */
  readonly clauses: number;
  /** How much of the policies is held in place, policies and their parts counted alike: 0 to 100. */
  readonly percent: number;
}

/**
 * Finds what the tests do not hold in place, by changing it: every part of a condition is once taken out (where it is
 * one of several that must hold) or made impossible (where it is one of several alternatives). When every test still
 * gets the same answer, nothing tests that part.
 */
export function clauseCoverage(model: AuthorizationModel, tests: readonly AskedCall[]): ClauseCoverage {
  const before = tests.map((test) => model.decide(test));
  const deciding = new Set(before.flatMap(({ policies }) => policies));
  const untestedClauses: UntestedClause[] = [];
  let clauses = 0;
  for (const policy of model.input.policies) {
    const { json } = parsePolicy(policy.text);
    for (const mutant of json === undefined ? [] : mutants(json)) {
      clauses++;
      const changed = modelWith(model, policy.id, mutant.policy);
      const noticed = tests.some((test, index) => changed.decide(test).decision !== before[index]!.decision);
      if (!noticed) untestedClauses.push({ policyId: policy.id, clause: explain(mutant.clause, expressionText) });
    }
  }
  const policies = model.input.policies.map(({ id }) => id);
  const unread = (model.input.unread ?? []).map(({ id, name }) => id ?? name);
  const untestedPolicies = [...policies.filter((id) => !deciding.has(id)), ...unread];
  const all = clauses + policies.length + unread.length;
  const tested = all - untestedPolicies.length - untestedClauses.length;
  return { untestedPolicies, untestedClauses, clauses, percent: all === 0 ? 100 : Math.floor((100 * tested) / all) };
}

function modelWith(model: AuthorizationModel, id: string, policy: CedarPolicyJson): AuthorizationModel {
  const answer = cedar().policyToText(policy);
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
  const changed: CedarPolicyText = { id, text: answer.text };
  return model.withPolicies(model.input.policies.map((each) => (each.id === id ? changed : each)));
}

interface Mutant {
  readonly policy: CedarPolicyJson;
  readonly clause: CedarExpression;
}

function mutants(policy: CedarPolicyJson): Mutant[] {
  return policy.conditions.flatMap((clause, index) =>
    variants(clause.body as CedarExpression).map(({ body, part }) => ({
      policy: {
        ...policy,
        conditions: policy.conditions.map((each, at) =>
          at === index ? { ...each, body: body as typeof each.body } : each,
        ),
      },
      clause: part,
    })),
  );
}

interface Variant {
  readonly body: CedarExpression;
  /** The part that was changed. */
  readonly part: CedarExpression;
}

function variants(expression: CedarExpression): Variant[] {
  if (!isOneTest(expression)) return replaced(expression, '||', FALSE);
  if (operands(expression, '&&').length > 1) return replaced(expression, '&&', TRUE);
  return isGuard(expression) ? [] : [{ body: TRUE, part: expression }];
}

function replaced(expression: CedarExpression, operator: '&&' | '||', value: CedarExpression): Variant[] {
  const parts = operands(expression, operator);
  return parts.flatMap((part, index) => {
    const put = (body: CedarExpression) =>
      joinedWith(
        operator,
        parts.map((each, at) => (at === index ? body : each)),
      );
    const inner = variants(part).map(({ body, part: changed }) => ({ body: put(body), part: changed }));
    const single = inner.length === 1 && inner[0]!.part === part;
    // Without its guard a test would fail instead of holding, so guards are not taken out.
    if (operator === '&&') return inner;
    return single ? [{ body: put(value), part }] : [{ body: put(value), part }, ...inner];
  });
}

function joinedWith(operator: '&&' | '||', parts: readonly CedarExpression[]): CedarExpression {
  return parts.reduce((left, right) => ({ [operator]: { left, right } }));
}

function isGuard(expression: CedarExpression): boolean {
  return hasPath(expression) !== undefined || tagOf(expression, 'hasTag') !== undefined;
}
