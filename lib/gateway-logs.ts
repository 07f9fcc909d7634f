import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { maskedLogs } from './least-privilege/masked-logs';

export interface GatewayLogsProps {
  readonly gatewayName: string;
  readonly gatewayArn: string;
  readonly encryptionKey: IKey;
  /** Whether spans are delivered to AWS X-Ray, too. */
  readonly traces: boolean;
}

/**
 * Delivers the gateway's application logs, policy decisions included, to an encrypted log group. The service logs
 * nothing by itself. The records hold the bodies of requests and responses; what `maskedLogs` knows in them is masked.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html
 */
export class GatewayLogs extends Construct {
  public readonly logGroup: LogGroup;

  public constructor(scope: Construct, id: string, props: GatewayLogsProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Group', {
      // Only under this prefix may the delivery service write without a further resource policy.
      logGroupName: `/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/${props.gatewayName}`,
      encryptionKey: props.encryptionKey,
      retention: RetentionDays.ONE_YEAR,
      dataProtectionPolicy: maskedLogs(),
      // Its name is fixed: left over from a deployment that failed, it would make the next one fail, too.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const source = new CfnDeliverySource(this, 'Source', {
      name: `${props.gatewayName}-app`,
      resourceArn: props.gatewayArn,
      logType: 'APPLICATION_LOGS',
    });
    const destination = new CfnDeliveryDestination(this, 'Destination', {
      name: `${props.gatewayName}-app`,
      deliveryDestinationType: 'CWL',
      destinationResourceArn: this.logGroup.logGroupArn,
    });
    new CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.ref,
      deliveryDestinationArn: destination.attrArn,
    });
    if (props.traces) this.deliverTraces(props);
  }

  /** The destination has no ARN of a resource: X-Ray keeps spans in CloudWatch Transaction Search. */
  private deliverTraces({ gatewayName, gatewayArn }: GatewayLogsProps): void {
    const name = `${gatewayName}-traces`;
    const source = new CfnDeliverySource(this, 'TraceSource', { name, resourceArn: gatewayArn, logType: 'TRACES' });
    const destination = new CfnDeliveryDestination(this, 'TraceDestination', { name, deliveryDestinationType: 'XRAY' });
    new CfnDelivery(this, 'TraceDelivery', {
      deliverySourceName: source.ref,
      deliveryDestinationArn: destination.attrArn,
    });
  }
}
