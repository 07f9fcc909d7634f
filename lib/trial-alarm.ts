import { Duration } from 'aws-cdk-lib';
import type { CfnPolicy } from 'aws-cdk-lib/aws-bedrockagentcore';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';

export interface TrialAlarmProps {
  readonly policy: CfnPolicy;
  readonly policyEngineId: string;
  readonly gatewayId: string;
  readonly description: string;
  readonly actions: readonly IAlarmAction[];
}

/**
 * Goes off when a policy that is tried out would have changed a decision. The service documents the dimensions of the
 * metric and not in which sets it publishes them: two were seen, and the larger count of both is taken.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-policy-metrics.html
 */
export function trialAlarm({ policy, policyEngineId, gatewayId, description, actions }: TrialAlarmProps): Alarm {
  const dimensions = { OperationName: 'AuthorizeAction', PolicyEngine: policyEngineId, Policy: policy.attrPolicyId };
  const flips = (dimensionsMap: { [name: string]: string }) =>
    new Metric({
      namespace: 'AWS/Bedrock-AgentCore',
      metricName: 'LogOnlyDecisionFlips',
      statistic: 'Sum',
      period: Duration.minutes(5),
      dimensionsMap,
    });
  const alarm = new Alarm(policy, 'Flips', {
    metric: new MathExpression({
      expression: 'MAX([FILL(byEngine, 0), FILL(byGateway, 0)])',
      label: 'Decisions that the policy would have changed',
      period: Duration.minutes(5),
      usingMetrics: {
        byEngine: flips(dimensions),
        byGateway: flips({ ...dimensions, TargetResource: gatewayId }),
      },
    }),
    alarmDescription: description,
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(...actions);
  return alarm;
}
