import { isObject, own } from '../assembly/cloudformation';
import { operands, type PolicyJson } from './cedar-view';

/** What a condition in Cedar's JSON format comes to for every call, or undefined when it may depend on the call. */
export function constantOf(expression: unknown): boolean | undefined {
  const value = own(expression, 'Value');
  if (typeof value === 'boolean') return value;
  const not = own(own(expression, '!'), 'arg');
  if (not !== undefined) return negated(constantOf(not));
  for (const [operator, same] of Object.entries(SAME_ON_BOTH_SIDES)) {
    const pair = operands(expression, operator);
    if (pair !== undefined && isSame(...pair)) return same;
  }
  const shared = isTrueOfEveryPrincipal(expression) ? true : constantOfLiterals(expression);
  if (shared !== undefined) return shared;
  const choice = own(expression, 'if-then-else');
  if (choice !== undefined) return constantOfChoice(choice);
  return constantOfJunction(expression, '||', true) ?? constantOfJunction(expression, '&&', false);
}

const SAME_ON_BOTH_SIDES = { '==': true, '!=': false, '<=': true, '>=': true, '<': false, '>': false, in: true };

/** A pattern of stars matches every text, and every caller has an id that is not empty. */
function isTrueOfEveryPrincipal(expression: unknown): boolean {
  const pattern = own(own(expression, 'like'), 'pattern');
  if (Array.isArray(pattern) && pattern.length > 0) return pattern.every((part) => part === 'Wildcard');
  const has = own(expression, 'has');
  if (has !== undefined) return own(own(has, 'left'), 'Var') === 'principal' && own(has, 'attr') === 'id';
  const pair = operands(expression, '!=') ?? [];
  return pair.some(isId) && pair.some((side) => own(side, 'Value') === '');
}

function isId(expression: unknown): boolean {
  const dot = own(expression, '.');
  return own(own(dot, 'left'), 'Var') === 'principal' && own(dot, 'attr') === 'id';
}

/** Two literals that are not the same; {@link constantOf} has looked at those that are. */
function constantOfLiterals(expression: unknown): boolean | undefined {
  for (const operator of ['==', '!='] as const) {
    const values = operands(expression, operator)?.map((side) => own(side, 'Value'));
    if (values?.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) return operator === '!=';
  }
  return undefined;
}

/** One operand decides `||` when it is true and `&&` when it is false; so do two that are the opposite of each other. */
function constantOfJunction(expression: unknown, operator: '||' | '&&', decides: boolean): boolean | undefined {
  const pair = operands(expression, operator);
  if (pair === undefined) return undefined;
  const [left, right] = pair.map(constantOf);
  if (left === decides || right === decides || isOpposite(...pair) || isOpposite(pair[1], pair[0])) return decides;
  return left !== undefined && right !== undefined ? !decides : undefined;
}

function constantOfChoice(choice: unknown): boolean | undefined {
  const condition = constantOf(own(choice, 'if'));
  const [yes, no] = [constantOf(own(choice, 'then')), constantOf(own(choice, 'else'))];
  if (condition !== undefined) return condition ? yes : no;
  return yes === no ? yes : undefined;
}

function isOpposite(left: unknown, right: unknown): boolean {
  const not = own(own(right, '!'), 'arg');
  return not !== undefined && isSame(left, not);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** Whether a policy depends on who calls. */
export function readsPrincipal(policy: PolicyJson): boolean {
  if (['==', 'in'].includes(policy.principal.op)) return true;
  return policy.conditions.some(({ body }) => dependsOn('principal', body));
}

/** Whether a variable stands in an expression where it can make a difference. */
function dependsOn(variable: string, expression: unknown): boolean {
  if (Array.isArray(expression)) return expression.some((item) => dependsOn(variable, item));
  if (!isObject(expression) || constantOf(expression) !== undefined) return false;
  // The type of the caller is that of every caller of the gateway.
  const isType = own(expression, 'is');
  if (isType !== undefined && own(isType, 'in') === undefined) return false;
  return expression.Var === variable || Object.values(expression).some((item) => dependsOn(variable, item));
}
