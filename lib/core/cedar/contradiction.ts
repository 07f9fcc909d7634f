import { isOneTest } from './explain';
import {
  type CedarExpression,
  contextPath,
  literalOf,
  literalSet,
  operands,
  operatorOf,
  sides,
  tagOf,
} from './expression';
import { BOUNDS, cannotFail, implies, scaled } from './implies';
import { listsExclude } from './list-contradiction';

interface Range {
  low: number;
  lowIncluded: boolean;
  high: number;
  highIncluded: boolean;
  values?: ReadonlySet<unknown>;
  readonly patterns: Pattern[];
}

type Pattern = readonly ('Wildcard' | { readonly Literal: string })[];

/**
 * Whether a condition can be seen to hold for no call: a lower bound above the upper one, two different values for one
 * argument or claim. It looks at literals only, so `false` says nothing.
 */
export function isContradiction(condition: CedarExpression): boolean {
  if (condition.Value === false) return true;
  if (!isOneTest(condition)) return operands(condition, '||').every(isContradiction);
  const all = operands(condition, '&&');
  if (all.length > 1 && all.some((part) => operands(part, '&&').length === 1 && isContradiction(part))) return true;
  if (excludeEachOther(all)) return true;
  const choices = all.filter((part) => !isOneTest(part));
  return choices.some((choice) => {
    const others = all.filter((part) => part !== choice);
    return operands(choice, '||').every((way) => excludeEachOther([...others, ...operands(way, '&&')]));
  });
}

function excludeEachOther(parts: readonly CedarExpression[]): boolean {
  if (excludesItself(parts) || listsExclude(parts)) return true;
  const ranges = new Map<string, Range>();
  for (const part of parts) narrow(part, ranges);
  return [...ranges.values()].some(isEmpty);
}

/** One of several ways to meet a condition that the rest of it excludes. */
export function emptyAlternative(condition: CedarExpression): CedarExpression | undefined {
  const parts = operands(condition, '&&');
  for (const part of parts.filter(isChoice)) {
    const others = parts.filter((other) => other !== part);
    for (const way of operands(part, '||')) if (isContradiction(others.reduce(and, way))) return way;
  }
  return undefined;
}

/** One of several ways to meet a condition that another one makes superfluous: with it, or with less, the other holds. */
export function coveredAlternative(condition: CedarExpression): CedarExpression | undefined {
  for (const part of operands(condition, '&&').filter(isChoice)) {
    const ways = operands(part, '||');
    const covered = ways.find((way) =>
      ways.some((other) => other !== way && implies(way, other, cannotFail(way) && cannotFail(other))),
    );
    if (covered !== undefined) return covered;
  }
  return undefined;
}

/** Ways of which each can be meant. */
export function isChoice(part: CedarExpression): boolean {
  return !isOneTest(part) && !isChoiceOfForms(part);
}

/** The forms that one text may have are one test of it, such as the pattern of a schema. */
function isChoiceOfForms(part: CedarExpression): boolean {
  const [text, ...others] = operands(part, '||').map(textOf);
  return others.length > 0 && text !== undefined && others.every((other) => other === text);
}

function and(left: CedarExpression, right: CedarExpression): CedarExpression {
  return { '&&': { left, right } };
}

/** The argument that `x like "a*"`, `x == "a"` and `["a", "b"].contains(x)` are about. */
function textOf(test: CedarExpression): string | undefined {
  const like = test.like as { left: CedarExpression } | undefined;
  const about = like?.left ?? sides(test, '==')?.left ?? sides(test, 'contains')?.right;
  return about === undefined || contextPath(about)?.[0] !== 'input' ? undefined : JSON.stringify(about);
}

/** `x` and `!x`, `x == a` and `x != a`. */
function excludesItself(parts: readonly CedarExpression[]): boolean {
  const positive = new Set(parts.map((part) => JSON.stringify(part)));
  return parts.some((part) => {
    const unequal = sides(part, '!=');
    const negated =
      unequal === undefined ? (part['!'] as { arg: CedarExpression } | undefined)?.arg : { '==': unequal };
    return negated !== undefined && positive.has(JSON.stringify(negated));
  });
}

