import type { ErrorCode, Problem } from '../errors';
import { shown } from '../errors';
import { nearest } from '../suggest';
import { isPlainObject } from './json';
import { TOOL_INPUT_TYPES, type ToolInputSchema, type ToolInputType } from './tool-schema';

const CARRIED = ['type', 'description', 'properties', 'required', 'items'];

/** Keywords that say nothing about the data, only about the document. */
const DOCUMENT_ONLY = ['$schema', '$id', '$comment'];

/** Cedar reads these keys of a JSON object as entities or extension values, JavaScript the last one as the prototype. */
const RESERVED_NAMES = ['__entity', '__extn', '__expr', '__proto__'];

export interface ParsedToolSchema {
  /** Absent when there are problems. */
  readonly schema?: ToolInputSchema;
  readonly problems: readonly Problem[];
}

/**
 * Reads the input schema of a tool and reports everything that the service would not carry or accept.
 *
 * @param json the parsed JSON document
 * @param at where it comes from: a file or construct path
 */
export function parseToolSchema(json: unknown, at: string): ParsedToolSchema {
  const parser = new Parser(at);
  const schema = parser.read(json, '');
  if (schema !== undefined && schema.type !== 'object') {
    parser.report('SCHEMA_INVALID', '', `the input of a tool is an object, got type ${shown(schema.type)}`, {
      fix: 'Wrap the value: { "type": "object", "properties": { ... } }',
    });
  }
  return parser.problems.length > 0 || schema === undefined
    ? { problems: parser.problems }
    : { schema, problems: parser.problems };
}

class Parser {
  public readonly problems: Problem[] = [];

  public constructor(private readonly at: string) {}

  public report(code: ErrorCode, path: string, message: string, { fix }: { fix: string }): void {
    this.problems.push({ code, message, fix, at: path === '' ? this.at : `${this.at}#${path}` });
  }

  public read(json: unknown, path: string): ToolInputSchema | undefined {
    if (!isPlainObject(json)) {
      this.report('SCHEMA_INVALID', path, `a schema is a JSON object, got ${shown(json)}`, {
        fix: 'Write { "type": "string" } or another type',
      });
      return undefined;
    }
    for (const keyword of Object.keys(json)) this.checkKeyword(keyword, path);
    const type = this.readType(json.type, path);
    const properties = this.readProperties(json.properties, type, path);
    const items = this.readItems(json, type, path);
    const required = this.readRequired(json.required, properties, path);
    const description = this.readDescription(json.description, path);
    if (type === undefined) return undefined;
    return {
      type,
      ...(description === undefined ? {} : { description }),
      ...(properties === undefined ? {} : { properties }),
      ...(required === undefined ? {} : { required }),
      ...(items === undefined ? {} : { items }),
    };
  }

  private checkKeyword(keyword: string, path: string): void {
    if (CARRIED.includes(keyword) || (path === '' && DOCUMENT_ONLY.includes(keyword))) return;
    const meant = nearest(keyword, CARRIED);
    this.report('SCHEMA_KEYWORD', `${path}/${keyword}`, `the gateway does not carry the keyword '${keyword}'`, {
      fix:
        meant === undefined
          ? 'Leave it out, and enforce it by a condition of the permit or in the handler'
          : `Did you mean '${meant}'?`,
    });
  }

  private readType(type: unknown, path: string): ToolInputType | undefined {
    if ((TOOL_INPUT_TYPES as readonly unknown[]).includes(type)) return type as ToolInputType;
    const meant = typeof type === 'string' ? nearest(type, TOOL_INPUT_TYPES) : undefined;
    this.report('SCHEMA_INVALID', `${path}/type`, `the type is not one that the gateway carries, got ${shown(type)}`, {
      fix: meant === undefined ? `Use one of ${TOOL_INPUT_TYPES.join(', ')}` : `Did you mean '${meant}'?`,
    });
    return undefined;
  }

  private readDescription(description: unknown, path: string): string | undefined {
    if (description === undefined || typeof description === 'string') return description;
    this.report('SCHEMA_INVALID', `${path}/description`, `a description is text, got ${shown(description)}`, {
      fix: 'Write a string',
    });
    return undefined;
  }

  private readProperties(
    properties: unknown,
    type: ToolInputType | undefined,
    path: string,
  ): { [name: string]: ToolInputSchema } | undefined {
    const at = `${path}/properties`;
    if (properties === undefined) {
      if (type !== 'object' || path === '') return undefined;
      this.report('SCHEMA_INVALID', path, 'an object without properties accepts nothing, so every call is denied', {
        fix: 'List its properties',
      });
      return undefined;
    }
    if (!isPlainObject(properties)) {
      this.report('SCHEMA_INVALID', at, `properties is an object of schemas, got ${shown(properties)}`, {
        fix: 'Write { "<argument>": { "type": ... } }',
      });
      return undefined;
    }
    if (type !== undefined && type !== 'object') {
      this.report('SCHEMA_INVALID', at, `only an object has properties, got type ${shown(type)}`, {
        fix: `Use "type": "object" or leave properties out`,
      });
    }
    const read: { [name: string]: ToolInputSchema } = {};
    for (const [name, value] of Object.entries(properties)) {
      if (name === '' || RESERVED_NAMES.includes(name)) {
        this.report('SCHEMA_INVALID', `${at}/${name}`, `an argument cannot have the name ${shown(name)}`, {
          fix: 'Rename it',
        });
        continue;
      }
      const schema = this.read(value, `${at}/${name}`);
      if (schema !== undefined) read[name] = schema;
    }
    return read;
  }

  private readItems(
    json: { readonly [key: string]: unknown },
    type: ToolInputType | undefined,
    path: string,
  ): ToolInputSchema | undefined {
    if (json.items !== undefined && type !== undefined && type !== 'array') {
      this.report('SCHEMA_INVALID', `${path}/items`, `only an array has items, got type ${shown(type)}`, {
        fix: 'Use "type": "array" or leave items out',
      });
    }
    if (json.items !== undefined) return this.read(json.items, `${path}/items`);
    if (type === 'array') {
      this.report('SCHEMA_INVALID', path, 'an array without items has no type that a policy can check', {
        fix: 'Add "items": { "type": ... }',
      });
    }
    return undefined;
  }

  private readRequired(
    required: unknown,
    properties: { [name: string]: ToolInputSchema } | undefined,
    path: string,
  ): string[] | undefined {
    if (required === undefined) return undefined;
    const at = `${path}/required`;
    if (!Array.isArray(required) || !required.every((name) => typeof name === 'string')) {
      this.report('SCHEMA_INVALID', at, `required is a list of argument names, got ${shown(required)}`, {
        fix: 'Write a list of strings',
      });
      return undefined;
    }
    const known = Object.keys(properties ?? {});
    for (const name of required) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      this.report(
        'SCHEMA_INVALID',
        at,
        `required names an argument that is not among the properties, got ${shown(name)}`,
        {
          fix: meant === undefined ? 'Add it to properties' : `Did you mean '${meant}'?`,
        },
      );
    }
    if (new Set(required).size < required.length) {
      this.report('SCHEMA_INVALID', at, `required names an argument twice, got ${shown(required)}`, {
        fix: 'Name each once',
      });
    }
    return required;
  }
}
