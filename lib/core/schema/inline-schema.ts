import { isDeepStrictEqual } from 'node:util';
import { INPUT_FORMATS } from '../../protocol/input-format';
import type { Problem } from '../errors';
import { shown } from '../errors';
import { ANNOTATIONS, type DroppedKeyword, type DropReason, dropped, isExtension, pointerTo } from './dropped-keyword';
import { isPlainObject } from './json';

type Json = { readonly [key: string]: unknown };

/** Keywords of OpenAPI and JSON Schema that say nothing about which values are accepted, and are not published. */
const LEFT_OUT: { readonly [keyword: string]: DropReason } = {
  example: 'annotation',
  examples: 'annotation',
  xml: 'annotation',
  externalDocs: 'annotation',
  readOnly: 'annotation',
  writeOnly: 'annotation',
  discriminator: 'annotation',
  $defs: 'definitions',
  definitions: 'definitions',
};

/** Of two, the one counts that stands nearer to the argument. */
const FOR_READERS = ['description', ...ANNOTATIONS];

export interface InlinedSchema {
  /** Without references, `nullable`, extensions and formats nobody checks. Absent when there are problems. */
  readonly schema?: Json;
  /** What is left out of it. */
  readonly dropped: readonly DroppedKeyword[];
  /** Where the author wrote a schema or keyword, by its pointer in the result. */
  readonly origins: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

export interface SchemaSource {
  /** The document that references point into. */
  readonly document: unknown;
  /** For errors. */
  readonly at: string;
  /** JSON pointers of the schema and of the document, in what the author wrote. */
  readonly pointer: string;
  readonly documentPointer: string;
  /** Replaces references and nothing else, for a reader that judges every keyword itself. */
  readonly asWritten?: boolean;
}

/**
 * Replaces the references of a schema by what they name and brings it into the form that `parseToolSchema` reads.
 *
 * Only references into the same document are followed: a document that is fetched over the network can be swapped, and
 * MCP forbids to follow such. A schema that refers to itself has no finite form and is a problem.
 */
export function inlineSchema(json: unknown, source: SchemaSource): InlinedSchema {
  const inliner = new Inliner(source);
  const schema = inliner.read(json, { pointer: source.pointer, result: '', references: [], nearer: [] });
  return inliner.problems.length > 0 || schema === undefined
    ? { dropped: [], origins: new Map(), problems: inliner.problems }
    : { schema, dropped: inliner.dropped, origins: inliner.origins, problems: [] };
}

/** Where a schema stands. */
interface Place {
  readonly pointer: string;
  /** Its pointer in the result. */
  readonly result: string;
  readonly references: readonly string[];
  /** Annotations that stand beside the reference to it. */
  readonly nearer: readonly string[];
}

class Inliner {
  public readonly problems: Problem[] = [];
  public readonly dropped: DroppedKeyword[] = [];
  public readonly origins = new Map<string, string>();

  public constructor(private readonly source: SchemaSource) {}

  public read(json: unknown, place: Place): Json | undefined {
    if (!isPlainObject(json)) {
      this.report('SCHEMA_INVALID', `a schema is an object, got ${shown(json)}`, 'Write { "type": ... }');
      return undefined;
    }
    if (json.$ref !== undefined) return this.follow(json, place);
    if (hasOnlyBranch(json)) return this.branch(json, place);
    this.origins.set(place.result, place.pointer);
    return this.keywords(json, place);
  }

  private keywords(json: Json, place: Place): Json {
    const kept = Object.entries(json).flatMap(([keyword, value]) => this.keyword(keyword, value, json, place));
    for (const [keyword] of kept) this.origins.set(pointerTo(place.result, keyword), pointerTo(place.pointer, keyword));
    return Object.fromEntries(kept);
  }

  private keyword(keyword: string, value: unknown, json: Json, place: Place): [string, unknown][] {
    const drop = (why: DropReason): [] => {
      this.dropped.push(dropped(place.pointer, keyword, why));
      return [];
    };
    if (place.nearer.includes(keyword)) return drop('replaced');
    const asWritten = this.source.asWritten === true && LEFT_OUT[keyword] !== 'definitions';
    if (asWritten) return [[keyword, this.inner(keyword, value, place)]];
    if (isExtension(keyword)) return drop('extension');
    if (Object.hasOwn(LEFT_OUT, keyword)) return drop(LEFT_OUT[keyword]!);
    switch (keyword) {
      case 'nullable':
        return drop(value === true ? 'null' : 'withoutEffect');
      case 'type':
        if (Array.isArray(value) && value.includes('null')) drop('null');
        return [[keyword, withoutNull(value)]];
      case 'enum':
        if (Array.isArray(value) && value.includes(null)) drop('null');
        return Array.isArray(value) ? enumeration(value, json) : [[keyword, value]];
      case 'format':
        // int32, double, password and the like are hints to code generators.
        return INPUT_FORMATS.includes(value as string) ? [[keyword, value]] : drop('format');
      case 'exclusiveMinimum':
      case 'exclusiveMaximum':
        if (value === false) return drop('withoutEffect');
        // OpenAPI 3.0 writes { minimum: 0, exclusiveMinimum: true }.
        return [[keyword, value === true ? json[INCLUSIVE[keyword]] : value]];
      case 'minimum':
        return json.exclusiveMinimum === true ? [] : [[keyword, value]];
      case 'maximum':
        return json.exclusiveMaximum === true ? [] : [[keyword, value]];
      default:
        return [[keyword, this.inner(keyword, value, place)]];
    }
  }

