import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withoutByteOrderMark } from '../core/byte-order-mark';
import { type Problem, shown } from '../core/errors';
import type { DroppedKeyword } from '../core/schema/dropped-keyword';
import type { InputConstraint } from '../core/schema/input-constraint';
import { readToolSchema } from '../core/schema/read-tool-schema';
import type { ToolInputSchema } from '../core/schema/tool-schema';

/** What is used in place of a schema that has problems, so that the rest of the app is checked, too. */
const NO_ARGUMENTS: ToolInputSchema = { type: 'object' };

/**
 * The input schema of a tool, as JSON Schema. It is what clients see, and what policies about the tool's arguments are
 * checked against.
 *
 * References into the same document (`#/$defs/Address`) are replaced by what they name; what stands beside one holds, too.
 *
 * The gateway carries types, properties, required arguments, items and descriptions. Bounds, lists of values, lengths,
 * patterns and formats are enforced all the same: by the policy of the tool where Cedar can, by the runtime helper
 * `defineTool` and by the REQUEST interceptor where it cannot. `input-schemas.json` in the cloud assembly says which line
 * is enforced where, and what there is nothing to enforce of, such as `title` and `x-*`, which reaches no client; a line
 * that nothing enforces is a warning, a keyword that nothing could enforce an error.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-add-target-lambda.html
 */
export class ToolSchema {
  /** A JSON file. A relative path starts at the current working directory. */
  public static fromFile(path: string): ToolSchema {
    const file = resolve(path);
    try {
      return ToolSchema.parse(withoutByteOrderMark(readFileSync(file, 'utf8')), path);
    } catch (error) {
      return new ToolSchema(NO_ARGUMENTS, undefined, [unreadable(path, error as Error)]);
    }
  }

  /** JSON text. */
  public static fromJson(json: string): ToolSchema {
    return ToolSchema.parse(json, 'inline schema');
  }

  private static parse(text: string, origin: string): ToolSchema {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      return new ToolSchema(NO_ARGUMENTS, undefined, [unreadable(origin, error as Error)]);
    }
    const { schema, source, constraints, dropped, problems } = readToolSchema(json, origin);
    return new ToolSchema(schema ?? NO_ARGUMENTS, source, problems, constraints, dropped);
  }

  /** @internal */
  public readonly _schema: ToolInputSchema;
  /** @internal */
  public readonly _source: unknown;
  /** @internal */
  public readonly _problems: readonly Problem[];
  /** @internal */
  public readonly _constraints: readonly InputConstraint[];
  /** @internal */
  public readonly _dropped: readonly DroppedKeyword[];

  private constructor(
    schema: ToolInputSchema,
    source: unknown,
    problems: readonly Problem[],
    constraints: readonly InputConstraint[] = [],
    dropped: readonly DroppedKeyword[] = [],
  ) {
    this._schema = schema;
    this._source = source;
    this._problems = problems;
    this._constraints = constraints;
    this._dropped = dropped;
  }
}

function unreadable(origin: string, error: Error): Problem {
  return {
    code: 'SCHEMA_INVALID',
    message: `the input schema cannot be read from ${shown(origin)}, got ${error.message}`,
    fix: 'Pass a JSON file with a JSON Schema whose type is "object"',
  };
}