function narrow(part: CedarExpression, ranges: Map<string, Range>): void {
  const negated = part['!'] as { arg: CedarExpression } | undefined;
  const test = negated?.arg ?? part;
  if (test['.'] !== undefined) {
    restrict(rangeOf(test, ranges), [negated === undefined]);
    return;
  }
  const operator = operatorOf(test);
  const like = test.like as { left: CedarExpression; pattern: Pattern } | undefined;
  if (like !== undefined && negated === undefined) rangeOf(like.left, ranges).patterns.push(like.pattern);
  const member = sides(test, 'contains');
  const [left, right] =
    member !== undefined
      ? [member.right, member.left]
      : Array.isArray(test[operator])
        ? (test[operator] as CedarExpression[])
        : [sides(test, operator)?.left, sides(test, operator)?.right];
  const path = left === undefined ? undefined : subjectOf(left);
  if (path === undefined || right === undefined) return;
  const range = rangeOf(left!, ranges);
  if (negated === undefined) apply(range, operator, right);
  else apply(range, NEGATED[operator] ?? '', right);
}

/** Where the literals of a pattern stand one after the other. */
function matches(text: string, pattern: Pattern): boolean {
  const literals = [''];
  for (const part of pattern) {
    if (part === 'Wildcard') literals.push('');
    else literals[literals.length - 1] += part.Literal;
  }
  const [first, last] = [literals[0]!, literals.at(-1)!];
  if (literals.length === 1) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let rest = text.slice(first.length, text.length - last.length);
  return literals.slice(1, -1).every((literal) => {
    const at = rest.indexOf(literal);
    rest = rest.slice(at + literal.length);
    return at !== -1;
  });
}

function rangeOf(subject: CedarExpression, ranges: Map<string, Range>): Range {
  const path = JSON.stringify(subject);
  const range = ranges.get(path) ?? unbounded();
  ranges.set(path, range);
  return range;
}

/** An argument, a claim, who calls, the time: what has one value in a call. */
function subjectOf(expression: CedarExpression): string | undefined {
  const [time] = Array.isArray(expression.toTime) ? (expression.toTime as CedarExpression[]) : [];
  const path = contextPath(time ?? expression);
  const access = expression['.'] as { left: CedarExpression } | undefined;
  const ofCaller = tagOf(expression) !== undefined || access?.left.Var === 'principal';
  return (path !== undefined && path.length > 1) || ofCaller ? JSON.stringify(expression) : undefined;
}

const NEGATED: { readonly [operator: string]: string } = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };

function apply(range: Range, operator: string, right: CedarExpression): void {
  if (operator === 'contains') restrict(range, literalSet(right));
  const value = literalOf(right);
  if (value === undefined) return;
  if (operator === '==') restrict(range, [value]);
  const bound = BOUNDS[operator];
  const limit = scaled(right);
  const isTime = limit?.type === 'datetime' || limit?.type === 'duration';
  if (bound !== undefined) raise(range, bound[0], Number(isTime ? limit.value : value), bound[1]);
}

function raise(range: Range, side: 'low' | 'high', limit: number, included: boolean): void {
  if (Number.isNaN(limit)) return;
  const tighter = side === 'low' ? limit > range.low : limit < range.high;
  if (tighter || (limit === range[side] && !included)) {
    range[side] = limit;
    range[`${side}Included`] = included;
  }
}

function restrict(range: Range, values: readonly unknown[] | undefined): void {
  if (values === undefined) return;
  const keys = new Set(values.map(key));
  range.values = range.values === undefined ? keys : new Set([...keys].filter((each) => range.values!.has(each)));
}

/** `1.5` and `1.50` are one decimal; text stays what it is. */
function key(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+\.\d{1,4}$/.test(value) ? Number(value) : value;
}

function isEmpty({ low, high, lowIncluded, highIncluded, values, patterns }: Range): boolean {
  if (values?.size === 0) return true;
  const texts = [...(values ?? [])].filter((value) => typeof value === 'string');
  const fits = (text: unknown) => patterns.every((each) => matches(text as string, each));
  if (values !== undefined && texts.length === values.size && !texts.some(fits)) return true;
  if (low > high || (low === high && !(lowIncluded && highIncluded))) return true;
  const numbers = values === undefined ? [] : [...values].filter((value) => typeof value === 'number');
  if (values === undefined || numbers.length < values.size) return false;
  return numbers.every((n) => n < low || n > high || (n === low && !lowIncluded) || (n === high && !highIncluded));
}

function unbounded(): Range {
  return {
    low: Number.NEGATIVE_INFINITY,
    lowIncluded: false,
    high: Number.POSITIVE_INFINITY,
    highIncluded: false,
    patterns: [],
  };
}
