/** An expression in Cedar's JSON policy format: an object with one key, the operator. */
export type CedarExpression = { readonly [operator: string]: unknown };

interface Pair {
  readonly left: CedarExpression;
  readonly right: CedarExpression;
}

export const TRUE: CedarExpression = { Value: true };
export const FALSE: CedarExpression = { Value: false };

export function operatorOf(expression: CedarExpression): string {
  return Object.keys(expression)[0] ?? '';
}

/** Left and right side of `operator`, or `undefined` when the expression is another one. */
export function sides(expression: CedarExpression, operator: string): Pair | undefined {
  return Object.hasOwn(expression, operator) ? (expression[operator] as Pair) : undefined;
}

/** The value of a literal; of `decimal("1.5")` and `datetime("...")` the text in it. */
export function literalOf(expression: CedarExpression): unknown {
  if (Object.hasOwn(expression, 'Value')) return expression.Value;
  for (const name of ['decimal', 'datetime', 'duration']) {
    const [argument] = (expression[name] as CedarExpression[] | undefined) ?? [];
    if (argument !== undefined) return literalOf(argument);
  }
  return undefined;
}

/** The literals of a set, or `undefined` when it holds anything else. */
export function literalSet(expression: CedarExpression): unknown[] | undefined {
  const items = expression.Set as CedarExpression[] | undefined;
  const values = items?.map(literalOf);
  return values?.includes(undefined) ? undefined : values;
}

/** `['amount']` of `context.input.amount`. */
export function inputPath(expression: CedarExpression): string[] | undefined {
  const path = contextPath(expression);
  return path?.[0] === 'input' ? path.slice(1) : undefined;
}

/** `['system', 'now']` of `context.system.now`. */
export function contextPath(expression: CedarExpression): string[] | undefined {
  if (expression.Var === 'context') return [];
  const access = expression['.'] as { left: CedarExpression; attr: string } | undefined;
  const left = access === undefined ? undefined : contextPath(access.left);
  return left === undefined ? undefined : [...left, access!.attr];
}

/** The claim that `principal.getTag("...")` reads. */
export function tagOf(expression: CedarExpression, operator: 'getTag' | 'hasTag' = 'getTag'): string | undefined {
  const pair = sides(expression, operator);
  const name = pair?.left.Var === 'principal' ? literalOf(pair.right) : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Path of `context.input has a` or `has a.b`. */
export function hasPath(expression: CedarExpression): string[] | undefined {
  const has = expression.has as { left: CedarExpression; attr: string | string[] } | undefined;
  const left = has === undefined ? undefined : inputPath(has.left);
  return left === undefined ? undefined : [...left, ...[has!.attr].flat()];
}

/** The operands of a chain of `&&` or of `||`, flattened. */
export function operands(expression: CedarExpression, operator: '&&' | '||'): CedarExpression[] {
  const pair = sides(expression, operator);
  return pair === undefined ? [expression] : [...operands(pair.left, operator), ...operands(pair.right, operator)];
}

/** Every part of an expression, the expression first. */
export function* partsOf(expression: unknown): Generator<CedarExpression> {
  if (Array.isArray(expression)) for (const item of expression) yield* partsOf(item);
  else if (typeof expression === 'object' && expression !== null) {
    yield expression as CedarExpression;
    for (const value of Object.values(expression)) yield* partsOf(value);
  }
}

interface Clauses {
  readonly conditions: readonly { readonly kind: 'when' | 'unless'; readonly body: unknown }[];
}

/** The clauses of a policy as one expression: what has to hold for the policy to apply. */
export function conditionOf({ conditions }: Clauses): CedarExpression {
  const clauses = conditions.map(({ kind, body }) =>
    kind === 'when' ? (body as CedarExpression) : { '!': { arg: body as CedarExpression } },
  );
  return simplify(clauses.reduce((left, right) => ({ '&&': { left, right } }), TRUE));
}

/**
 * Without what partial evaluation leaves behind: `true && x`, `if true then x else y`. Equivalent where the expression
 * does not fail, which strict validation has made sure of.
 */
export function simplify(expression: CedarExpression): CedarExpression {
  const and = sides(expression, '&&');
  if (and !== undefined) return shortened('&&', simplify(and.left), simplify(and.right), TRUE, FALSE);
  const or = sides(expression, '||');
  if (or !== undefined) return shortened('||', simplify(or.left), simplify(or.right), FALSE, TRUE);
  const not = expression['!'] as { arg: CedarExpression } | undefined;
  if (not !== undefined) {
    const arg = simplify(not.arg);
    return arg.Value === true ? FALSE : arg.Value === false ? TRUE : { '!': { arg } };
  }
  const choice = choiceOf(expression);
  if (choice === undefined) return expression;
  const condition = simplify(choice.if);
  if (condition.Value === true) return simplify(choice.then);
  if (condition.Value === false) return simplify(choice.else);
  // biome-ignore lint/suspicious/noThenProperty: the format of Cedar has this name
  return { 'if-then-else': { if: condition, then: simplify(choice.then), else: simplify(choice.else) } };
}

export interface Choice {
  readonly if: CedarExpression;
  readonly then: CedarExpression;
  readonly else: CedarExpression;
}

export function choiceOf(expression: CedarExpression): Choice | undefined {
  return expression['if-then-else'] as Choice | undefined;
}

function shortened(
  operator: '&&' | '||',
  left: CedarExpression,
  right: CedarExpression,
  neutral: CedarExpression,
  absorbing: CedarExpression,
): CedarExpression {
  if (left.Value === absorbing.Value || right.Value === absorbing.Value) return absorbing;
  if (left.Value === neutral.Value) return right;
  return right.Value === neutral.Value ? left : { [operator]: { left, right } };
}
