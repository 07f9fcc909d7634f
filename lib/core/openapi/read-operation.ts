import { isDeniedHeader } from '../../protocol/header-denylist';
import type { ToolRiskLevel } from '../../protocol/template-metadata';
import type { Problem } from '../errors';
import { shown } from '../errors';
import { type DroppedKeyword, dropped, pointerTo } from '../schema/dropped-keyword';
import { inlineSchema, keysOf, resolvePointer } from '../schema/inline-schema';
import type { InputConstraint } from '../schema/input-constraint';
import { isPlainObject } from '../schema/json';
import { parseToolSchema } from '../schema/parse-tool-schema';
import { publishedSchema } from '../schema/published-schema';
import type { ToolInputSchema } from '../schema/tool-schema';
import { droppedOfBody, droppedOfOperation, droppedOfParameter, pathPointer } from './dropped-parts';
import { type Argument, inputOf, rulesOf } from './operation-input';
import { closedPathParameter } from './path-parameter';

type Json = { readonly [key: string]: unknown };

export interface OpenApiOperation {
  /** `operationId`, the name of the tool. */
  readonly id: string;
  readonly path: string;
  readonly method: string;
  readonly description: string;
  readonly inputSchema: ToolInputSchema;
  readonly constraints: readonly InputConstraint[];
  /** What of the document is neither published nor enforced. */
  readonly dropped: readonly DroppedKeyword[];
  /** The arguments in full, as clients see them. */
  readonly listedSchema: Json;
  /** Where each parameter goes; every other argument goes into the body. */
  readonly parameters: { readonly [name: string]: ParameterPlace };
  readonly risk: ToolRiskLevel;
  /** Names of header parameters. */
  readonly headers: readonly string[];
  readonly published: Json;
  readonly problems: readonly Problem[];
}

export type ParameterPlace = 'path' | 'query' | 'header';

export interface OperationSource {
  readonly document: Json;
  readonly path: string;
  readonly method: string;
  readonly item: Json;
  readonly operation: Json;
  readonly options: {
    readonly bodyArgument?: string;
    readonly pathPatterns?: { readonly [parameter: string]: string };
    readonly at: string;
  };
}

/** Characters that tool names may have everywhere: MCP, the gateway and model APIs. */
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Reads one operation as a tool: its arguments are the parameters and the properties of the JSON body. */
export function readOperation(source: OperationSource): OpenApiOperation {
  return new OperationReader(source).read();
}

class OperationReader {
  private readonly problems: Problem[] = [];
  private readonly headers: string[] = [];
  private readonly dropped: DroppedKeyword[];
  private readonly at: string;
  private readonly pointer: string;

  public constructor(private readonly source: OperationSource) {
    const { options, operation, item, path, method } = source;
    this.at = `${options.at}#${method.toUpperCase()} ${path}`;
    this.pointer = pointerTo(pathPointer(path), method);
    this.dropped = droppedOfOperation(operation, item, path, method);
  }

  public read(): OpenApiOperation {
    const { operation, path, method } = this.source;
    const id = this.id();
    const parameters = this.parameters();
    const body = this.body();
    const args = [...parameters.map(({ argument }) => argument), ...body.args];
    this.checkNames(args, parameters);
    const listedSchema = { ...inputOf(args), ...body.rules };
    const { schema, constraints, problems } = parseToolSchema(listedSchema, this.at);
    this.problems.push(...problems);
    const description = [operation.summary, operation.description].find(
      (text) => typeof text === 'string' && text !== '',
    );
    if (description === undefined) {
      this.report('an operation needs a summary or description', 'Say what it does: the model chooses by it');
    }
    return {
      id,
      path,
      method,
      description: (description as string | undefined) ?? id,
      inputSchema: schema ?? { type: 'object' },
      constraints,
      dropped: this.dropped,
      listedSchema,
      parameters: Object.fromEntries(parameters.map(({ argument, location }) => [argument.name, location])),
      risk: riskOf(method),
      headers: this.headers,
      published: {
        operationId: id,
        ...(operation.summary === undefined ? {} : { summary: operation.summary }),
        ...(operation.description === undefined ? {} : { description: operation.description }),
        ...(parameters.length === 0 ? {} : { parameters: parameters.map((each) => each.published) }),
        ...(body.published === undefined ? {} : { requestBody: body.published }),
        responses: { default: { description: 'The answer of the API' } },
      },
      problems: this.problems,
    };
  }

