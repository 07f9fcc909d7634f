import { keepsToSegment } from '../schema/segment-pattern';

type Json = { readonly [key: string]: unknown };

/** Letters, digits, dot, underscore, tilde and hyphen, not starting with a dot. */
export const PATH_PARAMETER_PATTERN = '^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$';

/**
 * A path parameter as it is published. Text that the document leaves open gets the pattern above; the author's own
 * pattern comes first, and has to keep the value within its segment.
 */
export function closedPathParameter(schema: Json, pattern: string | undefined): { schema: Json; problem?: string } {
  if (schema.type !== 'string') {
    const scalar = ['integer', 'number', 'boolean'].includes(String(schema.type));
    return scalar ? { schema } : { schema, problem: 'is not a text or number' };
  }
  if (pattern !== undefined) {
    return keepsToSegment(pattern)
      ? { schema: { ...schema, pattern } }
      : { schema, problem: 'gets a pattern that is not proven to keep to its segment' };
  }
  const values = schema.enum;
  if (Array.isArray(values)) {
    const open = values.some((value) => /[/\\%?#]|^\.*$/.test(String(value)));
    return open ? { schema, problem: 'lists a value that leaves its segment' } : { schema };
  }
  if (typeof schema.pattern === 'string' && keepsToSegment(schema.pattern)) return { schema };
  return { schema: { ...schema, pattern: PATH_PARAMETER_PATTERN } };
}
