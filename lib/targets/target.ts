import {
  type AgentCoreGatewayTargetOptions,
  type AgentCoreRuntimeTargetOptions,
  bindAgentCoreGateway,
  bindAgentCoreRuntime,
} from './agent-core-target';
import { type ApiGatewayTargetOptions, bindApiGateway } from './api-gateway-target';
import { bindMcpServer, type McpServerTargetOptions } from './mcp-server-target';
import { bindOpenApi, type OpenApiTargetOptions } from './open-api-target';
import { bindSmithy, type SmithyTargetOptions } from './smithy-target';
import type { TargetBinding, TargetContext } from './target-binding';

/**
 * What stands behind a gateway besides the tools that are Lambda functions. Its operations become tools, and each needs a
 * permit as any tool does.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-supported-targets.html
 */
export class Target {
  /** An HTTP API, described by OpenAPI. */
  public static openApi(options: OpenApiTargetOptions): Target {
    return new Target((context) => bindOpenApi(options, context));
  }

  /** An MCP server. */
  public static mcpServer(options: McpServerTargetOptions): Target {
    return new Target((context) => bindMcpServer(options, context));
  }

  /** A stage of a REST API of Amazon API Gateway. */
  public static apiGateway(options: ApiGatewayTargetOptions): Target {
    return new Target((context) => bindApiGateway(options, context));
  }

  /** An AWS service, described by Smithy. */
  public static smithy(options: SmithyTargetOptions): Target {
    return new Target((context) => bindSmithy(options, context));
  }

  /** Another AgentCore gateway, called by the role of this one. */
  public static agentCoreGateway(options: AgentCoreGatewayTargetOptions): Target {
    return new Target((context) => bindAgentCoreGateway(options, context));
  }

  /** An MCP server on AgentCore Runtime, called by the role of the gateway. */
  public static agentCoreRuntime(options: AgentCoreRuntimeTargetOptions): Target {
    return new Target((context) => bindAgentCoreRuntime(options, context));
  }

  private constructor(private readonly bind: (context: TargetContext) => TargetBinding) {}

  /** @internal */
  public _bind(context: TargetContext): TargetBinding {
    return this.bind(context);
  }
}
