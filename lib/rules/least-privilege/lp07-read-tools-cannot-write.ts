import { isUnknown } from '../../assembly/resolve';
import { groupedBy } from '../../core/grouped-by';
import { isReadOnlyAction } from '../iam-actions';
import { functionOf } from '../lambda';
import { lambdaArnOf, roleOf, unknownRole } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { toolsOf } from '../tools';
import { TARGET } from '../types';

export const lp07 = defineRule({
  id: 'LP07',
  name: 'read-tools-cannot-write',
  layer: 'least-privilege',
  level: 'high',
  summary: 'The role of a reading tool can write',
  explanation:
    'Layer 3 lets more callers at a reading tool. An injected argument or a bug then turns a read into a write.',
  fix: 'Remove the writing actions from its role, or declare the risk of the tool as WRITE',
  acknowledge: 'When the write is a counter or a cache that the caller cannot see.',
  limits:
    'What an action does is read from its verb (Get, List, Query …), not from the access levels of the Service Authorization Reference.',
  references: [
    'https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html',
  ],
  frameworks: { owaspMcp: ['02'], owaspAgentic: ['02'], wellArchitected: ['SEC03-BP02'], nist80053: ['AC-6', 'AC-5'] },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: orders
    TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn, ToolSchema: { InlinePayload: [{ Name: get_order, InputSchema: { Type: object } }] } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: [dynamodb:GetItem, dynamodb:DeleteItem], Resource: !GetAtt Orders.Arn }] } }] }
Orders: { Type: AWS::DynamoDB::Table }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: orders
    TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn, ToolSchema: { InlinePayload: [{ Name: get_order, InputSchema: { Type: object } }] } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Orders.Arn }] } }] }
Orders: { Type: AWS::DynamoDB::Table }
`,
  },
  *evaluate(model) {
    const targets = groupedBy(model.ofType(TARGET), (target) => functionOf(model, lambdaArnOf(target)));
    for (const [fn, own] of targets) {
      const views = own.flatMap((target) => toolsOf(target).tools);
      const reads =
        views.length > 0 &&
        views.every((tool) => tool.risk === 'READ' && (tool.declaredRisk || READING.test(tool.name)));
      const role = reads ? roleOf(model, fn, 'Role') : undefined;
      if (reads && role === undefined) yield undecided(fn, 'Properties.Role', unknownRole(fn, 'Role'));
      if (role === undefined) continue;
      const { statements, unknown } = model.statementsOf(role);
      for (const value of unknown) yield undecided(role, 'Properties', value);
      for (const statement of statements) {
        for (const action of statement.effect === 'Allow' ? statement.actions : []) {
          if (isUnknown(action)) yield undecided(statement.holder, `${statement.path}.Action`, action);
          else if (!isReadOnlyAction(action)) {
            yield finding(
              statement.holder,
              `${statement.path}.Action`,
              `${views[0]!.name} reads, and its role may ${action}`,
              `Action::${action}`,
            );
          }
        }
      }
    }
  },
});

const READING =
  /(^|[-_])(get|list|read|search|find|look-?up|query|describe|show|count|fetch|check|view)([-_]|$|[A-Z])/i;
