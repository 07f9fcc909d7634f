import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Problem } from '../core/errors';

/** Options of {@link PrivateEndpoint.managedVpc}. */
export interface ManagedVpcOptions {
  /** The network in which the host is. */
  readonly vpc: IVpc;
  /** What the service's interfaces may reach, 1 to 5. Without them the service takes the default group of the network. */
  readonly securityGroups: ISecurityGroup[];
  /**
   * Subnets for the service's interfaces.
   *
   * @default - private subnets with a route out
   */
  readonly subnets?: SubnetSelection;
  /**
   * A public name that routes to the host, where the host's own name is not public.
   *
   * @default - none
   */
  readonly routingDomain?: string;
}

/** The shape that authorizers, targets and credential providers share. */
export interface PrivateEndpointRendering {
  readonly managedVpcResource?: {
    readonly vpcIdentifier: string;
    readonly subnetIds: string[];
    readonly securityGroupIds: string[];
    readonly endpointIpAddressType: string;
    readonly routingDomain?: string;
  };
  readonly selfManagedLatticeResource?: { readonly resourceConfigurationIdentifier: string };
}

/** The service attaches no more. */
const SECURITY_GROUPS_MAX = 5;

/**
 * A private way, through Amazon VPC Lattice, to a host that is not on the internet: an issuer, an authorization server, an
 * API or an MCP server. Whoever deploys needs `iam:CreateServiceLinkedRole` for
 * `identity-network.bedrock-agentcore.amazonaws.com`.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-private-connectivity.html
 */
export class PrivateEndpoint {
  /** The service puts interfaces into the subnets of a network. */
  public static managedVpc(options: ManagedVpcOptions): PrivateEndpoint {
    const { vpc, securityGroups, subnets, routingDomain } = options;
    return new PrivateEndpoint(
      {
        managedVpcResource: {
          vpcIdentifier: vpc.vpcId,
          subnetIds: vpc.selectSubnets(subnets).subnetIds,
          securityGroupIds: securityGroups.map((group) => group.securityGroupId),
          endpointIpAddressType: 'IPV4',
          routingDomain,
        },
      },
      securityGroups.length >= 1 && securityGroups.length <= SECURITY_GROUPS_MAX ? undefined : securityGroups.length,
    );
  }

  /** A resource configuration of Amazon VPC Lattice that you manage, by id or ARN. */
  public static resourceConfiguration(identifier: string): PrivateEndpoint {
    return new PrivateEndpoint({ selfManagedLatticeResource: { resourceConfigurationIdentifier: identifier } });
  }

  /** @internal */
  public readonly _rendering: PrivateEndpointRendering;

  private constructor(
    rendering: PrivateEndpointRendering,
    private readonly wrongCount?: number,
  ) {
    this._rendering = rendering;
  }

  /** @internal */
  public _problems(at: string): Problem[] {
    if (this.wrongCount === undefined) return [];
    return [
      {
        code: 'PRIVATE_ENDPOINT',
        message: `a private endpoint has 1 to ${SECURITY_GROUPS_MAX} security groups, got ${this.wrongCount}`,
        fix: 'Name what the interfaces may reach; without groups the service takes the default group of the network',
        at,
      },
    ];
  }
}
