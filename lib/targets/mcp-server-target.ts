import { Token } from 'aws-cdk-lib';
import { endpointProblems } from '../core/endpoint';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import { checkReason } from '../core/reason';
import { type McpToolsReading, readMcpTools } from '../core/schema/read-mcp-tools';
import type { PrivateEndpoint } from '../network/private-endpoint';
import type { Outbound } from '../outbound/outbound';
import { type ParsedDocument, parseDocument, readDocument } from './document-file';
import { bindPropagation, type Propagation } from './propagation';
import { withRisks } from './risks';
import { schemaPayload } from './schema-payload';
import type { TargetBinding, TargetContext } from './target-binding';
import type { ToolRisk } from './tool-risk';

/** Options of {@link McpToolList.dynamic}. */
export interface DynamicListingOptions {
  /** The tools that permits may be about; a tool that the server adds later has no permit and cannot be called. */
  readonly expected: McpToolList;
  /** Why the list may change without a deployment; stands in the template, where reviewers and rules read it. */
  readonly reason: string;
}

/**
 * The tools of an MCP server, as its `tools/list` returned them when somebody reviewed them. The list is pinned: a server
 * that changes a description or adds a tool afterwards changes nothing for clients.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-MCPservers.html
 */
export class McpToolList {
  /** A JSON file with the result of `tools/list`, or only its `tools`. */
  public static fromFile(path: string): McpToolList {
    return McpToolList.of(readDocument(path, 'MCP_TOOLS_INVALID'));
  }

  /** JSON text with the result of `tools/list`, or only its `tools`. */
  public static fromJson(json: string): McpToolList {
    return McpToolList.of(parseDocument(json, 'inline tool list', 'MCP_TOOLS_INVALID'));
  }

  /**
   * Lists the tools live. The server can then change what the model reads, at any time: a door for poisoned descriptions.
   * Users cannot consent to such a target, and its tools are not found by semantic search.
   */
  public static dynamic(options: DynamicListingOptions): McpToolList {
    return new McpToolList(options.expected._reading, options.reason);
  }

  private static of(parsed: ParsedDocument): McpToolList {
    const { document, origin, problems } = parsed;
    return new McpToolList(problems.length > 0 ? { tools: [], problems } : readMcpTools(document, origin));
  }

  /** @internal */
  public readonly _reading: McpToolsReading;
  /** @internal */
  public readonly _dynamicReason?: string;

  private constructor(reading: McpToolsReading, dynamicReason?: string) {
    this._reading = reading;
    this._dynamicReason = dynamicReason;
  }
}

/** Options of {@link Target.mcpServer}. */
export interface McpServerTargetOptions {
  /** URL of the server: https, a public name, known at synthesis. */
  readonly endpoint: string;
  /** Its tools. */
  readonly tools: McpToolList;
  /** As whom the gateway calls it. */
  readonly outbound: Outbound;
  /**
   * How much harm a tool can do, by name. What a server says about its own tools can raise the risk, not lower it.
   *
   * @default - DESTRUCTIVE where the server says so, else WRITE
   */
  readonly risks?: { [tool: string]: ToolRisk };
  /**
   * Headers and query parameters that pass between client and server.
   *
   * @default - none
   */
  readonly propagation?: Propagation;
  /**
   * A private way to the server.
   *
   * @default - over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;
}

export function bindMcpServer(options: McpServerTargetOptions, context: TargetContext): TargetBinding {
  const at = context.scope.node.path;
  const dynamic = options.tools._dynamicReason;
  const kind = dynamic === undefined ? 'MCP server' : 'MCP server (dynamic)';
  const outbound = options.outbound._bind({ kind, at, callersHaveTokens: context.callersHaveTokens });
  const propagation = bindPropagation(options.propagation, outbound.headers, at);
  const listing = bindTools(options.tools, options.risks, context);
  return {
    configuration: { mcp: { mcpServer: { endpoint: options.endpoint, ...listing.configuration } } },
    credential: outbound.configuration,
    propagation: propagation.configuration,
    privateEndpoint: options.privateEndpoint?._rendering,
    access: [outbound.access, ...listing.access],
    tools: listing.tools,
    weakenings: [...(outbound.weakening === undefined ? [] : [outbound.weakening]), ...listing.weakenings],
    problems: [
      ...(options.privateEndpoint?._problems(at) ?? []),
      ...urlProblems(options.endpoint, options.privateEndpoint !== undefined, at),
      ...outbound.problems,
      ...propagation.problems,
      ...listing.problems,
    ],
  };
}

/** How the tools of an MCP server come to the gateway. */
export function bindTools(
  list: McpToolList,
  risks: { readonly [tool: string]: ToolRisk } | undefined,
  context: TargetContext,
) {
  const at = context.scope.node.path;
  const { tools, problems } = list._reading;
  const rated = withRisks(tools, risks, at);
  const reason = list._dynamicReason;
  const all = [
    ...problems.map((problem) => ({ ...problem, at: `${problem.at ?? 'tools'}, ${at}` })),
    ...rated.problems,
  ];
  if (reason !== undefined) {
    return {
      configuration: { listingMode: 'DYNAMIC' },
      access: [],
      tools: rated.tools,
      weakenings: [{ weakening: 'McpToolList.dynamic', reason }],
      problems: [...all, ...checkReason('McpToolList.dynamic', reason, at)],
    };
  }
  const { payload, access } = schemaPayload(context.scope, { tools: tools.map(({ published }) => published) });
  return {
    configuration: { listingMode: 'DEFAULT', mcpToolSchema: payload },
    access,
    tools: rated.tools,
    weakenings: [],
    problems: all,
  };
}

function urlProblems(endpoint: string, privateEndpoint: boolean, at: string): Problem[] {
  if (Token.isUnresolved(endpoint)) {
    return [
      {
        code: 'ENDPOINT_UNSAFE',
        message: `the endpoint of an MCP server must be known at synthesis, got ${shown('a deploy-time value')}`,
        fix: 'Pass a literal URL; for AgentCore use Target.agentCoreGateway or Target.agentCoreRuntime',
        at,
      },
    ];
  }
  return endpointProblems(endpoint, { what: 'the endpoint of an MCP server', at, privateEndpoint });
}
