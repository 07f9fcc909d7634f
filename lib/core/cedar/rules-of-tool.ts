import { isDeepStrictEqual } from 'node:util';
import { findProperty, isRequired, type ToolInputSchema } from '../schema/tool-schema';
import { isChoice } from './contradiction';
import { type CedarExpression, hasPath, operands, simplify, TRUE } from './expression';
import { cannotFail, implies } from './implies';
import { both, notForbidden } from './not-forbidden';
import type { PolicyPart } from './policy-finding';
import type { Residual } from './policy-set';

/** Each policy is held against each, so of more than these nothing is said. */
const POLICIES_MAX = 100;

interface Rule extends Residual {
  /** What holds of the calls that it decides: its condition, and of a permit also that no forbid applies. */
  readonly given: CedarExpression;
  readonly cannotFail: boolean;
}

/** What is left of the policies about one tool, held against each other. */
export class RulesOfTool {
  private readonly rules: readonly Rule[];

  public constructor(schema: ToolInputSchema, residuals: readonly Residual[]) {
    const all =
      residuals.length < 2 || residuals.length > POLICIES_MAX
        ? []
        : residuals.map((each) => ({ ...each, condition: simplify(withRequired(each.condition, schema)) }));
    const forbids = all.filter(({ effect }) => effect === 'forbid').map(({ condition }) => condition);
    this.rules = all.map((each) => {
      const given = each.effect === 'permit' ? notForbidden(each.condition, forbids) : each.condition;
      return { ...each, given, cannotFail: cannotFail(given) };
    });
  }

  /** One of some other policies, which decides alike whatever this one decides. */
  public covering(policyId: string, isOther: (policyId: string) => boolean): PolicyPart | undefined {
    const rule = this.find(policyId);
    return rule === undefined ? undefined : this.covers(rule, rule.given, isOther);
  }

  /** The alternatives of a permit; none when it has but one. */
  public waysOf(policyId: string): readonly CedarExpression[] {
    const rule = this.find(policyId);
    return rule === undefined ? [] : waysOf(rule);
  }

  /** One of some other policies, which decides alike whatever one alternative of this one decides. */
  public coveringWay(
    policyId: string,
    way: CedarExpression,
    isOther: (policyId: string) => boolean,
  ): PolicyPart | undefined {
    const rule = this.find(policyId);
    if (rule === undefined || !waysOf(rule).some((each) => isDeepStrictEqual(each, way))) return undefined;
    return this.covers(rule, both(way, rule.given), isOther);
  }

  private find(policyId: string): Rule | undefined {
    return this.rules.find((rule) => rule.policyId === policyId);
  }

  /** @param given what is known of the calls */
  private covers(rule: Rule, given: CedarExpression, isOther: (policyId: string) => boolean): PolicyPart | undefined {
    const other = this.rules.find(
      (each) =>
        each !== rule &&
        each.effect === rule.effect &&
        isOther(each.policyId) &&
        implies(given, each.condition, each.cannotFail && rule.cannotFail),
    );
    return other === undefined ? undefined : partOf(other, given);
  }
}

/** The alternative of it that covers, where one can be named. */
function partOf(rule: Rule, given: CedarExpression): PolicyPart {
  const { policyId } = rule;
  const part = waysOf(rule).find((way) => implies(given, way, rule.cannotFail));
  return part === undefined ? { policyId } : { policyId, part };
}

function waysOf({ effect, condition }: Rule): readonly CedarExpression[] {
  if (effect === 'forbid') return [];
  return operands(condition, '&&').flatMap((part) => (isChoice(part) ? operands(part, '||') : []));
}

/** The service refuses a call without an argument that the schema requires, so that to ask for it is no condition. */
function withRequired<T>(expression: T, schema: ToolInputSchema): T {
  if (Array.isArray(expression)) return expression.map((each) => withRequired(each, schema)) as T;
  if (typeof expression !== 'object' || expression === null) return expression;
  const path = hasPath(expression as CedarExpression);
  if (path !== undefined) return isAlwaysGiven(schema, path) ? (TRUE as T) : expression;
  return Object.fromEntries(Object.entries(expression).map(([key, value]) => [key, withRequired(value, schema)])) as T;
}

function isAlwaysGiven(schema: ToolInputSchema, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  const property = findProperty(schema, name);
  return property !== undefined && isRequired(schema, name) && isAlwaysGiven(property, rest);
}
