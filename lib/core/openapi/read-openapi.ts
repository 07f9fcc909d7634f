import { endpointProblems } from '../endpoint';
import type { Problem } from '../errors';
import { shown } from '../errors';
import { isPlainObject } from '../schema/json';
import { nearest } from '../suggest';
import { type OpenApiOperation, readOperation } from './read-operation';

export interface OpenApiOptions {
  /** Operations to keep, by id; all when absent. */
  readonly operations?: readonly string[];
  /** Name of the argument that holds the body; absent: the properties of the body are arguments themselves. */
  readonly bodyArgument?: string;
  /** Patterns of path parameters, in place of those of the document. Absent: path parameters stay as they are. */
  readonly pathPatterns?: { readonly [parameter: string]: string };
  readonly privateEndpoint: boolean;
  /** File, for errors. */
  readonly at: string;
}

export interface OpenApiReading {
  readonly operations: readonly OpenApiOperation[];
  /** What is published: only the kept operations, without references, with closed path parameters. */
  readonly document: { readonly [key: string]: unknown };
  readonly problems: readonly Problem[];
}

/** Order of the methods of a path item, as OpenAPI lists them. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * Reads an OpenAPI 3.0 or 3.1 document offline and reports everything that the gateway refuses or that is unsafe: each
 * operation needs an id that is a tool name, JSON bodies, schemas that a policy can be checked against, and one literal
 * https server.
 *
 * Responses and security schemes are not published: the gateway takes the credential from the target, and what is not
 * there cannot mislead a model.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-schema-openapi.html
 */
export function readOpenApi(document: unknown, options: OpenApiOptions): OpenApiReading {
  if (!isPlainObject(document)) {
    return {
      operations: [],
      document: {},
      problems: [
        invalid(
          `an OpenAPI document is an object, got ${shown(document)}`,
          'Pass an OpenAPI 3.0 or 3.1 document',
          options.at,
        ),
      ],
    };
  }
  const found = operationsOf(document, options);
  const unknown = (options.operations ?? []).filter((id) => !found.some((operation) => operation.id === id));
  const all = found.map((operation) => operation.id);
  const kept = found.filter(({ id }) => options.operations === undefined || options.operations.includes(id));
  const problems = [
    ...versionProblems(document, options.at),
    ...serverProblems(document, options),
    ...unknown.map((id) => unknownOperation(id, all, options.at)),
    ...duplicates(all).map((id) =>
      invalid(`two operations have the id ${shown(id)}`, 'Give each operation its own id', options.at),
    ),
    ...kept.flatMap((operation) => operation.problems),
  ];
  if (kept.length === 0 && unknown.length === 0) {
    problems.push(
      invalid(
        'the document has no operation with an operationId',
        'Add operationId: it becomes the name of the tool',
        options.at,
      ),
    );
  }
  return { operations: kept, document: published(document, kept), problems };
}

function operationsOf(document: { readonly [key: string]: unknown }, options: OpenApiOptions): OpenApiOperation[] {
  const paths = isPlainObject(document.paths) ? Object.entries(document.paths) : [];
  return paths.flatMap(([path, item]) => {
    if (!isPlainObject(item)) return [];
    return METHODS.filter((method) => isPlainObject(item[method])).flatMap((method) => {
      const operation = item[method] as { readonly [key: string]: unknown };
      // Without an id it can be no tool; with a list of ids it is not among them.
      if (operation.operationId === undefined && options.operations !== undefined) return [];
      return [readOperation({ document, path, method, item, operation, options })];
    });
  });
}

function versionProblems(document: { readonly [key: string]: unknown }, at: string): Problem[] {
  if (typeof document.openapi === 'string' && /^3\.[01](\.\d+)?$/.test(document.openapi)) return [];
  return [
    invalid(
      `the gateway takes OpenAPI 3.0 and 3.1, got ${shown(document.openapi ?? document.swagger)}`,
      'Convert the document',
      at,
    ),
  ];
}

function serverProblems(document: { readonly [key: string]: unknown }, options: OpenApiOptions): Problem[] {
  const servers = document.servers;
  const [server] = Array.isArray(servers) ? servers : [];
  if (!Array.isArray(servers) || servers.length !== 1 || !isPlainObject(server) || typeof server.url !== 'string') {
    const count = Array.isArray(servers) ? servers.length : 0;
    return [
      invalid(
        `the document names exactly one server, got ${count}`,
        'Keep the one server the gateway has to call',
        options.at,
      ),
    ];
  }
  return endpointProblems(server.url, {
    what: 'the server of the OpenAPI document',
    at: options.at,
    privateEndpoint: options.privateEndpoint,
  });
}

function unknownOperation(id: string, all: readonly string[], at: string): Problem {
  const meant = nearest(id, all);
  return invalid(
    `the document has no operation ${shown(id)}`,
    meant === undefined ? `It has ${all.map(shown).join(', ')}` : `Did you mean ${shown(meant)}?`,
    at,
  );
}

function published(document: { readonly [key: string]: unknown }, operations: readonly OpenApiOperation[]) {
  const paths: { [path: string]: { [method: string]: unknown } } = {};
  for (const { path, method, published: each } of operations) {
    paths[path] = { ...paths[path], [method]: each };
  }
  const info = isPlainObject(document.info) ? document.info : {};
  const [server] = Array.isArray(document.servers) ? document.servers : [];
  return {
    openapi: document.openapi,
    info: { title: String(info.title ?? ''), version: String(info.version ?? '') },
    servers: isPlainObject(server) ? [{ url: server.url }] : [],
    paths,
  };
}

function duplicates(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

function invalid(message: string, fix: string, at: string): Problem {
  return { code: 'OPENAPI_INVALID', message, fix, at };
}
