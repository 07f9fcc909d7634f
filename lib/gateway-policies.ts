import { Lazy } from 'aws-cdk-lib';
import { type CfnGateway, CfnPolicy, type CfnPolicyEngine } from 'aws-cdk-lib/aws-bedrockagentcore';
import { validateToolPolicies } from './authorization';
import type { Problem } from './core/errors';
import { policyName } from './names';
import type { RemoteTarget } from './remote-target';
import type { RemoteTool } from './remote-tool';
import type { Tool } from './tool';

export interface GatewayPoliciesProps {
  readonly gateway: CfnGateway;
  readonly policyEngine: CfnPolicyEngine;
}

/** Layer 3 of a gateway: which policies its engine gets, in which order, and what is wrong with them. */
export class GatewayPolicies {
  private readonly tools: (Tool | RemoteTool)[] = [];

  public constructor(private readonly props: GatewayPoliciesProps) {}

  /** The service validates a policy against the tools of the gateway: it must exist after gateway and target. */
  public addTool(tool: Tool | RemoteTool, { _target: target }: Tool | RemoteTarget): void {
    const { gateway, policyEngine } = this.props;
    this.tools.push(tool);
    const policy = new CfnPolicy(tool, 'Policy', {
      policyEngineId: policyEngine.attrPolicyEngineId,
      name: policyName(tool.toolName, tool.node.path),
      description: `Who may call ${tool.qualifiedName}, with which arguments`,
      definition: {
        cedar: { statement: Lazy.string({ produce: () => tool._policy.renderPermit(gateway.attrGatewayArn)?.text }) },
      },
      enforcementMode: 'ACTIVE',
      validationMode: 'FAIL_ON_ANY_FINDINGS',
    });
    policy.addResourceDependency(gateway);
    policy.addResourceDependency(target);
  }

  public findProblems(): Problem[] {
    return validateToolPolicies({
      tools: this.tools.map((tool) => tool._policy.tool),
      policies: this.tools.map((tool) => tool._policy),
      gatewayArn: this.props.gateway.attrGatewayArn,
    });
  }
}
