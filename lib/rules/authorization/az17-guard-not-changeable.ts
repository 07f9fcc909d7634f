import { isUnknown } from '../../assembly/resolve';
import { CONTROL_PLANE } from '../iam-actions';
import { allows, runtimeRoles } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY, POLICY, ROLE } from '../types';

export const az17 = defineRule({
  id: 'AZ17',
  name: 'guard-not-changeable',
  layer: 'authorization',
  level: 'critical',
  summary: 'Running code can change the guard',
  explanation: 'UpdateGateway alone turns ENFORCE into LOG_ONLY or takes the policy engine off.',
  fix: 'Keep the control plane of AgentCore, Lambda and Cognito out of every role that code runs under',
  acknowledge: 'For a deployment function that no agent or tool can reach; name how that is shown.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-enforcement-modes.html'],
  frameworks: {
    owaspMcp: ['02'],
    owaspAgentic: ['03', '10'],
    wellArchitected: ['AGENTSEC07', 'SEC03-BP05'],
    nist80053: ['AC-5', 'AC-6', 'CM-5'],
  },
  example: {
    bad: `
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: bedrock-agentcore:UpdateGateway, Resource: "*" }] } }]
`,
    good: `
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: bedrock-agentcore:InvokeGateway, Resource: !GetAtt Gateway.GatewayArn }] } }]
Gateway: { Type: AWS::BedrockAgentCore::Gateway }
`,
  },
  *evaluate(model) {
    if (
      model.ofType(GATEWAY).length === 0 &&
      model.ofType(POLICY).length === 0 &&
      !model.resources.some(({ type }) => type === ROLE)
    )
      return;
    for (const role of runtimeRoles(model)) {
      const { statements, unknown } = model.statementsOf(role);
      for (const value of unknown) yield undecided(role, 'Properties', value);
      for (const statement of statements) {
        if (statement.effect === 'Allow') {
          for (const action of statement.actions.filter(isUnknown))
            yield undecided(statement.holder, `${statement.path}.Action`, action);
        }
        const action = CONTROL_PLANE.find((each) => allows(statement, each));
        if (action !== undefined)
          yield finding(
            statement.holder,
            `${statement.path}.Action`,
            `${role.logicalId} may ${action}`,
            `Action::${action}`,
          );
      }
    }
  },
});
