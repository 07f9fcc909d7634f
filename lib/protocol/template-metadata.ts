/**
 * Facts that rules and the local gateway need and CloudFormation has no place for. They stand in the `Metadata` of a
 * resource under one key, so that users of L1 constructs and plain templates can add them, too.
 */
export const METADATA_KEY = 'cdk-secure-mcp';

export type ToolRiskLevel = 'READ' | 'WRITE' | 'DESTRUCTIVE';

/** On `AWS::BedrockAgentCore::GatewayTarget`, by bare tool name. */
export interface TargetMetadata {
  /** Name of the argument that is the body of a request as a whole. Left out: the properties of a body are arguments. */
  readonly bodyArgument?: string;
  readonly tools: { readonly [toolName: string]: ToolMetadata };
}

export interface ToolMetadata {
  readonly risk: ToolRiskLevel;
  /** The JSON Schema as the author wrote it, before it was reduced to what the service carries. */
  readonly inputSchema?: unknown;
}

/** On the `AWS::Lambda::Function` of a tool. */
export interface ToolFunctionMetadata {
  /** Bare tool name. */
  readonly tool: string;
  readonly access: readonly DeclaredAccessMetadata[];
  /** What was given away with a reason, such as a custom access. */
  readonly weakenings?: readonly WeakeningMetadata[];
}

/** One line of a tool's `access`, with what it stands for. */
export interface DeclaredAccessMetadata {
  /** Environment variable that carries the resource's name to the handler. */
  readonly env: string;
  /** IAM service prefix, e.g. `dynamodb`. */
  readonly service: string;
  /** SDK operations declared, e.g. `GetItem`. */
  readonly operations: readonly string[];
  /** ARN of the resource; intrinsic functions allowed. */
  readonly resource: unknown;
  /** How the author would write it: `Access.table(orders).get()`. */
  readonly declaration: string;
}

/** On `AWS::BedrockAgentCore::Gateway`, when something was weakened. */
export interface GatewayMetadata {
  readonly weakenings: readonly WeakeningMetadata[];
}

/** Days from the day of the synthesis to the last day of a trial; longer is no trial. */
export const TRIAL_DAYS_MAX = 90;

/** On an `AWS::BedrockAgentCore::Policy` in LOG_ONLY. */
export interface PolicyTrialMetadata {
  readonly trial: {
    /** `YYYY-MM-DD`, at most {@link TRIAL_DAYS_MAX} days ahead; from the next day on it is a mistake. */
    readonly lastDay: string;
  };
}

/** On the `AWS::Cognito::UserPoolClient` of an agent. */
export interface AgentMetadata {
  readonly agent: string;
  readonly kind: 'machine' | 'interactive';
}

/** On any resource whose security was weakened by a named factory. */
export interface WeakeningMetadata {
  /** The factory, e.g. `Inbound.unauthenticated`. */
  readonly weakening: string;
  readonly reason: string;
}

/**
 * Environment variable of a tool function: what the gateway does not carry of the tool's input schema and Cedar cannot
 * enforce, as JSON. The runtime helper checks every call against it.
 */
export const INPUT_SCHEMA_ENV = 'SECURE_MCP_INPUT_SCHEMA';

/** In the cloud assembly: the tools of all gateways of an app, in the form of a lock, also of a synthesis that failed. */
export const SYNTHESIZED_TOOLS_FILE = 'mcp-tools.json';

/** Context of the app: path of the lock of its tools. */
export const TOOL_LOCK_CONTEXT = 'cdk-secure-mcp:toolLock';
