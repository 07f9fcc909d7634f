import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';

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

/** The shape that targets and providers share. */
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

/**
 * A private way to a host that is not on the internet.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-private-connectivity.html
 */
export class PrivateEndpoint {
  /** The service puts interfaces into the subnets of a network. */
  public static managedVpc(options: ManagedVpcOptions): PrivateEndpoint {
    return new PrivateEndpoint({
      managedVpcResource: {
        vpcIdentifier: options.vpc.vpcId,
        subnetIds: options.vpc.selectSubnets(options.subnets).subnetIds,
        securityGroupIds: options.securityGroups.map((group) => group.securityGroupId),
        endpointIpAddressType: 'IPV4',
        routingDomain: options.routingDomain,
      },
    });
  }

  /** A resource configuration of Amazon VPC Lattice that you manage, by id or ARN. */
  public static resourceConfiguration(identifier: string): PrivateEndpoint {
    return new PrivateEndpoint({ selfManagedLatticeResource: { resourceConfigurationIdentifier: identifier } });
  }

  /** @internal */
  public readonly _rendering: PrivateEndpointRendering;

  private constructor(rendering: PrivateEndpointRendering) {
    this._rendering = rendering;
  }
}
