import type { Duration } from 'aws-cdk-lib';
import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { type Problem, shown } from './core/errors';
import { checkReason } from './core/reason';
import { MCP_DEFAULT_VERSIONS, MCP_VERSION_WITHOUT_HEADER, MCP_VERSION_WITHOUT_SESSIONS } from './protocol/mcp';
import type { WeakeningMetadata } from './protocol/template-metadata';
import type { SearchTool } from './search-tool';

/** `sessionTimeoutInSeconds` of the service API model. */
const SESSION_SECONDS = { min: 900, max: 28_800 } as const;

/** Options of {@link McpVersion.legacy}. */
export interface LegacyMcpVersionOptions {
  /** Why clients of the old revision must be served, and until when. */
  readonly reason: string;
}

/**
 * A revision of the Model Context Protocol that the gateway serves.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-using.html
 */
export class McpVersion {
  /** Stateless: no `initialize` and no sessions. */
  public static readonly V2026_07_28 = new McpVersion(MCP_VERSION_WITHOUT_SESSIONS);
  /** With `initialize` and optional sessions. */
  public static readonly V2025_11_25 = new McpVersion('2025-11-25');
  /** The first one without JSON-RPC batches. */
  public static readonly V2025_06_18 = new McpVersion('2025-06-18');

  /**
   * 2025-03-26, also for clients that send no `MCP-Protocol-Version`. It allows JSON-RPC batches: what inspects one method
   * per request, as an interceptor or a web ACL does, sees an array.
   */
  public static legacy(options: LegacyMcpVersionOptions): McpVersion {
    return new McpVersion(MCP_VERSION_WITHOUT_HEADER, options.reason);
  }

  /** A revision that this library does not know yet, `YYYY-MM-DD`. */
  public static of(version: string): McpVersion {
    return new McpVersion(version);
  }

  private constructor(
    /** `YYYY-MM-DD`. */
    public readonly version: string,
    private readonly reason?: string,
  ) {}

  /** @internal */
  public get _weakening(): WeakeningMetadata | undefined {
    return this.reason === undefined ? undefined : { weakening: 'McpVersion.legacy', reason: this.reason };
  }

  /** @internal */
  public _problems(at: string): Problem[] {
    if (this.reason !== undefined) return checkReason('McpVersion.legacy', this.reason, at);
    if (/^\d{4}-\d{2}-\d{2}$/.test(this.version) && this.version > MCP_VERSION_WITHOUT_HEADER) return [];
    return [
      {
        code: 'MCP_OPTIONS',
        message: `a revision of MCP is a date after ${MCP_VERSION_WITHOUT_HEADER}, got ${shown(this.version)}`,
        fix: 'Use a constant of McpVersion, or McpVersion.legacy({ reason }) for the old revision',
        at,
      },
    ];
  }
}

/** How the gateway speaks MCP. */
export interface McpOptions {
  /**
   * Revisions served; requests of others are refused.
   *
   * @default - 2026-07-28, 2025-11-25 and 2025-06-18
   */
  readonly versions?: McpVersion[];

  /**
   * Sessions for clients of revisions before 2026-07-28, which this long after `initialize` end in any case: 15 minutes
   * to 8 hours. A session belongs to one caller. Rule `SecureMcp-IN15` asks for an hour at most.
   *
   * @default - no sessions
   */
  readonly sessionTimeout?: Duration;

  /**
   * Whether answers are streamed as server-sent events to clients that accept them.
   *
   * @default false
   */
  readonly responseStreaming?: boolean;

  /**
   * The built-in tool that finds tools by meaning.
   *
   * @default - none
   */
  readonly search?: SearchTool;
}

/** The rendering of {@link McpOptions}, with what is wrong with them. */
export interface RenderedMcpOptions {
  readonly configuration: CfnGateway.MCPGatewayConfigurationProperty;
  readonly weakenings: readonly WeakeningMetadata[];
  readonly problems: readonly Problem[];
}

export function renderMcpOptions(options: McpOptions, authenticated: boolean, at: string): RenderedMcpOptions {
  const versions = options.versions ?? MCP_DEFAULT_VERSIONS.map((version) => McpVersion.of(version));
  const seconds = options.sessionTimeout?.toSeconds({ integral: false });
  const problem = (message: string, fix: string): Problem => ({ code: 'MCP_OPTIONS', message, fix, at });
  return {
    configuration: {
      supportedVersions: versions.map(({ version }) => version),
      ...(seconds === undefined ? {} : { sessionConfiguration: { sessionTimeoutInSeconds: seconds } }),
      ...(options.search === undefined ? {} : { searchType: 'SEMANTIC' }),
      ...(options.responseStreaming === true ? { streamingConfiguration: { enableResponseStreaming: true } } : {}),
    },
    weakenings: [...versions, ...(options.search === undefined ? [] : [options.search])].flatMap(
      ({ _weakening }) => _weakening ?? [],
    ),
    problems: [
      ...versions.flatMap((version) => version._problems(at)),
      ...(options.search?._problems(at) ?? []),
      ...(versions.length > 0 ? [] : [problem('the gateway serves no revision of MCP', 'Leave versions out')]),
      ...(seconds === undefined || isSessionTime(seconds)
        ? []
        : [problem(`a session lasts 15 minutes to 8 hours, got ${shown(seconds)} seconds`, 'Pass Duration.hours(1)')]),
      ...(seconds === undefined || authenticated
        ? []
        : [problem('a session would belong to nobody without authentication', 'Leave sessionTimeout out')]),
    ],
  };
}

function isSessionTime(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= SESSION_SECONDS.min && seconds <= SESSION_SECONDS.max;
}
