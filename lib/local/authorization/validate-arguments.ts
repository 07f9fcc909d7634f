import { isObject } from '../../assembly/cloudformation';
import { findProperty, type ToolInputSchema } from '../../core/schema/tool-schema';

/**
 * Checks arguments as the gateway does after the policy and before the target, and words it alike. `undefined` when they
 * fit. Arguments that the schema does not name pass: a `SchemaDefinition` cannot forbid them.
 */
export function validateArguments(given: unknown, schema: ToolInputSchema): string | undefined {
  const faults: string[] = [];
  check(given ?? {}, schema, '', faults);
  if (faults.length === 0) return undefined;
  const lines = faults.map((fault) => `- ${fault}`).join('\n');
  return `ValidationException - Parameter validation failed: Invalid request parameters:\n${lines}`;
}

function check(value: unknown, schema: ToolInputSchema, path: string, faults: string[]): void {
  const found = typeOf(value);
  if (found !== schema.type && !(schema.type === 'number' && found === 'integer')) {
    faults.push(`Field '${path === '' ? '/' : path}' has invalid type: ${found} found, ${schema.type} expected`);
    return;
  }
  if (isObject(value)) {
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) faults.push(`Missing required field(s): '${name}'`);
    }
    for (const [name, item] of Object.entries(value)) {
      const property = findProperty(schema, name);
      if (property !== undefined) check(item, property, `${path}/${name}`, faults);
    }
  } else if (Array.isArray(value) && schema.items !== undefined) {
    for (const [index, item] of value.entries()) check(item, schema.items, `${path}/${index}`, faults);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
