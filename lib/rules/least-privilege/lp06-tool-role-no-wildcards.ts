import { isUnknown } from '../../assembly/resolve';
import { ESCALATING } from '../iam-actions';
import { functionOf } from '../lambda';
import { lambdaArnOf, roleOf, toolFunctions, unknownRole } from '../roles';
import { defineRule, undecided } from '../rule';
import { TARGET } from '../types';
import { managedPolicy, wideStatement } from '../wide-statement';

export const lp06 = defineRule({
  id: 'LP06',
  name: 'tool-role-no-wildcards',
  layer: 'least-privilege',
  level: 'high',
  summary: 'The role of a tool is wider than a tool needs',
  explanation: 'When the other layers fail, the role is what is left: it decides how much damage one tool can do.',
  fix: 'Name the actions and the resource, for example access: { ORDERS: Access.table(orders).get() }',
  acknowledge:
    'For an action that IAM cannot limit to a resource. sts:GetWebIdentityToken needs a condition on sts:IdentityTokenAudience that names its audiences instead.',
  references: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege'],
  frameworks: {
    owaspMcp: ['02', '05'],
    owaspAgentic: ['02', '03', '05'],
    wellArchitected: ['SEC03-BP02', 'SEC03-BP04'],
    nist80053: ['AC-6', 'AC-6(10)'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: "dynamodb:*", Resource: "*" }] } }] }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Query], Resource: !GetAtt Orders.Arn }] } }] }
Orders: { Type: AWS::DynamoDB::Table }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const arn = lambdaArnOf(target);
      if (arn !== undefined && functionOf(model, arn) === undefined)
        yield undecided(
          target,
          'Properties.TargetConfiguration.Mcp.Lambda.LambdaArn',
          isUnknown(arn) ? arn : 'the function is not in the assembly',
        );
    }
    for (const fn of toolFunctions(model)) {
      const role = roleOf(model, fn, 'Role');
      if (role === undefined) {
        yield undecided(fn, 'Properties.Role', unknownRole(fn, 'Role'));
        continue;
      }
      const { statements, unknown, managed } = model.statementsOf(role);
      for (const value of unknown) yield undecided(role, 'Properties', value);
      for (const arn of managed) yield* managedPolicy(role, arn, (name) => EXECUTION.test(name));
      for (const statement of statements) {
        yield* wideStatement(statement, (action) => ESCALATING.some((pattern) => pattern.test(action)));
      }
    }
  },
});

/** Logs and network interfaces: LP14 and LP17 judge them. */
const EXECUTION = /^service-role\/AWSLambda(BasicExecutionRole|VPCAccessExecutionRole)$|^AWSXRayDaemonWriteAccess$/;
