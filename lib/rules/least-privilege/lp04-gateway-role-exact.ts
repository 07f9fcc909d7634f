import { isUnknown } from '../../assembly/resolve';
import type { ModelResource, RoleStatement, TemplateModel } from '../../assembly/template-model';
import { engineOf } from '../gateways';
import { isStrict } from '../options';
import { judge } from '../read';
import { allows, isEverything, isScopable, isWideAction, rolesOfGateways } from '../roles';
import { defineRule, finding, type Outcome, undecided, warning } from '../rule';

export const lp04 = defineRule({
  id: 'LP04',
  name: 'gateway-role-exact',
  layer: 'least-privilege',
  level: 'critical',
  summary: 'The gateway role is wider than its gateway',
  explanation:
    'The gateway role is the identity behind every tool call. What it can do beyond its own tools, a mistake in any other layer can do.',
  fix: 'Name actions and resources: invoke on the aliases, AuthorizeAction, PartiallyAuthorizeActions and GetPolicyEngine on the engine, no managed policies',
  acknowledge:
    'For an action that IAM cannot limit to a resource. sts:GetWebIdentityToken needs a condition on sts:IdentityTokenAudience that names its audiences instead.',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-permissions.html',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-prerequisites-permissions.html',
  ],
  frameworks: {
    owaspMcp: ['02'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC03-BP02', 'SEC03-BP05'],
    nist80053: ['AC-6', 'AC-6(1)'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { RoleArn: !GetAtt Role.Arn } }
Role: { Type: AWS::IAM::Role, Properties: { ManagedPolicyArns: [arn:aws:iam::aws:policy/BedrockAgentCoreFullAccess] } }
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { RoleArn: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties:
    Policies:
      - PolicyDocument:
          Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: "arn:aws:lambda:eu-west-1:111122223333:function:orders:live" }]
`,
  },
  *evaluate(model, { options }) {
    for (const { gateway, role } of rolesOfGateways(model)) {
      if (role === undefined) continue; // LP01 says so
      const { statements, unknown, managed } = model.statementsOf(role);
      for (const value of unknown) yield undecided(role, 'Properties', value);
      for (const arn of managed) yield managedPolicy(role, arn);
      for (const statement of statements) yield* wideStatement(statement);
      if (isStrict(options)) {
        yield* judge(
          role,
          'PermissionsBoundary',
          (boundary) => (boundary === undefined ? 'the role has no permissions boundary' : undefined),
          'boundary',
        );
      }
      yield* engineGrants(model, gateway, role);
    }
  },
});

const FORBIDDEN = [
  'iam:PassRole',
  'iam:CreateRole',
  'sts:AssumeRole',
  'kms:ScheduleKeyDeletion',
  'bedrock-agentcore:UpdateGateway',
];

function* wideStatement(statement: RoleStatement): Iterable<Outcome> {
  if (isUnknown(statement.effect)) yield undecided(statement.holder, `${statement.path}.Effect`, statement.effect);
  if (statement.effect !== 'Allow') return;
  for (const action of statement.actions) {
    if (isUnknown(action)) yield undecided(statement.holder, `${statement.path}.Action`, action);
    else if (isWideAction(action) || FORBIDDEN.some((each) => each.toLowerCase() === action.toLowerCase())) {
      yield finding(statement.holder, `${statement.path}.Action`, `the action ${action}`, `Action::${action}`);
    }
  }
  if (statement.notActions.length > 0)
    yield finding(statement.holder, `${statement.path}.NotAction`, 'NotAction allows all other actions', 'NotAction');
  if (statement.notResources.length > 0)
    yield finding(
      statement.holder,
      `${statement.path}.NotResource`,
      'NotResource allows all other resources',
      'NotResource',
    );
  const scopable = isScopable(statement);
  for (const resource of statement.resources) {
    if (isUnknown(resource)) yield undecided(statement.holder, `${statement.path}.Resource`, resource);
    else if (scopable && isEverything(resource))
      yield finding(
        statement.holder,
        `${statement.path}.Resource`,
        `Resource is "${resource}"`,
        `Resource::${resource}`,
      );
  }
}

function managedPolicy(role: ModelResource, arn: unknown): Outcome {
  const path = 'Properties.ManagedPolicyArns';
  if (isUnknown(arn)) return undecided(role, path, arn);
  const name = /:iam::aws:policy\/(.+)$/.exec(String(arn))?.[1];
  return name === undefined
    ? undecided(role, path, 'a managed policy is not in the assembly')
    : finding(role, path, `the managed policy ${name}`, name);
}

/** Without these the service denies every call: nobody is safer, and the next fix is a broad one. */
function* engineGrants(model: TemplateModel, gateway: ModelResource, role: ModelResource): Iterable<Outcome> {
  if (engineOf(model, gateway) === undefined) return;
  const { statements } = model.statementsOf(role);
  for (const action of ['AuthorizeAction', 'PartiallyAuthorizeActions', 'GetPolicyEngine']) {
    if (!statements.some((statement) => allows(statement, `bedrock-agentcore:${action}`))) {
      yield warning(role, 'Properties', `the role may not ${action}, so every call is denied`, action);
    }
  }
}
