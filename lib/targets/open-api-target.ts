import type { Problem } from '../core/errors';
import { readOpenApi } from '../core/openapi/read-openapi';
import type { PrivateEndpoint } from '../network/private-endpoint';
import type { Outbound } from '../outbound/outbound';
import { type ParsedDocument, parseDocument, readDocument } from './document-file';
import { bindPropagation, type Propagation } from './propagation';
import { withRisks } from './risks';
import { schemaPayload } from './schema-payload';
import type { TargetBinding, TargetContext } from './target-binding';
import type { ToolRisk } from './tool-risk';

/**
 * An OpenAPI 3.0 or 3.1 document, JSON or YAML. It is read and checked when the app is synthesized, without network.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-schema-openapi.html
 */
export class OpenApiDocument {
  /** A file. A relative path starts at the current working directory. */
  public static fromFile(path: string): OpenApiDocument {
    return new OpenApiDocument(readDocument(path, 'OPENAPI_INVALID'));
  }

  /** JSON or YAML text. */
  public static fromText(text: string): OpenApiDocument {
    return new OpenApiDocument(parseDocument(text, 'inline document', 'OPENAPI_INVALID'));
  }

  /** @internal */
  public readonly _parsed: ParsedDocument;

  private constructor(parsed: ParsedDocument) {
    this._parsed = parsed;
  }
}

/** Options of {@link Target.openApi}. */
export interface OpenApiTargetOptions {
  /** What the API is. */
  readonly document: OpenApiDocument;
  /** As whom the gateway calls the API. */
  readonly outbound: Outbound;
  /**
   * The operations that become tools, by `operationId`. Others are taken out of the document.
   *
   * @default - all operations
   */
  readonly operations?: string[];
  /**
   * How much harm an operation can do, by `operationId`.
   *
   * @default - by method: GET and HEAD read, POST writes, PUT, PATCH and DELETE are destructive
   */
  readonly risks?: { [operationId: string]: ToolRisk };
  /**
   * Patterns of path parameters of type string, by name, in place of those of the document. A pattern is refused unless
   * it provably admits no `/`, `\`, `%`, `?` or `#`, and neither `.` nor `..`: such a value reaches other paths of the API.
   * It is bound to both ends, as in `^T-[0-9]{1,9}$`.
   *
   * @default - the pattern or values of the document if they are closed, else `^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$`
   */
  readonly pathPatterns?: { [parameter: string]: string };
  /**
   * Name of the argument that holds a request body.
   *
   * @default - the properties of a body are arguments themselves
   */
  readonly bodyArgument?: string;
  /**
   * Headers and query parameters that pass between client and API.
   *
   * @default - none
   */
  readonly propagation?: Propagation;
  /**
   * A private way to the API.
   *
   * @default - over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;
}

export function bindOpenApi(options: OpenApiTargetOptions, context: TargetContext): TargetBinding {
  const at = context.scope.node.path;
  const { document, origin, problems } = options.document._parsed;
  const reading =
    problems.length > 0
      ? { operations: [], document: {}, problems: [] }
      : readOpenApi(document, {
          operations: options.operations,
          bodyArgument: options.bodyArgument,
          pathPatterns: options.pathPatterns ?? {},
          privateEndpoint: options.privateEndpoint !== undefined,
          at: origin,
        });
  const outbound = options.outbound._bind({ kind: 'OpenAPI', at, callersHaveTokens: context.callersHaveTokens });
  const headers = reading.operations.flatMap((operation) => operation.headers.map((name) => name.toLowerCase()));
  const propagation = bindPropagation(options.propagation, [...outbound.headers, ...headers], at);
  const { payload, access } = schemaPayload(context.scope, reading.document);
  const tools = withRisks(
    reading.operations.map(({ id, ...operation }) => ({ ...operation, name: id })),
    options.risks,
    at,
  );
  return {
    configuration: { mcp: { openApiSchema: payload } },
    credential: outbound.configuration,
    propagation: propagation.configuration,
    privateEndpoint: options.privateEndpoint?._rendering,
    access: [outbound.access, ...access],
    tools: tools.tools,
    bodyArgument: options.bodyArgument,
    weakenings: outbound.weakening === undefined ? [] : [outbound.weakening],
    problems: [
      ...[...problems, ...reading.problems].map((problem) => located(problem, at)),
      ...(options.privateEndpoint?._problems(at) ?? []),
      ...outbound.problems,
      ...propagation.problems,
      ...headerClashes(headers, outbound.headers, at),
      ...tools.problems,
    ],
  };
}

/** The file alone does not say which target it belongs to. */
function located(problem: Problem, at: string): Problem {
  return { ...problem, at: problem.at === undefined ? at : `${problem.at}, ${at}` };
}

function headerClashes(headers: readonly string[], credential: readonly string[], at: string): Problem[] {
  return [...new Set(headers)]
    .filter((name) => credential.includes(name))
    .map((name) => ({
      code: 'OPENAPI_INVALID',
      message: `the header '${name}' is an argument of an operation and the place of the credential`,
      fix: 'Take the parameter out of the document',
      at,
    }));
}
