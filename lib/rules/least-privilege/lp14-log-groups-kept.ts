import { isUnknown } from '../../assembly/resolve';
import type { ModelResource, TemplateModel } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { customerKeyProblem } from '../keys';
import { isStrict } from '../options';
import { perModel } from '../per-model';
import { asNumber, at, judge, judgeLiteral } from '../read';
import { roleOf, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { LOG_GROUP } from '../types';

export const lp14 = defineRule({
  id: 'LP14',
  name: 'log-groups-kept',
  layer: 'least-privilege',
  level: 'medium',
  summary: 'The logs of a tool are not kept as evidence, or tell too much',
  explanation:
    'The group that Lambda makes never expires and has no key of yours; a DEBUG log holds what callers sent.',
  fix: 'Give each function a log group with KmsKeyId and RetentionInDays, JSON format and INFO level, and let its role write there only',
  acknowledge: 'When logs go to another account through an extension.',
  references: [
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
    'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html',
  ],
  frameworks: {
    owaspMcp: ['01', '08'],
    owaspAgentic: ['09'],
    wellArchitected: ['SEC04-BP01', 'SEC08-BP02'],
    nist80053: ['AU-9', 'AU-11', 'SC-28'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { LoggingConfig: { LogGroup: !Ref Logs, LogFormat: JSON } } }
Logs: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !GetAtt Key.Arn, RetentionInDays: 365 } }
Key: { Type: AWS::KMS::Key, Properties: { EnableKeyRotation: true } }
`,
  },
  *evaluate(model, { options }) {
    for (const fn of toolFunctions(model)) {
      const group = logGroupOf(model, fn);
      const value = at(fn, 'LoggingConfig.LogGroup');
      if (group === undefined) {
        if (value === undefined)
          yield finding(fn, 'Properties.LoggingConfig.LogGroup', 'no log group is named', 'group');
        else
          yield undecided(
            fn,
            'Properties.LoggingConfig.LogGroup',
            isUnknown(value) ? value : 'the log group is not in the assembly',
          );
        continue;
      }
      yield* judge(group, 'KmsKeyId', (key) => customerKeyProblem(model, key), 'key');
      yield* judge(
        group,
        'RetentionInDays',
        (days) => {
          const number = asNumber(days);
          return number !== undefined && number >= options.minLogRetentionDays && number <= 3653
            ? undefined
            : `RetentionInDays is ${String(days ?? 'missing')}`;
        },
        'retention',
      );
      yield* judgeLiteral(
        fn,
        'LoggingConfig.LogFormat',
        (format) => (format === 'JSON' ? undefined : `LogFormat is ${String(format ?? 'Text')}`),
        'format',
      );
      yield* judgeLiteral(
        fn,
        'LoggingConfig.ApplicationLogLevel',
        (level) => (level === 'DEBUG' || level === 'TRACE' ? `ApplicationLogLevel is ${level}` : undefined),
        'level',
      );
      if (isStrict(options))
        yield* judge(
          group,
          'DataProtectionPolicy',
          (policy) => (policy === undefined ? 'the group masks nothing' : undefined),
          'masking',
        );
      const role = roleOf(model, fn, 'Role');
      if (role === undefined) continue;
      for (const arn of model.statementsOf(role).managed) {
        if (/AWSLambda(BasicExecution|VPCAccessExecution)Role$/.test(String(arn)))
          yield finding(role, 'Properties.ManagedPolicyArns', 'the role may write to every log group', 'managed');
      }
      for (const statement of model.statementsOf(role).statements) {
        const logs = statement.effect === 'Allow' && statement.actions.some((action) => /^logs:/i.test(String(action)));
        if (
          logs &&
          statement.resources.some((resource) => resource === '*' || /:log-group:\*/.test(String(resource)))
        ) {
          yield finding(
            statement.holder,
            `${statement.path}.Resource`,
            'the role may write to every log group',
            'write',
          );
        }
      }
    }
  },
});

/** The group that the function names, or the one that has the name Lambda would use. */
function logGroupOf(model: TemplateModel, fn: ModelResource): ModelResource | undefined {
  const value = at(fn, 'LoggingConfig.LogGroup');
  const named = model.referenced(value);
  if (named?.type === LOG_GROUP) return named;
  const name = typeof value === 'string' ? value : `/aws/lambda/${String(at(fn, 'FunctionName'))}`;
  const byName = groupsByName(model);
  return (byName.get(name) ?? byName.get(`/aws/lambda/\${${fn.stack.name}:${fn.logicalId}}`))?.[0];
}

const groupsByName = perModel((model) =>
  groupedBy(model.ofType(LOG_GROUP), (group) => String(at(group, 'LogGroupName'))),
);
