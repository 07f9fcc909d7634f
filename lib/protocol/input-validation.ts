import { hasFormat } from './input-format';

/**
 * JSON Schema of a tool's input as far as this library enforces it. The gateway carries `type`, `properties`,
 * `required`, `items` and `description` only; the rest is enforced here and, where Cedar can, in the policy.
 */
export interface InputSchema {
  readonly type: string;
  readonly properties?: { readonly [name: string]: InputSchema };
  readonly required?: readonly string[];
  readonly items?: InputSchema;
  readonly additionalProperties?: boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

export interface InputViolation {
  /** `address.city`, `lines[2].amount`; empty for the arguments as a whole. */
  readonly argument: string;
  /** The keyword that is not met. */
  readonly keyword: string;
  /** For the caller: says what is expected and does not repeat the value. */
  readonly message: string;
}

/** Enough for a caller to correct a call, and a bound on what a hostile one can make us write. */
const VIOLATIONS_MAX = 20;

/** Everything that is wrong with the arguments of a call; an empty list when they are as the schema says. */
export function inputViolations(schema: InputSchema, value: unknown): InputViolation[] {
  const found: InputViolation[] = [];
  check(schema, value, '', found);
  return found.slice(0, VIOLATIONS_MAX);
}

function check(schema: InputSchema, value: unknown, argument: string, found: InputViolation[]): void {
  if (found.length >= VIOLATIONS_MAX) return;
  const report = (keyword: string, message: string) => found.push({ argument, keyword, message });
  if (!hasType(schema.type, value)) {
    report('type', `must be ${schema.type === 'integer' || /^[aeiou]/.test(schema.type) ? 'an' : 'a'} ${schema.type}`);
    return;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) report('enum', `must be one of ${list(schema.enum)}`);
  if (schema.const !== undefined && schema.const !== value) report('const', `must be ${JSON.stringify(schema.const)}`);
  if (typeof value === 'string') checkText(schema, value, report);
  if (typeof value === 'number') checkNumber(schema, value, report);
  if (Array.isArray(value)) checkList(schema, value, argument, report, found);
  else if (typeof value === 'object') checkObject(schema, value as object, argument, found);
}

type Report = (keyword: string, message: string) => void;

function checkText(schema: InputSchema, value: string, report: Report): void {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = schema;
  // JSON Schema counts characters, JavaScript UTF-16 units; only what may be too long is worth counting.
  const length = value.length > maxLength * 2 ? value.length : [...value].length;
  if (length < minLength) report('minLength', `must have at least ${minLength} characters`);
  if (length > maxLength) {
    report('maxLength', `must have at most ${maxLength} characters`);
    return; // an expression of the author need not be safe on text of any length
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) report('pattern', `must match ${pattern}`);
  if (format !== undefined && !hasFormat(format, value)) report('format', `must have the format ${format}`);
}

function checkNumber(schema: InputSchema, value: number, report: Report): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && value < minimum) report('minimum', `must be at least ${minimum}`);
  if (maximum !== undefined && value > maximum) report('maximum', `must be at most ${maximum}`);
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    report('exclusiveMinimum', `must be more than ${exclusiveMinimum}`);
  }
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
    report('exclusiveMaximum', `must be less than ${exclusiveMaximum}`);
  }
  if (multipleOf !== undefined && !isMultiple(value, multipleOf))
    report('multipleOf', `must be a multiple of ${multipleOf}`);
}

/** On the decimal digits: in binary, 0.3 is no multiple of 0.1. */
function isMultiple(value: number, step: number): boolean {
  const [a, b] = [digitsOf(value), digitsOf(step)];
  if (a === undefined || b === undefined) return false;
  const places = Math.max(a.places, b.places);
  return (a.digits * 10n ** BigInt(places - a.places)) % (b.digits * 10n ** BigInt(places - b.places)) === 0n;
}

function digitsOf(value: number): { digits: bigint; places: number } | undefined {
  const [, mantissa = '', exponent = '0'] = /^(-?\d+(?:\.\d+)?)(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  if (mantissa === '') return undefined;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}

function checkList(
  schema: InputSchema,
  value: unknown[],
  argument: string,
  report: Report,
  found: InputViolation[],
): void {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
  if (value.length < minItems) report('minItems', `must have at least ${minItems} items`);
  if (value.length > maxItems) {
    report('maxItems', `must have at most ${maxItems} items`);
    return;
  }
  if (schema.uniqueItems === true && new Set(value.map(canonical)).size < value.length) {
    report('uniqueItems', 'must not have the same item twice');
  }
  if (items !== undefined)
    for (const [index, item] of value.entries()) check(items, item, `${argument}[${index}]`, found);
}

function checkObject(schema: InputSchema, value: object, argument: string, found: InputViolation[]): void {
  const { properties = {}, required = [] } = schema;
  const at = (name: string) => (argument === '' ? name : `${argument}.${name}`);
  for (const name of required) {
    if (!Object.hasOwn(value, name)) found.push({ argument: at(name), keyword: 'required', message: 'is required' });
  }
  for (const [name, item] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) check(properties[name]!, item, at(name), found);
    else if (schema.additionalProperties === false) {
      found.push({ argument: at(name.slice(0, 64)), keyword: 'additionalProperties', message: 'is not an argument' });
    }
  }
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return (type === 'string' || type === 'boolean') && typeof value === type;
  }
}

/** JSON with sorted keys, so that equal objects have equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

function list(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}
