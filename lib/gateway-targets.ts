import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct, IDependable } from 'constructs';
import type { Problem } from './core/errors';
import { freeId } from './names';
import type { RemoteTarget } from './remote-target';
import type { Tool } from './tool';

/** Target operations that may run at once on one gateway; more are throttled by the service. */
const CONCURRENT_TARGET_OPERATIONS = 5;

/** The targets of one gateway, in the order in which they were added. */
export class GatewayTargets {
  private readonly named = new Map<string, CfnGatewayTarget>();
  private readonly inOrder: CfnGatewayTarget[] = [];

  public constructor(
    private readonly gateway: Construct,
    private readonly rolePolicy: IDependable,
    private readonly onProblem: (problem: Problem) => void,
  ) {}

  public get resources(): readonly CfnGatewayTarget[] {
    return [...this.named.values()];
  }

  public get names(): readonly string[] {
    return [...this.named.keys()];
  }

  public freeId(name: string): string {
    return freeId(this.gateway, { code: 'TOOL_DUPLICATE', name, used: this.named, onProblem: this.onProblem });
  }

  /** Targets wait for the role policy and run in lanes, so that a large gateway is not throttled by the service. */
  public add(name: string, { _target: target }: Tool | RemoteTarget): void {
    target.node.addDependency(this.rolePolicy);
    const previousInLane = this.inOrder.at(-CONCURRENT_TARGET_OPERATIONS);
    if (previousInLane !== undefined) target.addResourceDependency(previousInLane);
    this.inOrder.push(target);
    this.named.set(name, target);
  }
}
