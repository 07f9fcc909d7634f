import { isUnknown } from '../../assembly/resolve';
import { functionReference, isPinned } from '../lambda';
import { at, shownReference } from '../read';
import { allows, lambdaArnOf, rolesOfGateways, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { LAMBDA_PERMISSION, TARGET } from '../types';

export const lp03 = defineRule({
  id: 'LP03',
  name: 'qualified-function',
  layer: 'least-privilege',
  level: 'medium',
  summary: 'The gateway can reach whatever code a function has at the moment',
  explanation:
    'Without alias or version, an update of the function is live at once and a rollback means another deployment.',
  fix: 'Use the ARN of an alias or a version in the target, in the role and in permissions',
  acknowledge: 'In development, where every change is meant to be live at once.',
  limits: 'Whether target, role and permission name the same alias or version is not compared: each has to name one.',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html'],
  frameworks: {
    owaspMcp: ['04'],
    owaspAgentic: ['04'],
    wellArchitected: ['SEC06-BP04', 'SEC11-BP06'],
    nist80053: ['CM-3', 'SI-7', 'AC-6'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } }
Fn: { Type: AWS::Lambda::Function }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !Ref Alias } } } }
Alias: { Type: AWS::Lambda::Alias, Properties: { Name: live, FunctionName: !Ref Fn } }
Fn: { Type: AWS::Lambda::Function }
`,
  },
  *evaluate(model) {
    const tools = toolFunctions(model);
    for (const target of model.ofType(TARGET)) {
      const path = 'Properties.TargetConfiguration.Mcp.Lambda.LambdaArn';
      const arn = lambdaArnOf(target);
      if (arn === undefined) continue;
      const { fn, qualifier } = functionReference(model, arn);
      if (isUnknown(arn)) yield undecided(target, path, arn);
      else if (fn === undefined && !/:function:/.test(String(arn)))
        yield undecided(target, path, `it is ${shownReference(String(arn))}`);
      else if (!isPinned(qualifier))
        yield finding(target, path, `${shownReference(String(arn))} has no alias or version`);
    }
    for (const { role } of rolesOfGateways(model)) {
      for (const statement of role === undefined ? [] : model.statementsOf(role).statements) {
        if (!allows(statement, 'lambda:InvokeFunction')) continue;
        for (const resource of statement.resources) {
          const { fn, qualifier } = functionReference(model, resource);
          if (fn !== undefined && tools.has(fn) && !isPinned(qualifier)) {
            yield finding(
              statement.holder,
              `${statement.path}.Resource`,
              `${String(resource)} has no alias or version`,
              `Resource::${String(resource)}`,
            );
          }
        }
      }
    }
    for (const permission of model.ofType(LAMBDA_PERMISSION)) {
      const { fn, qualifier } = functionReference(model, at(permission, 'FunctionName'));
      if (fn !== undefined && tools.has(fn) && !isPinned(qualifier)) {
        yield finding(
          permission,
          'Properties.FunctionName',
          'the permission is for the function, not for an alias or version',
        );
      }
    }
  },
});
