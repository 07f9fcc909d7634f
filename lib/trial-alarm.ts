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
 * metric and not in which sets it publishes them: it is one count under each of them, so the largest one is taken.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-policy-metrics.html
 */
export function trialAlarm({ policy, policyEngineId, gatewayId, description, actions }: TrialAlarmProps): Alarm {
  const ofPolicy = { OperationName: 'AuthorizeAction', Policy: policy.attrPolicyId };
  const sets: { readonly [id: string]: { [dimension: string]: string } } = {
    gateway: { ...ofPolicy, TargetResource: gatewayId },
    engine: { ...ofPolicy, PolicyEngine: policyEngineId },
    both: { ...ofPolicy, TargetResource: gatewayId, PolicyEngine: policyEngineId },
    enforcing: { ...ofPolicy, TargetResource: gatewayId, PolicyEngine: policyEngineId, Mode: 'ENFORCE' },
  };
  const period = Duration.minutes(5);
  const flips = Object.entries(sets).map(([id, dimensionsMap]) => {
    const metricName = 'LogOnlyDecisionFlips';
    return [
      id,
      new Metric({ namespace: 'AWS/Bedrock-AgentCore', metricName, statistic: 'Sum', period, dimensionsMap }),
    ];
  });
  const alarm = new Alarm(policy, 'Flips', {
    metric: new MathExpression({
      expression: `MAX([${Object.keys(sets)
        .map((id) => `FILL(${id}, 0)`)
        .join(', ')}])`,
      label: 'Decisions that the policy would have changed',
      period,
      usingMetrics: Object.fromEntries(flips),
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
