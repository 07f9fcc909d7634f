import { Construct } from 'constructs';
import { type CallerType, type ICaller, ToolArgument } from './authorization';
import type { Problem } from './core/errors';
import type { ForbidUnlessOptions, IMcpTool, PermitOptions } from './mcp-tool';
import { qualifiedToolName } from './protocol/tool-name';
import type { TargetTool } from './targets/target-binding';
import { ToolRisk } from './targets/tool-risk';
import { ToolPermits } from './tool-permits';

/** What a target hands to its tools; not part of the jsii surface. */
export interface RemoteToolConstruction {
  readonly targetName: string;
  readonly tool: TargetTool;
  readonly scope?: string;
  readonly callerType: CallerType;
  readonly onProblem: (problem: Problem) => void;
}

/**
 * One tool of a target that is not a function: an operation of an API, a tool of an MCP server. Nobody may call it until
 * {@link permit} is called.
 */
export class RemoteTool extends Construct implements IMcpTool {
  /** @internal */
  public static _create(scope: Construct, id: string, props: RemoteToolConstruction): RemoteTool {
    return new RemoteTool(scope, id, props);
  }

  /** The name behind the target: `operationId`, or the name that the MCP server gives it. */
  public readonly toolName: string;
  /** The name that MCP clients see: `<target>___<tool>`. */
  public readonly qualifiedName: string;
  /** The OAuth scope of the tool, as tokens carry it; `undefined` where the gateway has no scopes. */
  public readonly oauthScope?: string;
  /** Declared or derived risk. */
  public readonly risk: ToolRisk;
  /** @internal */
  public readonly _permits: ToolPermits;

  private constructor(scope: Construct, id: string, props: RemoteToolConstruction) {
    super(scope, id);
    const { targetName, tool } = props;
    this.toolName = tool.name;
    this.qualifiedName = qualifiedToolName(targetName, tool.name);
    this.risk = ToolRisk[tool.risk];
    this.oauthScope = props.scope;
    this._permits = new ToolPermits({
      tool: {
        target: targetName,
        name: tool.name,
        inputSchema: tool.inputSchema,
        constraints: tool.constraints,
        dropped: tool.dropped,
        scope: props.scope,
        at: this.node.path,
      },
      callerType: props.callerType,
      onProblem: props.onProblem,
    });
  }

  /** Lets a caller call this tool, under conditions on the arguments. Several permits are alternatives. */
  public permit(caller: ICaller, options: PermitOptions = {}): void {
    this._permits.permit(caller, options);
  }

  /** Forbids every call that is not like this, whatever is permitted: see {@link IMcpTool.forbidUnless}. */
  public forbidUnless(options: ForbidUnlessOptions): void {
    this._permits.forbidUnless(options);
  }

  /** One argument of the tool, to state conditions on. A name that the tool lacks fails synthesis. */
  public arg(name: string): ToolArgument {
    return ToolArgument.named(name);
  }
}
