import { isUnknown } from '../../assembly/resolve';
import { asList } from '../../assembly/template-model';
import { targetsOf } from '../gateways';
import { functionReference } from '../lambda';
import { isTrue } from '../read';
import { allows, conditionValue, functionsOf, interceptorArnsOf, isWide, lambdaArnOf, rolesOfGateways } from '../roles';
import { defineRule, finding, undecided } from '../rule';

export const lp02 = defineRule({
  id: 'LP02',
  name: 'gateway-invokes-own-functions',
  layer: 'least-privilege',
  level: 'high',
  summary: 'The gateway role can invoke functions that are not its tools',
  explanation: 'A mistake in a target or a policy then reaches every function of the account.',
  fix: 'Allow lambda:InvokeFunction on the aliases of the targets of this gateway only, and on a function behind a URL with the condition Bool lambda:InvokedViaFunctionUrl true',
  acknowledge: 'While a target is moved to another stack, with the date.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors.html'],
  frameworks: {
    owaspMcp: ['02'],
    owaspAgentic: ['02', '03'],
    wellArchitected: ['SEC03-BP02'],
    nist80053: ['AC-6', 'AC-3'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { RoleArn: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties:
    Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: "arn:aws:lambda:*:*:function:*" }] } }]
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { RoleArn: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties:
    Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: !Ref Alias }] } }]
Alias: { Type: AWS::Lambda::Alias, Properties: { Name: live, FunctionName: !Ref Fn } }
Fn: { Type: AWS::Lambda::Function }
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { GatewayIdentifier: !Ref Gateway, TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !Ref Alias } } } }
`,
  },
  *evaluate(model) {
    for (const { gateway, role } of rolesOfGateways(model)) {
      if (role === undefined) continue; // LP01 says so
      const own = functionsOf(model, gateway);
      const external = new Set(
        [...targetsOf(model, gateway).map(lambdaArnOf), ...interceptorArnsOf(gateway)].map(String),
      );
      const { statements, unknown } = model.statementsOf(role);
      for (const value of unknown) yield undecided(role, 'Properties', value);
      for (const statement of statements) {
        if (!allows(statement, 'lambda:InvokeFunction')) continue;
        for (const resource of statement.resources) {
          const path = `${statement.path}.Resource`;
          const key = `Resource::${String(resource)}`;
          if (isUnknown(resource)) yield undecided(statement.holder, path, resource);
          else if (external.has(resource) && !isWide(resource)) continue;
          else {
            const { fn } = functionReference(model, resource);
            if (fn !== undefined && own.has(fn)) continue;
            if (fn === undefined && isWide(resource))
              yield finding(statement.holder, path, `${resource} covers other functions`, key);
            else if (isWide(resource) || !isThroughUrlOnly(statement.condition))
              yield finding(statement.holder, path, `${resource} is no target of the gateway`, key);
          }
        }
      }
    }
  },
});

/** Whether a statement lets nothing in but calls through a function URL, which `lambda:InvokeFunctionUrl` has to allow, too. */
function isThroughUrlOnly(condition: unknown): boolean {
  const values = asList(conditionValue(condition, /^Bool$/, 'lambda:InvokedViaFunctionUrl'));
  return values.length === 1 && isTrue(values[0]);
}