  private id(): string {
    const id = this.source.operation.operationId;
    if (typeof id === 'string' && TOOL_NAME.test(id)) return id;
    this.report(
      `an operationId is the name of a tool: letters, digits, - and _, up to 64, got ${shown(id)}`,
      'Add or change the operationId',
    );
    return typeof id === 'string' ? id : `${this.source.method}-${this.source.path}`;
  }

  private parameters() {
    const { operation, item, path } = this.source;
    const listed = (parameters: unknown, pointer: string) =>
      asList(parameters).map((each, index) => this.deref(each, pointerTo(pointerTo(pointer, 'parameters'), index)));
    const own = listed(operation.parameters, this.pointer);
    const shared = listed(item.parameters, pathPointer(path)).filter(
      (outer) => !own.some((inner) => sameParameter(outer.value, inner.value)),
    );
    return [...shared, ...own].flatMap(({ value, pointer }) => this.parameter(value, pointer));
  }

  private parameter(
    parameter: unknown,
    pointer: string,
  ): { argument: Argument; published: Json; location: ParameterPlace }[] {
    if (!isPlainObject(parameter) || typeof parameter.name !== 'string') {
      this.report(`a parameter has a name, got ${shown(parameter)}`, 'Correct the parameter');
      return [];
    }
    const { name, in: location } = parameter;
    if (location === 'cookie' || !['path', 'query', 'header'].includes(String(location))) {
      this.report(`parameter ${shown(name)} stands in ${shown(location)}`, 'Use path, query or header');
      return [];
    }
    if (location === 'header') {
      if (isDeniedHeader(name)) {
        this.report(
          `parameter ${shown(name)} is a header that a model must not set`,
          'Leave it out; credentials come from the provider of the target',
        );
      }
      this.headers.push(name);
    }
    if (
      parameter.content !== undefined ||
      (parameter.style !== undefined && !['simple', 'form'].includes(String(parameter.style)))
    ) {
      this.report(`parameter ${shown(name)} has a serialization that the gateway does not do`, 'Use a plain schema');
    }
    this.dropped.push(...droppedOfParameter(parameter, pointer));
    const schemaPointer = pointerTo(pointer, 'schema');
    const read = this.inline(parameter.schema, name, schemaPointer) ?? { type: 'string' };
    const full = location === 'path' ? this.closed(name, read, schemaPointer) : read;
    const required = parameter.required === true || location === 'path';
    const described = typeof parameter.description === 'string' ? { description: parameter.description } : {};
    return [
      {
        location: location as ParameterPlace,
        argument: { name, required, schema: { ...full, ...described } },
        published: { name, in: location, required, ...described, schema: publishedSchema(full) },
      },
    ];
  }

  /** A path parameter that may hold a slash or dots reaches other paths of the API. */
  private closed(name: string, schema: Json, pointer: string): Json {
    const { pathPatterns } = this.source.options;
    if (pathPatterns === undefined) return schema;
    const closed = closedPathParameter(schema, pathPatterns[name]);
    if (closed.problem !== undefined)
      this.report(
        `path parameter ${shown(name)} ${closed.problem}`,
        'Bind it with ^ and $, and admit only characters such as [A-Za-z0-9_-]: no / \\ % ? # and no dots alone',
      );
    if (schema.pattern !== undefined && schema.pattern !== closed.schema.pattern)
      this.dropped.push(dropped(pointer, 'pattern', pathPatterns[name] === undefined ? 'openPath' : 'replaced'));
    return closed.schema;
  }

