import { isUnknown } from '../../assembly/resolve';
import { functionOf } from '../lambda';
import { at } from '../read';
import { allows, rolesOfGateways, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { EVENT_SOURCE, FUNCTION_URL, LAMBDA_PERMISSION, ROLE } from '../types';

export const lp09 = defineRule({
  id: 'LP09',
  name: 'no-second-door',
  layer: 'least-privilege',
  level: 'high',
  summary: 'There is another way to a tool than the gateway',
  explanation:
    'A function URL, an event source or another role calls the tool without a token, a policy or a record at the gateway.',
  fix: 'Remove the other way, or give it a function of its own',
  acknowledge: 'When a scheduled job uses the same function and cannot be told what to do by anybody.',
  limits:
    'A role that may invoke every function is not listed here: LP02 and LP06 judge the roles of gateways and tools.',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html'],
  frameworks: {
    owaspMcp: ['07', '09'],
    owaspAgentic: ['02'],
    wellArchitected: ['SEC05-BP02', 'SEC03-BP07'],
    nist80053: ['AC-25', 'CM-7', 'SC-7'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
Url: { Type: AWS::Lambda::Url, Properties: { AuthType: NONE, TargetFunctionArn: !GetAtt Fn.Arn } }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
`,
  },
  *evaluate(model) {
    const tools = toolFunctions(model);
    const isTool = (arn: unknown) => {
      const fn = functionOf(model, arn);
      return fn !== undefined && tools.has(fn);
    };
    for (const url of model.ofType(FUNCTION_URL)) {
      const arn = at(url, 'TargetFunctionArn');
      if (isUnknown(arn)) yield undecided(url, 'Properties.TargetFunctionArn', arn);
      else if (isTool(arn)) yield finding(url, 'Properties.TargetFunctionArn', 'the tool has a function URL');
    }
    for (const source of model.ofType(EVENT_SOURCE)) {
      const name = at(source, 'FunctionName');
      if (isUnknown(name)) yield undecided(source, 'Properties.FunctionName', name);
      else if (isTool(name)) yield finding(source, 'Properties.FunctionName', 'an event source calls the tool');
    }
    for (const permission of model.ofType(LAMBDA_PERMISSION)) {
      const principal = String(at(permission, 'Principal'));
      const trigger =
        /^[a-z0-9.-]+\.amazonaws\.com$/.test(principal) && principal !== 'bedrock-agentcore.amazonaws.com';
      if (trigger && isTool(at(permission, 'FunctionName')))
        yield finding(permission, 'Properties.Principal', `${principal} calls the tool`);
    }
    const gatewayRoles = new Set(rolesOfGateways(model).map(({ role }) => role));
    for (const role of model.ofType(ROLE)) {
      if (gatewayRoles.has(role)) continue;
      for (const statement of model.statementsOf(role).statements) {
        const named = allows(statement, 'lambda:InvokeFunction')
          ? statement.resources.find((resource) => isTool(resource) || (tools.size > 0 && isEveryFunction(resource)))
          : undefined;
        if (named !== undefined)
          yield finding(
            statement.holder,
            `${statement.path}.Resource`,
            `${role.logicalId} may invoke the tool`,
            role.logicalId,
          );
      }
    }
  },
});

/** `*`, or an ARN that leaves the name of the function open. */
function isEveryFunction(resource: unknown): boolean {
  const text = String(resource);
  return /^\*+$/.test(text) || /^arn:(?:[^:]*:)*function:\*/.test(text) || /^arn:(?:[^:]*:){0,4}\*$/.test(text);
}
