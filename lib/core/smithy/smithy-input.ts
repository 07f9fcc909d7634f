import { isPlainObject } from '../schema/json';
import type { ToolInputSchema, ToolInputType } from '../schema/tool-schema';

type Json = { readonly [key: string]: unknown };

const SIMPLE: { readonly [type: string]: ToolInputType } = {
  string: 'string',
  enum: 'string',
  blob: 'string',
  timestamp: 'string',
  boolean: 'boolean',
  byte: 'integer',
  short: 'integer',
  integer: 'integer',
  long: 'integer',
  intEnum: 'integer',
  bigInteger: 'integer',
  float: 'number',
  double: 'number',
  bigDecimal: 'number',
};

/**
 * The arguments of an operation. A member that no policy can be checked against (a map, a union, a document, a structure
 * within itself) is no argument; when it is required, the operation is a problem.
 */
export function inputOf(reference: unknown, shapes: Json): { schema: ToolInputSchema; problem?: string } {
  const target = isPlainObject(reference) ? reference.target : undefined;
  if (target === undefined || target === 'smithy.api#Unit') return { schema: { type: 'object' } };
  try {
    return { schema: schemaOf(String(target), shapes, []) ?? { type: 'object' } };
  } catch (error) {
    return { schema: { type: 'object' }, problem: (error as Error).message };
  }
}

function schemaOf(id: string, shapes: Json, within: readonly string[]): ToolInputSchema | undefined {
  const prelude = /^smithy\.api#(?:Primitive)?(\w+)$/.exec(id)?.[1];
  const shape = shapes[id];
  const type = prelude === undefined ? (isPlainObject(shape) ? String(shape.type) : undefined) : lowerFirst(prelude);
  if (type === undefined || within.includes(id)) return undefined;
  if (Object.hasOwn(SIMPLE, type)) return { type: SIMPLE[type]! };
  const inner = [...within, id];
  if (type === 'list' || type === 'set') {
    const member = (shape as Json).member;
    const items = isPlainObject(member) ? schemaOf(String(member.target), shapes, inner) : undefined;
    return items === undefined ? undefined : { type: 'array', items };
  }
  return type === 'structure' ? structure(shape as Json, shapes, inner) : undefined;
}

function structure(shape: Json, shapes: Json, within: readonly string[]): ToolInputSchema {
  const members = isPlainObject(shape.members) ? Object.entries(shape.members) : [];
  const properties: { [name: string]: ToolInputSchema } = {};
  const required: string[] = [];
  for (const [name, member] of members) {
    if (!isPlainObject(member)) continue;
    const traits = isPlainObject(member.traits) ? member.traits : {};
    const schema = schemaOf(String(member.target), shapes, within);
    const isRequired = traits['smithy.api#required'] !== undefined;
    if (schema === undefined && isRequired)
      throw new Error(`no policy can be checked against its required member '${name}'`);
    if (schema === undefined) continue;
    properties[name] = schema;
    if (isRequired) required.push(name);
  }
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
