import { isUnknown } from '../../assembly/resolve';
import { functionOf } from '../lambda';
import { at, judgeLiteral } from '../read';
import { rolesOfGateways, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { LAMBDA_PERMISSION } from '../types';

export const lp08 = defineRule({
  id: 'LP08',
  name: 'tools-not-invokable-by-others',
  layer: 'least-privilege',
  level: 'critical',
  summary: 'A tool can be invoked around the gateway',
  explanation: 'A direct invocation passes none of the layers and can claim to be any call of any tool.',
  fix: 'Remove the permission: the gateway role needs none. Else name the gateway role, or the service with SourceArn and SourceAccount',
  acknowledge: 'Never for a principal outside of the account; for an operations role, name it.',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC03-BP07'],
    nist80053: ['AC-3', 'AC-25', 'AC-17'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
Permission: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Fn, Principal: "*", Action: lambda:InvokeFunction } }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
Permission: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Fn, Principal: !GetAtt Role.Arn, Action: lambda:InvokeFunction } }
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { RoleArn: !GetAtt Role.Arn } }
Role: { Type: AWS::IAM::Role }
`,
  },
  *evaluate(model) {
    const tools = toolFunctions(model);
    const gatewayRoles = new Set(rolesOfGateways(model).map(({ role }) => role));
    for (const permission of model.ofType(LAMBDA_PERMISSION)) {
      const name = at(permission, 'FunctionName');
      if (isUnknown(name)) yield undecided(permission, 'Properties.FunctionName', name);
      const fn = functionOf(model, name);
      if (fn === undefined || !tools.has(fn)) continue;
      const principal = at(permission, 'Principal');
      if (isUnknown(principal)) {
        yield undecided(permission, 'Properties.Principal', principal);
        continue;
      }
      if (at(permission, 'FunctionUrlAuthType') !== undefined)
        yield finding(permission, 'Properties.FunctionUrlAuthType', 'the tool has a function URL', 'url');
      const role = model.referenced(principal);
      if (role !== undefined && gatewayRoles.has(role)) continue;
      const source = at(permission, 'SourceArn') !== undefined;
      const account = at(permission, 'SourceAccount') !== undefined;
      const service = /^[a-z0-9.-]+\.amazonaws\.com$/.test(String(principal));
      if (principal === 'bedrock-agentcore.amazonaws.com' && !(source && account)) {
        yield finding(
          permission,
          'Properties.Principal',
          'the service may invoke for any gateway: SourceArn and SourceAccount are not both set',
          'source',
        );
      } else if (principal === 'bedrock-agentcore.amazonaws.com' && !namesGateway(at(permission, 'SourceArn'))) {
        yield finding(permission, 'Properties.SourceArn', 'SourceArn is the ARN of no single gateway', 'source');
      } else if (!service)
        yield finding(permission, 'Properties.Principal', `the principal is ${String(principal)}`, 'principal');
      else if (!source)
        yield finding(permission, 'Properties.SourceArn', `${String(principal)} may invoke for anybody`, 'source');
      yield* judgeLiteral(
        permission,
        'Action',
        (action) => (action === 'lambda:InvokeFunction' ? undefined : `Action is ${String(action)}`),
        'action',
      );
    }
  },
});

/** Unknown is judged elsewhere: what is known must not stand for every gateway. */
function namesGateway(arn: unknown): boolean {
  const text = String(arn);
  return isUnknown(arn) || !text.includes('*') || /:gateway\/[^*?]/.test(text);
}
