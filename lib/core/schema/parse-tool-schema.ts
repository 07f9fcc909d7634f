import type { ErrorCode, Problem } from '../errors';
import { shown } from '../errors';
import { nearest } from '../suggest';
import { constraintProblem } from './check-constraint';
import { ANNOTATIONS, type DroppedKeyword, dropped, isExtension, pointerTo } from './dropped-keyword';
import {
  CONSTRAINT_KEYWORDS,
  type ConstraintStep,
  type InputConstraint,
  isConstraintKeyword,
} from './input-constraint';
import { isPlainObject } from './json';
import { TOOL_INPUT_TYPES, type ToolInputSchema, type ToolInputType } from './tool-schema';

const CARRIED = ['type', 'description', 'properties', 'required', 'items'];

/** Values that change nothing: what JSON Schema assumes anyway. */
const WITHOUT_EFFECT: { readonly [keyword: string]: unknown } = {
  uniqueItems: false,
  additionalProperties: true,
  minLength: 0,
  minItems: 0,
};

/** Cedar reads these keys of a JSON object as entities or extension values, JavaScript the last one as the prototype. */
const RESERVED_NAMES = ['__entity', '__extn', '__expr', '__proto__'];

export interface ParsedToolSchema {
  /** What the gateway carries. Absent when there are problems. */
  readonly schema?: ToolInputSchema;
  /** What the gateway does not carry; empty when there are problems. */
  readonly constraints: readonly InputConstraint[];
  /** What is neither carried nor enforced; empty when there are problems. */
  readonly dropped: readonly DroppedKeyword[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the input schema of a tool: what the gateway carries, what is enforced elsewhere, what there is nothing to
 * enforce of, and as problems everything that nothing would enforce, so that no line of the author is dropped silently.
 *
 * @param json the parsed JSON document
 * @param at where it comes from: a file or construct path
 */
export function parseToolSchema(json: unknown, at: string): ParsedToolSchema {
  const parser = new Parser(at);
  const schema = parser.read(json, '', []);
  if (schema !== undefined && schema.type !== 'object') {
    parser.report('SCHEMA_INVALID', '', `the input of a tool is an object, got type ${shown(schema.type)}`, {
      fix: 'Wrap the value: { "type": "object", "properties": { ... } }',
    });
  }
  return parser.problems.length > 0 || schema === undefined
    ? { constraints: [], dropped: [], problems: parser.problems }
    : { schema, constraints: parser.constraints, dropped: parser.dropped, problems: parser.problems };
}

class Parser {
  public readonly problems: Problem[] = [];
  public readonly constraints: InputConstraint[] = [];
  public readonly dropped: DroppedKeyword[] = [];

  public constructor(private readonly at: string) {}

  public report(code: ErrorCode, path: string, message: string, { fix }: { fix: string }): void {
    this.problems.push({ code, message, fix, at: path === '' ? this.at : `${this.at}#${path}` });
  }

  public read(json: unknown, path: string, steps: readonly ConstraintStep[]): ToolInputSchema | undefined {
    if (!isPlainObject(json)) {
      this.report('SCHEMA_INVALID', path, `a schema is a JSON object, got ${shown(json)}`, {
        fix: 'Write { "type": "string" } or another type',
      });
      return undefined;
    }
    const type = this.readType(json.type, path);
    for (const [keyword, value] of Object.entries(json)) this.readKeyword(keyword, value, type, path, steps);
    const properties = this.readProperties(json.properties, type, path, steps);
    const items = this.readItems(json, type, path, steps);
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

  private readKeyword(
    keyword: string,
    value: unknown,
    type: ToolInputType | undefined,
    path: string,
    steps: readonly ConstraintStep[],
  ): void {
    if (CARRIED.includes(keyword)) return;
    if (ANNOTATIONS.includes(keyword) || isExtension(keyword)) {
      this.dropped.push(dropped(path, keyword, isExtension(keyword) ? 'extension' : 'annotation'));
      return;
    }
    if (isConstraintKeyword(keyword)) {
      if (type === undefined) return;
      if (Object.hasOwn(WITHOUT_EFFECT, keyword) && WITHOUT_EFFECT[keyword] === value) {
        this.dropped.push(dropped(path, keyword, 'withoutEffect'));
        return;
      }
      const problem = constraintProblem(keyword, value, type);
      if (problem === undefined) this.constraints.push({ path: steps, type, keyword, value });
      else this.report('SCHEMA_INVALID', pointerTo(path, keyword), problem.message, problem);
      return;
    }
    const meant = nearest(keyword, [...CARRIED, ...Object.keys(CONSTRAINT_KEYWORDS)]);
    this.report('SCHEMA_KEYWORD', pointerTo(path, keyword), `nothing would enforce the keyword '${keyword}'`, {
      fix: meant === undefined ? 'Leave it out, and check it in the handler' : `Did you mean '${meant}'?`,
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
    steps: readonly ConstraintStep[],
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
        this.report('SCHEMA_INVALID', pointerTo(at, name), `an argument cannot have the name ${shown(name)}`, {
          fix: 'Rename it',
        });
        continue;
      }
      const schema = this.read(value, pointerTo(at, name), [...steps, { property: name }]);
      if (schema !== undefined) read[name] = schema;
    }
    return read;
  }

  private readItems(
    json: { readonly [key: string]: unknown },
    type: ToolInputType | undefined,
    path: string,
    steps: readonly ConstraintStep[],
  ): ToolInputSchema | undefined {
    if (json.items !== undefined && type !== undefined && type !== 'array') {
      this.report('SCHEMA_INVALID', `${path}/items`, `only an array has items, got type ${shown(type)}`, {
        fix: 'Use "type": "array" or leave items out',
      });
    }
    if (json.items !== undefined) return this.read(json.items, `${path}/items`, [...steps, { items: true }]);
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
