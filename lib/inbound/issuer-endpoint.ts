import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';

/** Options of {@link IssuerEndpoint.vpc}. */
export interface IssuerEndpointVpcOptions {
  /** The network in which the issuer can be reached. */
  readonly vpc: IVpc;

  /** What the network interfaces may reach, at least one. Without any the service takes the default group of the VPC. */
  readonly securityGroups: ISecurityGroup[];

  /**
   * Where the network interfaces are made.
   *
   * @default - the private subnets
   */
  readonly subnets?: SubnetSelection;

  /**
   * The domain name by which the issuer is reached, where it is not the host of the issuer.
   *
   * @default - the host of the issuer
   */
  readonly routingDomain?: string;
}

/**
 * The path on which the service fetches discovery document and keys of an issuer that is not on the internet, through
 * Amazon VPC Lattice. Whoever deploys needs `iam:CreateServiceLinkedRole` for
 * `identity-network.bedrock-agentcore.amazonaws.com`.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html
 */
export class IssuerEndpoint {
  /** Network interfaces that the service makes and manages in a VPC. */
  public static vpc(options: IssuerEndpointVpcOptions): IssuerEndpoint {
    return new IssuerEndpoint({
      managedVpcResource: {
        vpcIdentifier: options.vpc.vpcId,
        subnetIds: options.vpc.selectSubnets(options.subnets).subnetIds,
        securityGroupIds: options.securityGroups.map((group) => group.securityGroupId),
        endpointIpAddressType: 'IPV4',
        routingDomain: options.routingDomain,
      },
    });
  }

  /** A resource configuration of VPC Lattice that you manage, by id or ARN. */
  public static latticeResource(resourceConfigurationIdentifier: string): IssuerEndpoint {
    return new IssuerEndpoint({ selfManagedLatticeResource: { resourceConfigurationIdentifier } });
  }

  private constructor(private readonly rendering: CfnGateway.PrivateEndpointProperty) {}

  /** @internal */
  public _render(): CfnGateway.PrivateEndpointProperty {
    return this.rendering;
  }
}
