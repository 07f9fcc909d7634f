import { isDeepStrictEqual } from 'node:util';
import { type CedarExpression, literalSet, operands, operatorOf, partsOf, sides } from './expression';

/** Steps after which nothing more is tried: conditions that large are left to the reader. */
const STEPS_MAX = 10_000;

/**
 * Whether every call for which `condition` is true also makes `other` true, as far as that shows in the expressions: by
 * parts that are the same, bounds and sets of literals. `false` says nothing.
 *
 * `cannotFail` is whether the evaluation of both never ends in an error, in which case neither they nor their negations
 * would be true: see {@link cannotFail}.
 */
export function implies(condition: CedarExpression, other: CedarExpression, cannotFail: boolean): boolean {
  return new Proof(cannotFail).holds(condition, other);
}

/** Arithmetic can overflow. */
const FAILING = ['+', '-', '*', 'neg', 'offset', 'durationSince', 'toDate'];

/**
 * Whether a condition never ends in an error, given that its policy passes strict validation and that the arguments of a
 * call fit the schema, as the service makes sure.
 */
export function cannotFail(condition: CedarExpression): boolean {
  for (const part of partsOf(condition)) {
    if (FAILING.some((operator) => Object.hasOwn(part, operator))) return false;
    // Of the entities of a call only its caller is known to be there.
    const read = part['.'] ?? part.getTag;
    if (read !== undefined && Object.hasOwn((read as { left: CedarExpression }).left, 'Value')) return false;
  }
  return true;
}

class Proof {
  private steps = 0;

  public constructor(private readonly cannotFail: boolean) {}

  public holds(condition: CedarExpression, other: CedarExpression): boolean {
    if (++this.steps > STEPS_MAX) return false;
    const [a, b] = [withoutDouble(condition), withoutDouble(other)];
    if (a.Value === false || b.Value === true || isDeepStrictEqual(a, b)) return true;
    const given = operands(a, '||');
    if (given.length > 1) return given.every((each) => this.holds(each, b));
    const wanted = operands(b, '&&');
    if (wanted.length > 1) return wanted.every((each) => this.holds(a, each));
    // An alternative that fails ends the evaluation, so without more only the first one counts.
    const [first, ...others] = operands(b, '||');
    if (others.length > 0) {
      const ways = this.cannotFail ? [first!, ...others] : [first!];
      return ways.some((each) => this.holds(a, each)) || this.byPart(a, b);
    }
    return this.byPart(a, b) || isNarrower(a, b) || this.byNegation(a, b);
  }

  private byPart(a: CedarExpression, b: CedarExpression): boolean {
    const parts = operands(a, '&&');
    return parts.length > 1 && parts.some((part) => this.holds(part, b));
  }

  /** What is true wherever `x` is not, where `y` makes `x` true. */
  private byNegation(a: CedarExpression, b: CedarExpression): boolean {
    const [x, y] = [negated(a), negated(b)];
    return x !== undefined && y !== undefined && this.cannotFail && this.holds(y, x);
  }
}

function negated(expression: CedarExpression): CedarExpression | undefined {
  return (expression['!'] as { arg: CedarExpression } | undefined)?.arg;
}

/** `!(!x)` is what `unless { !x }` becomes. */
function withoutDouble(expression: CedarExpression): CedarExpression {
  const twice = negated(negated(expression) ?? {});
  return twice === undefined ? expression : withoutDouble(twice);
}

/** Of two tests of the same value. */
function isNarrower(a: CedarExpression, b: CedarExpression): boolean {
  return (
    boundsOf(a).some((each) => boundsOf(b).some((wanted) => isWithin(each, wanted))) ||
    valuesAreWithin(a, b) ||
    listIsNarrower(a, b) ||
    isOfType(a, b)
  );
}

/** `principal == T::"x"` and `principal is T`. */
function isOfType(a: CedarExpression, b: CedarExpression): boolean {
  const is = b.is as { left: CedarExpression; entity_type: string; in?: unknown } | undefined;
  const equal = sides(a, '==');
  if (is === undefined || is.in !== undefined || equal === undefined) return false;
  const entity = equal.right.Value as { __entity?: { type: string } } | null | undefined;
  return isDeepStrictEqual(equal.left, is.left) && entity?.__entity?.type === is.entity_type;
}

interface Bound {
  readonly about: CedarExpression;
  readonly side: 'low' | 'high';
  readonly included: boolean;
  readonly limit: Scaled;
}

/** A number of one type, in its smallest unit. */
export interface Scaled {
  readonly type: string;
  readonly value: bigint;
}

/** Which end of a range an operator sets, and whether the end is part of it. */
export const BOUNDS: { readonly [operator: string]: readonly [Bound['side'], boolean] } = {
  '<': ['high', false],
  '<=': ['high', true],
  '>': ['low', false],
  '>=': ['low', true],
  lessThan: ['high', false],
  lessThanOrEqual: ['high', true],
  greaterThan: ['low', false],
  greaterThanOrEqual: ['low', true],
};

/** Cedar keeps `a >= b` as `!(a < b)`. Of values of one type one of the two is true. */
function boundsOf(expression: CedarExpression): Bound[] {
  const inner = negated(expression);
  const test = inner ?? expression;
  const operator = operatorOf(test);
  const bound = BOUNDS[operator];
  const pair = bound === undefined ? undefined : pairOf(test, operator);
  const limit = pair === undefined ? undefined : scaled(pair.right);
  if (bound === undefined || pair === undefined || limit === undefined) return [];
  const [side, included] = inner === undefined ? bound : opposite(bound);
  return [{ about: pair.left, side, included, limit }];
}

