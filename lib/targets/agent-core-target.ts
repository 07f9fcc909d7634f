import { Stack, Token } from 'aws-cdk-lib';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import { bindTools, type McpToolList } from './mcp-server-target';
import type { TargetBinding, TargetContext } from './target-binding';
import type { ToolRisk } from './tool-risk';

/** Options of {@link Target.agentCoreGateway}. */
export interface AgentCoreGatewayTargetOptions {
  /** Id of the other gateway, of this account; it takes IAM callers. */
  readonly gatewayId: string;
  /** Its tools. */
  readonly tools: McpToolList;
  /**
   * Region of the other gateway.
   *
   * @default - Region of this gateway
   */
  readonly region?: string;
  /**
   * How much harm a tool can do, by name.
   *
   * @default - DESTRUCTIVE where the list says so, else WRITE
   */
  readonly risks?: { [tool: string]: ToolRisk };
}

/** Options of {@link Target.agentCoreRuntime}. */
export interface AgentCoreRuntimeTargetOptions {
  /** Id of the runtime, of this account; it speaks MCP and takes IAM callers. */
  readonly runtimeId: string;
  /** Its tools. */
  readonly tools: McpToolList;
  /**
   * Endpoint of the runtime.
   *
   * @default 'DEFAULT'
   */
  readonly qualifier?: string;
  /**
   * Region of the runtime.
   *
   * @default - Region of this gateway
   */
  readonly region?: string;
  /**
   * How much harm a tool can do, by name.
   *
   * @default - DESTRUCTIVE where the list says so, else WRITE
   */
  readonly risks?: { [tool: string]: ToolRisk };
}

export function bindAgentCoreGateway(options: AgentCoreGatewayTargetOptions, context: TargetContext): TargetBinding {
  const { partition, account, region, urlSuffix } = places(context, options.region);
  const { gatewayId } = options;
  return bind(options, context, {
    endpoint: `https://${gatewayId}.gateway.bedrock-agentcore.${region}.${urlSuffix}/mcp`,
    sid: 'InvokeOtherGateways',
    action: 'bedrock-agentcore:InvokeGateway',
    resources: [`arn:${partition}:bedrock-agentcore:${region}:${account}:gateway/${gatewayId}`],
    problems: idProblems(gatewayId, context),
  });
}

export function bindAgentCoreRuntime(options: AgentCoreRuntimeTargetOptions, context: TargetContext): TargetBinding {
  const { partition, account, region, urlSuffix } = places(context, options.region);
  const { runtimeId, qualifier = 'DEFAULT' } = options;
  const arn = `arn:${partition}:bedrock-agentcore:${region}:${account}:runtime/${runtimeId}`;
  const encoded = `arn%3A${partition}%3Abedrock-agentcore%3A${region}%3A${account}%3Aruntime%2F${runtimeId}`;
  return bind(options, context, {
    endpoint: `https://bedrock-agentcore.${region}.${urlSuffix}/runtimes/${encoded}/invocations?qualifier=${qualifier}`,
    sid: 'InvokeRuntimes',
    action: 'bedrock-agentcore:InvokeAgentRuntime',
    resources: [arn, `${arn}/runtime-endpoint/${qualifier}`],
    problems: [...idProblems(runtimeId, context), ...idProblems(qualifier, context)],
  });
}

interface Federation {
  readonly endpoint: string;
  readonly sid: string;
  readonly action: string;
  readonly resources: readonly string[];
  readonly problems: readonly Problem[];
}

function bind(
  options: { readonly tools: McpToolList; readonly risks?: { [tool: string]: ToolRisk }; readonly region?: string },
  context: TargetContext,
  { endpoint, sid, action, resources, problems }: Federation,
): TargetBinding {
  const listing = bindTools(options.tools, options.risks, context);
  return {
    configuration: { mcp: { mcpServer: { endpoint, ...listing.configuration } } },
    credential: {
      credentialProviderType: 'GATEWAY_IAM_ROLE',
      credentialProvider: { iamCredentialProvider: { service: 'bedrock-agentcore', region: options.region } },
    },
    access: [{ statements: [{ sid, actions: [action], resources }] }, ...listing.access],
    tools: listing.tools,
    weakenings: listing.weakenings,
    problems: [...problems, ...listing.problems],
  };
}

function places(context: TargetContext, region: string | undefined) {
  const stack = Stack.of(context.scope);
  const { partition, account, urlSuffix } = stack;
  return { partition, account, urlSuffix, region: region ?? stack.region };
}

/** An id becomes part of a host and of an ARN. */
function idProblems(id: string, { scope }: TargetContext): Problem[] {
  if (Token.isUnresolved(id) || /^[A-Za-z0-9][A-Za-z0-9_-]{0,120}$/.test(id)) return [];
  return [
    {
      code: 'OUTBOUND_RESOURCE',
      message: `an id is letters, digits, - and _, got ${shown(id)}`,
      fix: 'Pass the id of one gateway, runtime or endpoint',
      at: scope.node.path,
    },
  ];
}
