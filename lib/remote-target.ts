import { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import type { CallerType, ICaller } from './authorization';
import type { Problem } from './core/errors';
import type { PermitOptions } from './mcp-tool';
import { checkTargetName } from './names';
import { METADATA_KEY, type TargetMetadata, type WeakeningMetadata } from './protocol/template-metadata';
import { RemoteTool } from './remote-tool';
import { unknownTool } from './targets/risks';
import type { Target } from './targets/target';
import type { TargetBinding, TargetTool } from './targets/target-binding';

/** What the gateway hands to its targets; not part of the jsii surface. */
export interface RemoteTargetConstruction {
  readonly targetName: string;
  readonly target: Target;
  readonly gatewayIdentifier: string;
  readonly callerType: CallerType;
  readonly callersHaveTokens: boolean;
  /** Defines the scope of a tool and returns it as tokens carry it. */
  readonly addToolScope: (name: string, description: string) => string | undefined;
  readonly onProblem: (problem: Problem) => void;
}

/** OAuth scopes have descriptions of up to 256 characters. */
const SCOPE_DESCRIPTION_MAX = 256;

/** A gateway target that is not a function of the app, and its tools. */
export class RemoteTarget extends Construct {
  /** @internal */
  public static _create(scope: Construct, id: string, props: RemoteTargetConstruction): RemoteTarget {
    return new RemoteTarget(scope, id, props);
  }

  /** The name it was added under. */
  public readonly targetName: string;
  /** All tools of the target, in the order of their definition. */
  public readonly tools: RemoteTool[];

  /** @internal */
  public readonly _target: CfnGatewayTarget;
  /** @internal */
  public readonly _binding: TargetBinding;

  private constructor(
    scope: Construct,
    id: string,
    private readonly props: RemoteTargetConstruction,
  ) {
    super(scope, id);
    const { targetName, onProblem } = props;
    this.targetName = targetName;
    this._binding = props.target._bind({ scope: this, callersHaveTokens: props.callersHaveTokens });
    const names = this._binding.tools.map(({ name }) => name);
    for (const problem of [...this._binding.problems, ...checkTargetName(targetName, names, this.node.path)]) {
      onProblem(problem);
    }
    this._target = this.makeTarget(props);
    const once = this._binding.tools.filter(({ name }, index) => names.indexOf(name) === index);
    this.tools = once.map((tool) => {
      const description = tool.description.slice(0, SCOPE_DESCRIPTION_MAX);
      return this.makeTool(tool, props.addToolScope(`${targetName}.${tool.name}`, description));
    });
  }

  /**
   * One tool of the target.
   *
   * Errors: `TARGET_TOOL_UNKNOWN` when the target has none of that name; reported with all others at synthesis.
   */
  public tool(name: string): RemoteTool {
    const found = this.tools.find(({ toolName }) => toolName === name);
    if (found !== undefined) return found;
    // A document that cannot be read has no tools at all, and says so itself.
    if (this._binding.problems.length === 0) {
      const names = this.tools.map(({ toolName }) => toolName);
      this.props.onProblem(unknownTool(name, names, this.node.path));
    }
    return this.makeTool({
      name,
      description: name,
      inputSchema: { type: 'object' },
      constraints: [],
      dropped: [],
      risk: 'WRITE',
    });
  }

  /**
   * Lets a caller call every tool that the target has now: each gets a permit of its own, so conditions must be about
   * arguments that all of them have. A tool that the document gains later is permitted, too.
   */
  public permitAll(caller: ICaller, options: PermitOptions = {}): void {
    for (const tool of this.tools) tool.permit(caller, options);
  }

  private makeTool(tool: TargetTool, scope?: string): RemoteTool {
    const { targetName, callerType, onProblem } = this.props;
    const free = this.node.tryFindChild(`Tool-${tool.name}`) === undefined;
    const id = free ? `Tool-${tool.name}` : `Tool-${tool.name}-${this.node.children.length}`;
    return RemoteTool._create(this, id, { targetName, tool, scope, callerType, onProblem });
  }

  private makeTarget(props: RemoteTargetConstruction): CfnGatewayTarget {
    const { configuration, credential, propagation, privateEndpoint, tools, bodyArgument, weakenings } = this._binding;
    const target = new CfnGatewayTarget(this, 'Target', {
      gatewayIdentifier: props.gatewayIdentifier,
      name: this.targetName,
      credentialProviderConfigurations: credential === undefined ? undefined : [credential],
      metadataConfiguration: propagation,
      privateEndpoint,
      targetConfiguration: configuration,
    });
    const metadata: TargetMetadata & Partial<WeakeningMetadata> = {
      ...(bodyArgument === undefined ? {} : { bodyArgument }),
      tools: Object.fromEntries(tools.map(({ name, risk, inputSchema }) => [name, { risk, inputSchema }])),
      ...(weakenings.length === 0
        ? {}
        : {
            weakening: weakenings.map(({ weakening }) => weakening).join(', '),
            reason: weakenings.map(({ reason }) => reason).join('; '),
          }),
    };
    target.addMetadata(METADATA_KEY, metadata);
    return target;
  }
}
