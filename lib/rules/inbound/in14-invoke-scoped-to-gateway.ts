import { own } from '../../assembly/cloudformation';
import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { matchesAction } from '../../core/iam/match';
import { gatewayNamed } from '../gateways';
import { at } from '../read';
import { isEverybody, isTiedTo, isWide, runtimeRoles } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { parsedJson } from '../tools';
import { GATEWAY, RESOURCE_POLICY } from '../types';

export const in14 = defineRule({
  id: 'IN14',
  name: 'invoke-scoped-to-gateway',
  layer: 'inbound',
  level: 'high',
  summary: 'The right to invoke is not limited to this gateway, or is given to everybody',
  explanation: 'A caller that may invoke every gateway of the account reaches tools that were never meant for it.',
  fix: 'Name the ARN of the gateway in bedrock-agentcore:InvokeGateway, and add aws:SourceVpce or aws:PrincipalOrgID to a policy with Principal "*"',
  acknowledge: 'For an operations role that really serves every gateway of the account.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html'],
  frameworks: { owaspMcp: ['07'], owaspAgentic: ['03'], wellArchitected: ['SEC03-BP07'], nist80053: ['AC-3', 'AC-6'] },
  example: {
    bad: `
AgentRole:
  Type: AWS::IAM::Role
  Properties:
    Policies:
      - PolicyDocument: { Statement: [{ Effect: Allow, Action: bedrock-agentcore:InvokeGateway, Resource: "*" }] }
`,
    good: `
AgentRole:
  Type: AWS::IAM::Role
  Properties:
    Policies:
      - PolicyDocument: { Statement: [{ Effect: Allow, Action: bedrock-agentcore:InvokeGateway, Resource: !GetAtt Gateway.GatewayArn }] }
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM } }
`,
  },
  *evaluate(model) {
    const judged = new Set(runtimeRoles(model)); // AZ17 says so
    if (model.ofType(GATEWAY).length > 0) {
      for (const { holder, path, why } of model.unreadIdentityPolicies())
        if (!judged.has(holder)) yield undecided(holder, path, why);
    }
    for (const statement of model.identityStatements()) {
      const open = statement.effect === 'Deny' ? undefined : statement.actions.find(isUnknown);
      if (open !== undefined && model.ofType(GATEWAY).length > 0 && !judged.has(statement.holder))
        yield undecided(statement.holder, `${statement.path}.Action`, open);
      const invokes = statement.actions.some(
        (action) =>
          typeof action === 'string' &&
          /^bedrock-agentcore:/i.test(action) &&
          matchesAction(action, 'bedrock-agentcore:InvokeGateway'),
      );
      if (statement.effect !== 'Allow' || !invokes) continue;
      if (statement.notResources.length > 0)
        yield finding(
          statement.holder,
          `${statement.path}.NotResource`,
          'InvokeGateway on all but a few',
          'NotResource',
        );
      for (const resource of statement.resources) {
        const path = `${statement.path}.Resource`;
        if (isUnknown(resource)) yield undecided(statement.holder, path, resource);
        else if (isWide(resource))
          yield finding(statement.holder, path, `InvokeGateway on ${resource}`, `Resource::${resource}`);
      }
    }
    for (const policy of model.ofType(RESOURCE_POLICY)) {
      const arn = at(policy, 'ResourceArn');
      const gateway = gatewayNamed(model, arn);
      const document = parsedJson(at(policy, 'Policy'));
      if (isUnknown(arn)) yield undecided(policy, 'Properties.ResourceArn', arn);
      if (gateway === undefined) continue;
      if (document === undefined) {
        const value = at(policy, 'Policy');
        yield undecided(policy, 'Properties.Policy', isUnknown(value) ? value : 'the policy is not JSON');
        continue;
      }
      for (const [index, statement] of asList(own(document, 'Statement')).entries()) {
        const problem = resourcePolicyProblem(statement, at(gateway, 'AuthorizerType'));
        if (problem !== undefined) yield finding(policy, 'Properties.Policy', problem, String(index));
      }
    }
  },
});

function resourcePolicyProblem(statement: unknown, authorizerType: unknown): string | undefined {
  if (within(statement, 'Effect') !== 'Allow') return undefined;
  const principal = within(statement, 'Principal');
  const condition = within(statement, 'Condition');
  if (isEverybody(statement)) {
    if (authorizerType !== 'CUSTOM_JWT') return 'everybody may invoke a gateway without JWT authorizer';
    return isTiedTo(condition, ['aws:SourceVpce', 'aws:SourceVpc', 'aws:PrincipalOrgID'])
      ? undefined
      : 'everybody may invoke, without a network or organization condition';
  }
  const service = within(principal, 'Service') !== undefined;
  return service && !isTiedTo(condition, ['aws:SourceArn', 'aws:SourceAccount'])
    ? 'a service may invoke for any account'
    : undefined;
}
