import { Stack } from 'aws-cdk-lib';
import { CfnPolicy, CfnRole, type IRole } from 'aws-cdk-lib/aws-iam';

/** What a role of this app allows; `undefined` for a role that is made elsewhere. */
export interface RoleStatements {
  readonly statements: unknown[];
  readonly managedPolicies: unknown[];
}

/** All statements of a role that was not generated here, whoever added them to it. */
export function roleStatements(role: IRole): RoleStatements | undefined {
  const stack = Stack.of(role);
  const resources = role.node.findAll();
  const own = resources.find((resource) => CfnRole.isCfnRole(resource));
  if (own === undefined) return undefined;
  const { policies, managedPolicyArns } = stack.resolve({
    policies: own.policies ?? [],
    managedPolicyArns: own.managedPolicyArns ?? [],
  });
  const documents = [
    ...policies.map(({ policyDocument }: { policyDocument: unknown }) => policyDocument),
    ...resources
      .filter((resource) => CfnPolicy.isCfnPolicy(resource))
      .map(({ policyDocument }) => stack.resolve(policyDocument)),
  ];
  return { statements: documents.flatMap((document) => document?.Statement ?? []), managedPolicies: managedPolicyArns };
}
