import { isObject, own } from './cloudformation';
import type { StackTemplate } from './read-assembly';

/**
 * Values that the open operands of `Fn::Equals` are taken to have, by {@link variableKey}. A template with conditions is
 * judged once for every combination that makes a difference, so that no branch goes unseen.
 */
export type ConditionWorld = ReadonlyMap<string, string>;

export const NO_WORLD: ConditionWorld = new Map();

/** Some value that the conditions do not name. */
const OTHER = '\u0000other';

/** More combinations than this are not tried; see {@link worldsOf}. */
const MAX_WORLDS = 32;

/** Steps that the evaluation of one condition may take: conditions can refer to each other, and to themselves. */
const MAX_STEPS = 2000;

type Resolve = (value: unknown) => unknown;

/** Whether a named condition holds in a world; undefined when that is not decided. */
export function decide(
  stack: StackTemplate,
  name: unknown,
  world: ConditionWorld,
  resolve: Resolve,
): boolean | undefined {
  return evaluate(stack, { Condition: name }, world, resolve, { steps: 0 });
}

function evaluate(
  stack: StackTemplate,
  expression: unknown,
  world: ConditionWorld,
  resolve: Resolve,
  budget: { steps: number },
): boolean | undefined {
  if (++budget.steps > MAX_STEPS || !isObject(expression)) return undefined;
  const [name, argument] = Object.entries(expression)[0] ?? [];
  const operands = Array.isArray(argument) ? argument : [];
  const each = () => operands.map((operand) => evaluate(stack, operand, world, resolve, budget));
  switch (name) {
    case 'Condition':
      return evaluate(stack, own(stack.template.Conditions, String(argument)), world, resolve, budget);
    case 'Fn::Not': {
      const [value] = each();
      return value === undefined ? undefined : !value;
    }
    case 'Fn::And': {
      const values = each();
      return values.includes(false) ? false : values.includes(undefined) ? undefined : true;
    }
    case 'Fn::Or': {
      const values = each();
      return values.includes(true) ? true : values.includes(undefined) ? undefined : false;
    }
    case 'Fn::Equals': {
      const [left, right] = operands.map((operand) => operandValue(stack, operand, world, resolve));
      return left === undefined || right === undefined ? undefined : left === right;
    }
    default:
      return undefined;
  }
}

function operandValue(
  stack: StackTemplate,
  operand: unknown,
  world: ConditionWorld,
  resolve: Resolve,
): string | undefined {
  const literal = literalOf(resolve(operand));
  return literal ?? world.get(variableKey(stack, operand));
}

function literalOf(value: unknown): string | undefined {
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return scalar && !String(value).includes('${') ? String(value) : undefined;
}

function variableKey(stack: StackTemplate, operand: unknown): string {
  return `${stack.name}\u0000${JSON.stringify(operand)}`;
}

/**
 * Every combination of values that the conditions of the given resources can tell apart. One empty world when there are
 * no conditions. When there are too many, each value alone: a branch that one condition opens is still seen, and what
 * depends on several is undecided.
 */
export function worldsOf(
  stacks: readonly StackTemplate[],
  isRelevant: (type: string) => boolean,
  resolve: (stack: StackTemplate, value: unknown) => unknown,
): ConditionWorld[] {
  const variables = new Map<string, Set<string>>();
  for (const stack of stacks) {
    if (stack.template.Conditions === undefined) continue;
    const seen = new Set<string>();
    for (const name of conditionsUsed(stack, isRelevant)) {
      collect(stack, { Condition: name }, (value) => resolve(stack, value), variables, seen);
    }
  }
  let worlds: Map<string, string>[] = [new Map()];
  for (const [key, values] of variables) {
    const grown: Map<string, string>[] = [];
    for (const world of worlds) for (const value of values) grown.push(new Map(world).set(key, value));
    if (grown.length > MAX_WORLDS) return single(variables);
    worlds = grown;
  }
  return worlds;
}

function single(variables: ReadonlyMap<string, ReadonlySet<string>>): ConditionWorld[] {
  const worlds = [...variables].flatMap(([key, values]) => [...values].map((value) => new Map([[key, value]])));
  return [NO_WORLD, ...worlds.slice(0, MAX_WORLDS)];
}

function conditionsUsed(stack: StackTemplate, isRelevant: (type: string) => boolean): Set<string> {
  const used = new Set<string>();
  for (const resource of Object.values(stack.template.Resources)) {
    if (!isRelevant(resource.Type)) continue;
    if (typeof resource.Condition === 'string') used.add(resource.Condition);
    for (const match of JSON.stringify(resource.Properties ?? {}).matchAll(/"Fn::If":\["([^"]+)"/g))
      used.add(match[1]!);
  }
  return used;
}

function collect(
  stack: StackTemplate,
  expression: unknown,
  resolve: Resolve,
  variables: Map<string, Set<string>>,
  seen: Set<string>,
): void {
  if (!isObject(expression)) return;
  const [name, argument] = Object.entries(expression)[0] ?? [];
  if (name === 'Condition') {
    if (seen.has(String(argument))) return;
    seen.add(String(argument));
    collect(stack, own(stack.template.Conditions, String(argument)), resolve, variables, seen);
    return;
  }
  const operands = Array.isArray(argument) ? argument : [];
  if (name !== 'Fn::Equals') {
    for (const operand of operands) collect(stack, operand, resolve, variables, seen);
    return;
  }
  const literals = operands.map((operand) => literalOf(resolve(operand)));
  for (const [index, operand] of operands.entries()) {
    if (literals[index] !== undefined) continue;
    const key = variableKey(stack, operand);
    const values = variables.get(key) ?? new Set([`${OTHER}${variables.size}`, ...allowedValues(stack, operand)]);
    const compared = literals[1 - index];
    if (compared !== undefined) values.add(compared);
    variables.set(key, values);
  }
}

/** A parameter can only have its `AllowedValues`; they are added to what conditions compare it with. */
function allowedValues(stack: StackTemplate, operand: unknown): string[] {
  const allowed = own(own(stack.template.Parameters, String(own(operand, 'Ref'))), 'AllowedValues');
  return Array.isArray(allowed) ? allowed.map(String) : [];
}
