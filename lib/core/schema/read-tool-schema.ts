import { inlineSchema } from './inline-schema';
import { isPlainObject } from './json';
import { type ParsedToolSchema, parseToolSchema } from './parse-tool-schema';

export interface ReadToolSchema extends ParsedToolSchema {
  /** The document without references. */
  readonly source: unknown;
}

/**
 * Reads the input schema of a tool as its author wrote it: like `parseToolSchema`, and with references into the same
 * document, as generators of JSON Schema write them. What is reported stands where the author wrote it.
 */
export function readToolSchema(json: unknown, at: string): ReadToolSchema {
  if (!hasReference(json)) return { ...parseToolSchema(json, at), source: json };
  const inlined = inlineSchema(json, { document: json, at, pointer: '', documentPointer: '', asWritten: true });
  const { schema: source, origins } = inlined;
  if (source === undefined) return { source: json, constraints: [], dropped: [], problems: inlined.problems };
  const { schema, constraints, dropped, problems } = parseToolSchema(source, at);
  const written = dropped.map((each) => ({ ...each, pointer: originOf(each.pointer, origins) }));
  return {
    source,
    schema,
    constraints,
    dropped: problems.length > 0 ? [] : [...inlined.dropped, ...written],
    problems: problems.map((each) => ({ ...each, at: placeOf(each.at ?? at, at, origins) })),
  };
}

function hasReference(json: unknown): boolean {
  if (Array.isArray(json)) return json.some(hasReference);
  if (!isPlainObject(json)) return false;
  return typeof json.$ref === 'string' || Object.values(json).some(hasReference);
}

/** Where the nearest thing above it was written, and from there on as in the result. */
function originOf(pointer: string, origins: ReadonlyMap<string, string>): string {
  let end = pointer.length;
  while (end > 0 && !origins.has(pointer.slice(0, end))) end = pointer.lastIndexOf('/', end - 1);
  return `${origins.get(pointer.slice(0, end)) ?? ''}${pointer.slice(end)}`;
}

function placeOf(place: string, at: string, origins: ReadonlyMap<string, string>): string {
  return place.startsWith(`${at}#`) ? `${at}#${originOf(place.slice(at.length + 1), origins)}` : place;
}