  private body(): { args: Argument[]; published?: Json; rules?: Json } {
    const { value: body, pointer } = this.deref(
      this.source.operation.requestBody,
      pointerTo(this.pointer, 'requestBody'),
    );
    if (body === undefined) return { args: [] };
    const content = isPlainObject(body) && isPlainObject(body.content) ? body.content : {};
    const json = content['application/json'];
    if (!isPlainObject(json)) {
      this.report(
        `a body is application/json, got ${shown(Object.keys(content))}`,
        'Leave the operation out, or describe its JSON form',
      );
      return { args: [] };
    }
    if (isPlainObject(body)) this.dropped.push(...droppedOfBody(body, pointer));
    const at = ['content', 'application/json', 'schema'].reduce((place, key) => pointerTo(place, key), pointer);
    const schema = this.inline(json.schema, 'body', at);
    if (schema === undefined) return { args: [] };
    const required = isPlainObject(body) && body.required === true;
    const published = { required, content: { 'application/json': { schema: publishedSchema(schema) } } };
    const { bodyArgument } = this.source.options;
    if (bodyArgument !== undefined) return { args: [{ name: bodyArgument, schema, required }], published };
    if (schema.type !== 'object' || !isPlainObject(schema.properties)) {
      this.report(
        `a body is an object with properties, got type ${shown(schema.type)}`,
        'Describe the body as an object with properties',
      );
      return { args: [], published };
    }
    const names = asList(schema.required);
    const args = Object.entries(schema.properties).map(([name, each]) => ({
      name,
      schema: each as Json,
      required: required && names.includes(name),
    }));
    return { args, published, rules: rulesOf(schema) };
  }

  private inline(schema: unknown, what: string, pointer: string): Json | undefined {
    const source = { document: this.source.document, at: `${this.at} ${what}`, pointer, documentPointer: '' };
    const inlined = inlineSchema(schema, source);
    this.problems.push(...inlined.problems);
    this.dropped.push(...inlined.dropped);
    return inlined.schema;
  }

  private checkNames(
    args: readonly Argument[],
    parameters: readonly { readonly argument: Argument; readonly location: string }[],
  ): void {
    const names = args.map(({ name }) => name);
    for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
      this.report(
        `two arguments have the name ${shown(name)}`,
        'Rename one, or pass bodyArgument to keep the body apart',
      );
    }
    const declared = parameters.filter(({ location }) => location === 'path').map(({ argument }) => argument.name);
    for (const [, name] of this.source.path.matchAll(/\{([^}]*)\}/g)) {
      if (!declared.includes(name!))
        this.report(`path parameter ${shown(name)} is not declared`, 'Add it to parameters');
    }
  }

  private deref(value: unknown, pointer: string): { value: unknown; pointer: string } {
    if (!isPlainObject(value) || value.$ref === undefined) return { value, pointer };
    const local = typeof value.$ref === 'string' && value.$ref.startsWith('#/') ? value.$ref : undefined;
    const found = local === undefined ? undefined : resolvePointer(this.source.document, local);
    if (found === undefined)
      this.report(
        `a reference names nothing in this document, got ${shown(value.$ref)}`,
        'Copy what it names into the document',
      );
    return { value: found, pointer: keysOf(local ?? '').reduce(pointerTo, '') };
  }

  private report(message: string, fix: string): void {
    this.problems.push({ code: 'OPENAPI_INVALID', message, fix, at: this.at });
  }
}

function sameParameter(a: unknown, b: unknown): boolean {
  return isPlainObject(a) && isPlainObject(b) && a.name === b.name && a.in === b.in;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a method promises in HTTP; what the API makes of it is the author's to say. */
function riskOf(method: string): ToolRiskLevel {
  if (['get', 'head', 'options', 'trace'].includes(method)) return 'READ';
  return method === 'post' ? 'WRITE' : 'DESTRUCTIVE';
}
