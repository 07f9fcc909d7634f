import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarmAction, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

/** Options of the alarms of a gateway. */
export interface GatewayAlarmOptions {
  /**
   * Calls denied by policy in five minutes from which on the alarm goes off: an agent that tries what it may not.
   *
   * @default 10
   */
  readonly deniedCalls?: number;

  /**
   * Calls that failed in the service or its targets in five minutes from which on the alarm goes off.
   *
   * @default 5
   */
  readonly failedCalls?: number;

  /**
   * Requests refused at the door (bad tokens, malformed requests) in five minutes from which on the alarm goes off.
   *
   * @default 50
   */
  readonly refusedRequests?: number;

  /**
   * What an alarm does, for instance `new SnsAction(topic)`.
   *
   * @default - nothing: the alarms are seen in CloudWatch only
   */
  readonly actions?: IAlarmAction[];
}

export interface GatewayAlarmsProps extends GatewayAlarmOptions {
  readonly gatewayName: string;
  readonly gatewayArn: string;
  readonly gatewayId: string;
}

/**
 * Alarms on denied, failed and refused calls, from the metrics that the service publishes.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-observability.html
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-policy-metrics.html
 */
export class GatewayAlarms extends Construct {
  public constructor(scope: Construct, id: string, props: GatewayAlarmsProps) {
    super(scope, id);
    const gateway = { Operation: 'InvokeGateway', Protocol: 'MCP', Resource: props.gatewayArn };
    const alarms = [
      this.alarm('DeniedCalls', props.deniedCalls ?? 10, {
        metricName: 'DenyDecisions',
        dimensionsMap: { OperationName: 'AuthorizeAction', TargetResource: props.gatewayId },
        description: `Calls denied by the policies of the MCP gateway ${props.gatewayName}`,
      }),
      this.alarm('FailedCalls', props.failedCalls ?? 5, {
        metricName: 'SystemErrors',
        dimensionsMap: gateway,
        description: `Calls that failed in the MCP gateway ${props.gatewayName} or behind it`,
      }),
      this.alarm('RefusedRequests', props.refusedRequests ?? 50, {
        metricName: 'UserErrors',
        dimensionsMap: gateway,
        description: `Requests that the MCP gateway ${props.gatewayName} refused: bad tokens, malformed requests`,
      }),
    ];
    for (const alarm of alarms) alarm.addAlarmAction(...(props.actions ?? []));
  }

  private alarm(
    id: string,
    threshold: number,
    metric: {
      readonly metricName: string;
      readonly dimensionsMap: { [name: string]: string };
      readonly description: string;
    },
  ): Alarm {
    const { description, ...of } = metric;
    return new Alarm(this, id, {
      metric: new Metric({ namespace: 'AWS/Bedrock-AgentCore', statistic: 'Sum', period: Duration.minutes(5), ...of }),
      alarmDescription: description,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
