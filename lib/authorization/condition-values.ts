import { Token } from 'aws-cdk-lib';
import { decimalLiteral, isEncodable, longLiteral, stringLiteral } from '../core/cedar/literal';
import { shown } from '../core/errors';
import type { ToolInputSchema, ToolInputType } from '../core/schema/tool-schema';
import { type PolicyTool, problem, type RenderedCondition, rendered } from './condition-rendering';

/** Values of a condition as Cedar literals. */
export interface Literals {
  readonly literals: readonly string[];
}

export function isLiterals(checked: Literals | RenderedCondition): checked is Literals {
  return 'literals' in checked;
}

export function member(checked: Literals | RenderedCondition, access: string): RenderedCondition {
  if (!isLiterals(checked)) return checked;
  const [first, ...others] = checked.literals;
  return rendered(
    others.length === 0 ? `${access} == ${first}` : `[${checked.literals.join(', ')}].contains(${access})`,
  );
}

export function texts(values: readonly string[], tool: PolicyTool): Literals | RenderedCondition {
  if (values.length === 0) return noValues(tool);
  const bad = values.find((value) => typeof value !== 'string' || Token.isUnresolved(value) || !isEncodable(value));
  if (bad === undefined) return { literals: [...new Set(values.map(stringLiteral))] };
  return Token.isUnresolved(bad)
    ? unresolved(tool)
    : problem(tool, 'CONDITION_TYPE', `a condition needs text, got ${shown(bad)}`, 'Compare with text');
}

export function numbers(
  values: readonly number[],
  type: ToolInputType,
  tool: PolicyTool,
): Literals | RenderedCondition {
  if (values.length === 0) return noValues(tool);
  if (values.some((value) => Token.isUnresolved(value))) return unresolved(tool);
  const literals = values.map((value) => (type === 'integer' ? longLiteral(value) : decimalLiteral(value)));
  const bad = literals.indexOf(undefined);
  if (bad === -1) return { literals: literals as string[] };
  const holds = type === 'integer' ? 'an integer of at most 2^53' : 'a number with at most 4 decimal places';
  return problem(
    tool,
    'CONDITION_VALUE',
    `a condition about ${nameOf({ type })} needs ${holds}, got ${shown(values[bad])}`,
    'Use a value that fits; the engine does not round',
  );
}

function noValues(tool: PolicyTool): RenderedCondition {
  return problem(tool, 'CONDITION_VALUE', 'a condition lists no values, so no call can meet it', 'Give at least one');
}

function unresolved(tool: PolicyTool): RenderedCondition {
  return problem(
    tool,
    'CONDITION_VALUE',
    'a condition compares with a value that is known only when deployed, so it cannot be checked',
    'Use a literal value',
  );
}

export function nameOf({ type, items }: Pick<ToolInputSchema, 'type' | 'items'>): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'an integer';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'a boolean';
    case 'array':
      return items === undefined ? 'a list' : `a list of ${items.type}`;
    case 'object':
      return 'an object';
  }
}