function opposite([side, included]: readonly [Bound['side'], boolean]): readonly [Bound['side'], boolean] {
  return [side === 'low' ? 'high' : 'low', !included];
}

function isWithin(bound: Bound, wanted: Bound): boolean {
  if (bound.side !== wanted.side || !isDeepStrictEqual(bound.about, wanted.about)) return false;
  return satisfies(bound.limit, wanted, !bound.included);
}

/** Whether a value meets a bound; with `beyond` it is the end of a range that it is not part of. */
function satisfies({ type, value }: Scaled, { side, included, limit }: Bound, beyond = false): boolean {
  if (type !== limit.type) return false;
  if (value === limit.value) return included || beyond;
  return side === 'high' ? value < limit.value : value > limit.value;
}

interface Values {
  readonly about: CedarExpression;
  readonly values: readonly CedarExpression[];
}

/** `x == "a"`, `["a", "b"].contains(x)`: the values that pass. */
function valuesOf(expression: CedarExpression): Values | undefined {
  const equal = sides(expression, '==');
  if (equal !== undefined) return isLiteral(equal.right) ? { about: equal.left, values: [equal.right] } : undefined;
  const member = sides(expression, 'contains');
  const values = member === undefined ? undefined : elements(member.left);
  return values === undefined ? undefined : { about: member!.right, values };
}

function valuesAreWithin(a: CedarExpression, b: CedarExpression): boolean {
  const given = valuesOf(a);
  if (given === undefined) return false;
  const { about, values } = given;
  const wanted = valuesOf(b);
  if (wanted !== undefined) return isDeepStrictEqual(about, wanted.about) && isSubset(values, wanted.values);
  const [bound] = boundsOf(b);
  if (bound === undefined || !isDeepStrictEqual(about, bound.about)) return false;
  return values.every((value) => {
    const number = scaled(value);
    return number !== undefined && satisfies(number, bound);
  });
}

/** `set.containsAll(list)` with a larger set, `list.containsAll(set)` with a smaller one, `list.containsAny(set)`. */
function listIsNarrower(a: CedarExpression, b: CedarExpression): boolean {
  for (const operator of ['containsAll', 'containsAny']) {
    const [given, wanted] = [sides(a, operator), sides(b, operator)];
    if (given === undefined || wanted === undefined) continue;
    const [before, after] = [elements(given.right), elements(wanted.right)];
    if (before !== undefined && after !== undefined && isDeepStrictEqual(given.left, wanted.left))
      return operator === 'containsAll' ? isSubset(after, before) : isSubset(before, after);
    const [inside, outside] = [elements(given.left), elements(wanted.left)];
    if (inside !== undefined && outside !== undefined && isDeepStrictEqual(given.right, wanted.right))
      return isSubset(inside, outside);
  }
  return false;
}

function isSubset(some: readonly CedarExpression[], all: readonly CedarExpression[]): boolean {
  const keys = new Set(all.map((each) => JSON.stringify(each)));
  return some.every((each) => keys.has(JSON.stringify(each)));
}

/** Of a set of literals; both forms that Cedar writes. */
function elements(set: CedarExpression): readonly CedarExpression[] | undefined {
  if (Array.isArray(set.Value)) return set.Value.map((Value) => ({ Value }));
  return literalSet(set) === undefined ? undefined : (set.Set as CedarExpression[]);
}

function isLiteral(expression: CedarExpression): boolean {
  return literalSet({ Set: [expression] }) !== undefined;
}

function pairOf(
  test: CedarExpression,
  operator: string,
): { left: CedarExpression; right: CedarExpression } | undefined {
  const value = test[operator];
  if (!Array.isArray(value)) return sides(test, operator);
  const [left, right] = value as CedarExpression[];
  return left === undefined || right === undefined ? undefined : { left, right };
}

/** A literal as a whole number; `undefined` for what cannot be compared exactly. */
export function scaled(expression: CedarExpression): Scaled | undefined {
  const { Value } = expression;
  if (typeof Value === 'number')
    return Number.isSafeInteger(Value) ? { type: 'long', value: BigInt(Value) } : undefined;
  const type = operatorOf(expression);
  const [argument] = Array.isArray(expression[type]) ? (expression[type] as CedarExpression[]) : [];
  const text = argument?.Value;
  const value = typeof text === 'string' ? READ[type]?.(text) : undefined;
  return value === undefined ? undefined : { type, value };
}

const DURATION = /^(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNITS = [86_400_000n, 3_600_000n, 60_000n, 1_000n, 1n];

/** By type: ten-thousandths, and milliseconds. */
const READ: { readonly [type: string]: (text: string) => bigint | undefined } = {
  decimal: (text) => {
    const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d{1,4})$/.exec(text) ?? [];
    return whole === undefined ? undefined : BigInt(`${sign}${whole}${fraction!.padEnd(4, '0')}`);
  },
  datetime: (text) => {
    // Other forms have an offset, which the parsers of JavaScript do not agree about.
    if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?Z)?$/.test(text)) return undefined;
    const time = Date.parse(text);
    return Number.isNaN(time) ? undefined : BigInt(time);
  },
  duration: (text) => {
    const [, sign, ...amounts] = DURATION.exec(text) ?? [];
    if (amounts.every((amount) => amount === undefined)) return undefined;
    const total = amounts.reduce((sum, amount, index) => sum + BigInt(amount ?? 0) * UNITS[index]!, 0n);
    return sign === '-' ? -total : total;
  },
};
