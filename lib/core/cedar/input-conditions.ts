import type { InputSchema } from '../../protocol/input-validation';
import type { Problem } from '../errors';
import { type ConstraintStep, type InputConstraint, pathText } from '../schema/input-constraint';
import { findProperty, isRequired, type ToolInputSchema, type ToolInputType } from '../schema/tool-schema';
import { attributeAccess, attributeName, decimalLiteral, isEncodable, longLiteral, stringLiteral } from './literal';
import { itemsPatternCondition, oneOf, patternCondition } from './pattern-condition';

/** One line of an input schema that the gateway does not carry, and who enforces it. */
export interface EnforcementLine {
  /** `lines[].amount` */
  readonly argument: string;
  readonly keyword: string;
  readonly value: unknown;
  /**
   * `policy`: the policy engine denies the call before the tool is invoked.
   * `runtime`: only the runtime helper of the tool and the REQUEST interceptor can check it; Cedar cannot.
   */
  readonly enforcedBy: 'policy' | 'runtime';
}

export interface InputConditions {
  /** Cedar conditions that every permit of the tool gets. */
  readonly conditions: readonly string[];
  readonly report: readonly EnforcementLine[];
}

/** Turns what the gateway does not carry of an input schema into conditions, as far as Cedar can say it. */
export function inputConditions(schema: ToolInputSchema, constraints: readonly InputConstraint[]): InputConditions {
  const conditions: string[] = [];
  const report = constraints.map((constraint): EnforcementLine => {
    const condition = along(schema, constraint.path, 'context.input', constraint);
    if (condition !== undefined) conditions.push(condition);
    const { path, keyword, value } = constraint;
    return { argument: pathText(path), keyword, value, enforcedBy: condition === undefined ? 'runtime' : 'policy' };
  });
  return { conditions: [...new Set(conditions)], report };
}

/** What may be absent is not constrained when it is: JSON Schema judges values that are there. */
function along(
  schema: ToolInputSchema,
  path: readonly ConstraintStep[],
  access: string,
  constraint: InputConstraint,
): string | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return test(constraint, access);
  // Cedar has no quantifier: of the items of a list it can only say that all are among some values.
  if ('items' in step) return rest.length === 0 ? everyItem(constraint, access) : undefined;
  const property = findProperty(schema, step.property);
  if (property === undefined) return undefined;
  const inner = along(property, rest, access + attributeAccess(step.property), constraint);
  if (inner === undefined || isRequired(schema, step.property)) return inner;
  return `(if ${access} has ${attributeName(step.property)} then ${inner} else true)`;
}

function test({ keyword, value, type }: InputConstraint, access: string): string | undefined {
  switch (keyword) {
    case 'const':
    case 'enum': {
      const all = literals(keyword === 'const' ? [value] : (value as unknown[]), type);
      return all === undefined ? undefined : oneOf(all, access);
    }
    case 'pattern':
      return patternCondition(value as string, access);
    case 'minimum':
      return compared(access, '>=', 'greaterThanOrEqual', value, type);
    case 'maximum':
      return compared(access, '<=', 'lessThanOrEqual', value, type);
    case 'exclusiveMinimum':
      return compared(access, '>', 'greaterThan', value, type);
    case 'exclusiveMaximum':
      return compared(access, '<', 'lessThan', value, type);
    case 'minLength':
      return value === 1 ? `${access} != ""` : undefined;
    case 'maxLength':
      return value === 0 ? `${access} == ""` : undefined;
    case 'minItems':
      return value === 1 ? `!${access}.isEmpty()` : undefined;
    case 'maxItems':
      return value === 0 ? `${access}.isEmpty()` : undefined;
    default:
      return undefined;
  }
}

function everyItem({ keyword, value, type }: InputConstraint, access: string): string | undefined {
  if (keyword === 'pattern') return itemsPatternCondition(value as string, access);
  if (keyword !== 'enum' && keyword !== 'const') return undefined;
  const all = literals(keyword === 'const' ? [value] : (value as unknown[]), type);
  return all === undefined ? undefined : `[${all.join(', ')}].containsAll(${access})`;
}

function compared(
  access: string,
  operator: string,
  method: string,
  value: unknown,
  type: ToolInputType,
): string | undefined {
  const [literal] = literals([value], type) ?? [];
  if (literal === undefined) return undefined;
  return type === 'integer' ? `${access} ${operator} ${literal}` : `${access}.${method}(${literal})`;
}

/** `undefined` when Cedar cannot hold one of the values exactly. */
function literals(values: readonly unknown[], type: ToolInputType): string[] | undefined {
  const all = values.map((value) => literal(value, type));
  return all.includes(undefined) ? undefined : (all as string[]);
}

function literal(value: unknown, type: ToolInputType): string | undefined {
  switch (type) {
    case 'string':
      return isEncodable(value as string) ? stringLiteral(value as string) : undefined;
    case 'integer':
      return longLiteral(value as number);
    case 'number':
      return decimalLiteral(value as number);
    case 'boolean':
      return String(value === true);
    default:
      return undefined;
  }
}

/** Environment variables of a function may have 4 KB in all; this leaves room for the names of its resources. */
const ENVIRONMENT_SHARE = 3_000;

/**
 * The part of the schema that only the runtime helper can enforce, as JSON for the environment of the tool; nothing when
 * Cedar enforces all of it. With `additionalProperties` the properties it speaks about belong to it.
 */
export function runtimeInputSchema(
  schema: ToolInputSchema,
  constraints: readonly InputConstraint[],
): { readonly json?: string; readonly problem?: Problem } {
  const open = constraints.filter(
    (constraint) => along(schema, constraint.path, 'context.input', constraint) === undefined,
  );
  if (open.length === 0) return {};
  const json = JSON.stringify(withConstraints(schema, open, []));
  if (Buffer.byteLength(json) <= ENVIRONMENT_SHARE) return { json };
  return {
    problem: {
      code: 'SCHEMA_SIZE',
      message: `what the runtime has to enforce of the input schema has ${Buffer.byteLength(json)} bytes, ${ENVIRONMENT_SHARE} fit into the environment of a function`,
      fix: 'Split the tool, or check part of its input in the handler',
    },
  };
}

/** Everything that a schema demands beyond what the gateway carries; `undefined` when that is nothing. */
export function constrainedInput(
  schema: ToolInputSchema,
  constraints: readonly InputConstraint[],
): InputSchema | undefined {
  return constraints.length === 0 ? undefined : withConstraints(schema, constraints, []);
}

/** Types and constraints, without what is only for readers and without branches that constrain nothing. */
function withConstraints(
  schema: ToolInputSchema,
  constraints: readonly InputConstraint[],
  path: readonly ConstraintStep[],
): InputSchema | undefined {
  const at = JSON.stringify(path);
  const own = constraints.filter((constraint) => JSON.stringify(constraint.path) === at);
  const closed = own.some(({ keyword }) => keyword === 'additionalProperties');
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const inner = withConstraints(property, constraints, [...path, { property: name }]);
    if (inner !== undefined) return [[name, inner] as const];
    return closed ? [[name, { type: property.type }] as const] : [];
  });
  const items = schema.items && withConstraints(schema.items, constraints, [...path, { items: true }]);
  if (own.length === 0 && properties.length === 0 && items === undefined && path.length > 0) return undefined;
  return {
    type: schema.type,
    ...Object.fromEntries(own.map(({ keyword, value }) => [keyword, value])),
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(items === undefined ? {} : { items }),
  };
}