  /** The value of a keyword, with the schemas in it read. */
  private inner(keyword: string, value: unknown, place: Place): unknown {
    const at = (...keys: string[]): Place => ({
      ...place,
      pointer: keys.reduce(pointerTo, place.pointer),
      result: keys.reduce(pointerTo, place.result),
      nearer: [],
    });
    if (keyword === 'items') return this.read(value, at(keyword));
    if (keyword !== 'properties' || !isPlainObject(value)) return value;
    return mapValues(value, (each, name) => this.read(each, at(keyword, name)));
  }

  private branch(json: Json, place: Place): Json | undefined {
    const { allOf, ...beside } = json;
    const pointer = pointerTo(pointerTo(place.pointer, 'allOf'), 0);
    return this.merged(beside, (allOf as unknown[])[0], place, { ...place, pointer });
  }

  private follow(json: Json, place: Place): Json | undefined {
    const { $ref: reference, ...beside } = json;
    if (typeof reference !== 'string' || !reference.startsWith('#/')) {
      const message = `a reference leaves the document, got ${shown(reference)}`;
      return this.report('SCHEMA_INVALID', message, 'Copy what it names into the document');
    }
    if (place.references.includes(reference)) {
      const message = `a schema refers to itself, got ${shown(reference)}`;
      return this.report('SCHEMA_INVALID', message, 'Leave the operation out, or cut the schema');
    }
    const found = resolvePointer(this.source.document, reference);
    if (found === undefined) {
      const message = `a reference names nothing, got ${shown(reference)}`;
      return this.report('SCHEMA_INVALID', message, 'Correct the reference');
    }
    const pointer = keysOf(reference).reduce(pointerTo, this.source.documentPointer);
    return this.merged(beside, found, place, { ...place, pointer, references: [...place.references, reference] });
  }

  /** What stands beside a reference holds, too; what both say differently is a problem, but for annotations. */
  private merged(beside: Json, referred: unknown, place: Place, target: Place): Json | undefined {
    const own = this.keywords(beside, place);
    const nearer = [...place.nearer, ...FOR_READERS.filter((keyword) => Object.hasOwn(own, keyword))];
    const inner = this.read(referred, { ...target, nearer });
    if (inner === undefined) return undefined;
    for (const [keyword, value] of Object.entries(own)) {
      if (!Object.hasOwn(inner, keyword) || isDeepStrictEqual(inner[keyword], value)) continue;
      const message = `'${keyword}' stands beside a reference and in what it names, got ${shown(value)} and ${shown(inner[keyword])}`;
      this.report('SCHEMA_INVALID', message, 'Say it in one place');
    }
    return { ...inner, ...own };
  }

  private report(code: 'SCHEMA_INVALID', message: string, fix: string): undefined {
    this.problems.push({ code, message, fix, at: this.source.at });
  }
}

const INCLUSIVE = { exclusiveMinimum: 'minimum', exclusiveMaximum: 'maximum' } as const;

/** A list of values without type says the type by its values. */
function enumeration(values: readonly unknown[], json: Json): [string, unknown][] {
  const kept = values.filter((value) => value !== null);
  const type = json.type === undefined && kept.every((value) => typeof value === 'string') ? [['type', 'string']] : [];
  return [...(type as [string, unknown][]), ['enum', kept]];
}

/** `allOf` with one branch is how OpenAPI 3.0 gives a reference a description. */
function hasOnlyBranch({ allOf, ...rest }: Json): boolean {
  if (!Array.isArray(allOf) || allOf.length !== 1) return false;
  return Object.keys(rest).every(
    (key) => isExtension(key) || key === 'nullable' || Object.hasOwn(LEFT_OUT, key) || FOR_READERS.includes(key),
  );
}

function withoutNull(type: unknown): unknown {
  if (!Array.isArray(type)) return type;
  const others = type.filter((each) => each !== 'null');
  return others.length === 1 ? others[0] : type;
}

function mapValues(object: Json, map: (value: unknown, key: string) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

/** The value at a JSON pointer (RFC 6901) of a document: `#/components/schemas/Order`. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  let value = document;
  for (const key of keysOf(pointer)) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isPlainObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** `components`, `schemas`, `a/b` of `#/components/schemas/a~1b`. */
export function keysOf(pointer: string): string[] {
  const parts = pointer.replace(/^#\//, '').split('/');
  return parts.map((part) => decoded(part).replace(/~1/g, '/').replace(/~0/g, '~'));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
