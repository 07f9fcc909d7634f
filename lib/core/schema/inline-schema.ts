import { INPUT_FORMATS } from '../../protocol/input-format';
import type { Problem } from '../errors';
import { shown } from '../errors';
import { isPlainObject } from './json';

type Json = { readonly [key: string]: unknown };

/** Keywords of OpenAPI and JSON Schema that say nothing about which values are accepted. */
const NOT_CARRIED = [
  'example',
  'examples',
  'xml',
  'externalDocs',
  'readOnly',
  'writeOnly',
  'discriminator',
  '$defs',
  'definitions',
];

export interface InlinedSchema {
  /** Without references, `nullable`, extensions and formats nobody checks. Absent when there are problems. */
  readonly schema?: Json;
  readonly problems: readonly Problem[];
}

/**
 * Replaces the references of a schema by what they name and brings it into the form that `parseToolSchema` reads.
 *
 * Only references into the same document are followed: a document that is fetched over the network can be swapped, and
 * MCP forbids to follow such. A schema that refers to itself has no finite form and is a problem.
 */
export function inlineSchema(json: unknown, document: unknown, at: string): InlinedSchema {
  const inliner = new Inliner(document, at);
  const schema = inliner.read(json, []);
  return inliner.problems.length > 0 || schema === undefined
    ? { problems: inliner.problems }
    : { schema, problems: [] };
}

class Inliner {
  public readonly problems: Problem[] = [];

  public constructor(
    private readonly document: unknown,
    private readonly at: string,
  ) {}

  public read(json: unknown, references: readonly string[]): Json | undefined {
    if (!isPlainObject(json)) {
      this.report('SCHEMA_INVALID', `a schema is an object, got ${shown(json)}`, 'Write { "type": ... }');
      return undefined;
    }
    if (json.$ref !== undefined) return this.follow(json, references);
    const single = onlyBranch(json);
    if (single !== undefined) return this.read(single, references);
    return Object.fromEntries(
      Object.entries(json).flatMap(([keyword, value]) => this.keyword(keyword, value, json, references)),
    );
  }

  private keyword(keyword: string, value: unknown, json: Json, references: readonly string[]): [string, unknown][] {
    if (keyword.startsWith('x-') || NOT_CARRIED.includes(keyword) || keyword === 'nullable') return [];
    switch (keyword) {
      case 'type':
        return [[keyword, withoutNull(value)]];
      case 'enum':
        return Array.isArray(value) ? this.enumeration(value, json) : [[keyword, value]];
      case 'format':
        // int32, double, password and the like are hints to code generators.
        return INPUT_FORMATS.includes(value as string) ? [[keyword, value]] : [];
      case 'properties':
        return isPlainObject(value)
          ? [
              [
                keyword,
                Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.read(each, references)])),
              ],
            ]
          : [[keyword, value]];
      case 'items':
        return [[keyword, this.read(value, references)]];
      case 'exclusiveMinimum':
        // OpenAPI 3.0 writes { minimum: 0, exclusiveMinimum: true }.
        return typeof value === 'boolean' ? (value ? [[keyword, json.minimum]] : []) : [[keyword, value]];
      case 'exclusiveMaximum':
        return typeof value === 'boolean' ? (value ? [[keyword, json.maximum]] : []) : [[keyword, value]];
      case 'minimum':
        return json.exclusiveMinimum === true ? [] : [[keyword, value]];
      case 'maximum':
        return json.exclusiveMaximum === true ? [] : [[keyword, value]];
      default:
        return [[keyword, value]];
    }
  }

  /** A list of values without type says the type by its values. */
  private enumeration(values: readonly unknown[], json: Json): [string, unknown][] {
    const kept = values.filter((value) => value !== null);
    const type =
      json.type === undefined && kept.every((value) => typeof value === 'string') ? [['type', 'string']] : [];
    return [...(type as [string, unknown][]), ['enum', kept]];
  }

  private follow(json: Json, references: readonly string[]): Json | undefined {
    const reference = json.$ref;
    if (typeof reference !== 'string' || !reference.startsWith('#/')) {
      this.report(
        'SCHEMA_INVALID',
        `a reference leaves the document, got ${shown(reference)}`,
        'Copy what it names into the document',
      );
      return undefined;
    }
    if (references.includes(reference)) {
      this.report(
        'SCHEMA_INVALID',
        `a schema refers to itself, got ${shown(reference)}`,
        'Leave the operation out, or cut the schema',
      );
      return undefined;
    }
    const found = resolvePointer(this.document, reference);
    if (found === undefined) {
      this.report('SCHEMA_INVALID', `a reference names nothing, got ${shown(reference)}`, 'Correct the reference');
      return undefined;
    }
    const inner = this.read(found, [...references, reference]);
    return inner === undefined || typeof json.description !== 'string'
      ? inner
      : { ...inner, description: json.description };
  }

  private report(code: 'SCHEMA_INVALID', message: string, fix: string): void {
    this.problems.push({ code, message, fix, at: this.at });
  }
}

/** `allOf` with one branch is how OpenAPI 3.0 gives a reference a description. */
function onlyBranch(json: Json): unknown {
  const { allOf, description, ...rest } = json;
  if (
    !Array.isArray(allOf) ||
    allOf.length !== 1 ||
    Object.keys(rest).some((key) => !key.startsWith('x-') && key !== 'nullable')
  ) {
    return undefined;
  }
  return description !== undefined && isPlainObject(allOf[0]) ? { ...allOf[0], description } : allOf[0];
}

function withoutNull(type: unknown): unknown {
  if (!Array.isArray(type)) return type;
  const others = type.filter((each) => each !== 'null');
  return others.length === 1 ? others[0] : type;
}

/** The value at a JSON pointer (RFC 6901) of a document: `#/components/schemas/Order`. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.replace(/^#\//, '').split('/')) {
    const key = decoded(part).replace(/~1/g, '/').replace(/~0/g, '~');
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isPlainObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The schema as it is published to the gateway: without `enum` and `format`. The vendor's schema generator gives such
 * arguments types of their own, on which the conditions of a permit would not fit. Lists of texts become a pattern, and
 * the description names the values.
 */
export function publishedSchema(schema: Json): Json {
  const { enum: values, format, properties, items, ...rest } = schema;
  const hints = [
    ...(Array.isArray(values) ? [`One of: ${values.map((value) => JSON.stringify(value)).join(', ')}.`] : []),
    ...(format === undefined ? [] : [`Format: ${String(format)}.`]),
  ];
  const description = [rest.description, ...hints].filter((text) => text !== undefined).join(' ');
  return {
    ...rest,
    ...(description === '' ? {} : { description }),
    ...(isTexts(values) && rest.pattern === undefined ? { pattern: `^(?:${values.map(escaped).join('|')})$` } : {}),
    ...(isPlainObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, publishedSchema(each as Json)]),
          ),
        }
      : {}),
    ...(isPlainObject(items) ? { items: publishedSchema(items) } : {}),
  };
}

function isTexts(values: unknown): values is string[] {
  return Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
