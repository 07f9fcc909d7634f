import { App, Aws, CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { CfnManagedPolicy, CfnPolicy, CfnRole, CfnRolePolicy } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { FourLayerChecks } from '../../lib/nag/four-layer-checks';

const WIDE = { Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }] };
const TRUST = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

interface Parts {
  readonly role: CfnRole;
  readonly fn: CfnFunction;
  /** Where the role is not. */
  readonly other: Stack;
}

function parameter(role: CfnRole): string {
  return new CfnParameter(role.stack, 'Name').valueAsString;
}

function conditional(role: CfnRole, yes: unknown, no: unknown): object {
  const condition = new CfnCondition(role.stack, 'Prod', { expression: Fn.conditionEquals(parameter(role), 'prod') });
  return { 'Fn::If': [condition.logicalId, yes, no] };
}

function attached(role: CfnRole, roles: unknown): CfnResource {
  const properties = { PolicyDocument: WIDE, Roles: roles };
  return new CfnResource(role.stack, 'P', { type: 'AWS::IAM::Policy', properties });
}

/** What LP06 says about the role of a tool whose parts are in three stacks. */
function lp06(change: (parts: Parts) => void): 'pass' | 'finding' | 'undecided' {
  const app = new App();
  const [roles, functions, gateway] = ['Roles', 'Functions', 'Gateway'].map((id) => new Stack(app, id));
  const role = new CfnRole(roles!, 'Role', { assumeRolePolicyDocument: TRUST, roleName: 'tool' });
  const fn = new CfnFunction(functions!, 'Fn', { code: { zipFile: 'x' }, role: role.attrArn });
  new CfnGatewayTarget(gateway!, 'Target', {
    name: 'orders',
    targetConfiguration: { mcp: { lambda: { lambdaArn: fn.attrArn, toolSchema: { inlinePayload: [] } } } },
  });
  change({ role, fn, other: gateway! });
  app.synth();
  const own = new FourLayerChecks().validateScope(app).violations.filter(({ ruleName }) => /LP06/.test(ruleName));
  if (own.length === 0) return 'pass';
  return own.every(({ ruleName }) => ruleName.includes('Unknown')) ? 'undecided' : 'finding';
}

test.each<[string, (parts: Parts) => void, ReturnType<typeof lp06>]>([
  ['nothing', () => {}, 'pass'],
  ['an inline policy', ({ role }) => (role.policies = [{ policyName: 'p', policyDocument: WIDE }]), 'finding'],
  [
    'an attached policy of another stack',
    ({ role, other }) => new CfnPolicy(other, 'P', { policyName: 'p', policyDocument: WIDE, roles: [role.ref] }),
    'finding',
  ],
  [
    'an attached policy by the name of the role',
    ({ other }) => new CfnPolicy(other, 'P', { policyName: 'p', policyDocument: WIDE, roles: ['tool'] }),
    'finding',
  ],
  [
    'a policy attached to another role',
    ({ other }) => new CfnPolicy(other, 'P', { policyName: 'p', policyDocument: WIDE, roles: ['someone'] }),
    'pass',
  ],
  [
    'a managed policy that names the role',
    ({ role, other }) => new CfnManagedPolicy(other, 'P', { policyDocument: WIDE, roles: [role.ref] }),
    'finding',
  ],
  [
    'a managed policy that the role names',
    ({ role }) => {
      const policy = new CfnManagedPolicy(role.stack, 'P', { policyDocument: WIDE });
      role.managedPolicyArns = [policy.ref];
    },
    'finding',
  ],
  [
    'a managed policy of somebody else',
    ({ role }) => (role.managedPolicyArns = [`arn:aws:iam::${Aws.ACCOUNT_ID}:policy/shared`]),
    'undecided',
  ],
  [
    'a role policy resource',
    ({ role, other }) => new CfnRolePolicy(other, 'P', { policyName: 'p', roleName: role.ref, policyDocument: WIDE }),
    'finding',
  ],
  [
    'an override of a property',
    ({ role }) => role.addPropertyOverride('Policies', [{ PolicyDocument: WIDE }]),
    'finding',
  ],
  [
    'an override of the whole resource',
    ({ role }) => role.addOverride('Properties.Policies', [{ PolicyDocument: WIDE }]),
    'finding',
  ],
  [
    'an override that deletes',
    ({ role }) => {
      role.policies = [{ policyName: 'p', policyDocument: WIDE }];
      role.addPropertyDeletionOverride('Policies');
    },
    'pass',
  ],
  [
    'a policy attached in one case of a condition',
    ({ role }) => attached(role, conditional(role, [role.ref], [])),
    'finding',
  ],
  ['a policy attached to what a parameter says', ({ role }) => attached(role, parameter(role)), 'undecided'],
  [
    'a policy attached to a piece of the ARN',
    ({ role }) => attached(role, [Fn.select(1, Fn.split('/', role.attrArn))]),
    'undecided',
  ],
  [
    'a policy that exists in one case of a condition',
    ({ role }) => {
      const policy = attached(role, [role.ref]);
      conditional(role, 1, 2);
      policy.cfnOptions.condition = role.stack.node.findChild('Prod') as CfnCondition;
    },
    'finding',
  ],
  [
    'an inline policy in one case of a condition',
    ({ role }) =>
      role.addPropertyOverride('Policies', conditional(role, [{ PolicyDocument: WIDE }], { Ref: 'AWS::NoValue' })),
    'finding',
  ],
  [
    'a role policy of a role that a parameter names',
    ({ role }) =>
      new CfnResource(role.stack, 'P', {
        type: 'AWS::IAM::RolePolicy',
        properties: { RoleName: parameter(role), PolicyDocument: WIDE },
      }),
    'undecided',
  ],
  [
    'a raw resource',
    ({ other }) =>
      new CfnResource(other, 'P', { type: 'AWS::IAM::Policy', properties: { PolicyDocument: WIDE, Roles: ['tool'] } }),
    'finding',
  ],
  [
    'a role by an export of its stack',
    ({ role, fn }) => {
      role.policies = [{ policyName: 'p', policyDocument: WIDE }];
      new CfnOutput(role.stack, 'Out', { value: role.attrArn, exportName: 'tool-role' });
      fn.role = Fn.importValue('tool-role');
    },
    'finding',
  ],
  ['a role by an import from elsewhere', ({ fn }) => (fn.role = Fn.importValue('elsewhere')), 'undecided'],
])('%s', (_name, change, expected) => {
  expect(lp06(change)).toBe(expected);
});
