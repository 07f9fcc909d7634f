import type { ModelResource, TemplateModel } from '../../assembly/template-model';
import { engineOf } from '../gateways';
import { ESCALATING } from '../iam-actions';
import { isStrict } from '../options';
import { judge } from '../read';
import { allows, rolesOfGateways } from '../roles';
import { defineRule, type Outcome, undecided, warning } from '../rule';
import { managedPolicy, wideStatement } from '../wide-statement';

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
      for (const arn of managed) yield* managedPolicy(role, arn);
      for (const statement of statements)
        yield* wideStatement(statement, (action) => FORBIDDEN.some((pattern) => pattern.test(action)));
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

const FORBIDDEN = [...ESCALATING, /^kms:(schedulekeydeletion|disablekey|putkeypolicy)$/];

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
