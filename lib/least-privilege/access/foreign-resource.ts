import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { AddToResourcePolicyResult, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** A resource that may belong to another account, whose own policy must then allow the tool, too. */
export interface ForeignResource {
  /** For messages. */
  readonly path: string;
  readonly account: string;
  /** Adds a statement for a role to the resource's own policy. False when that cannot be done from here. */
  readonly allow: (statement: PolicyStatement, roleArn: string) => boolean;
  /** What the statement names in the policy of the resource. Left out: the ARNs of the tool's own statement. */
  readonly policyResources?: readonly string[];
}

interface OwnedResource extends IConstruct {
  readonly env: { readonly account: string };
  addToResourcePolicy?(statement: PolicyStatement): AddToResourcePolicyResult;
}

/** The resource policy of anything that has `addToResourcePolicy`. */
export function ownerOf(resource: OwnedResource, policyResources?: readonly string[]): ForeignResource {
  return {
    path: resource.node.path,
    account: resource.env.account,
    allow: (statement) => resource.addToResourcePolicy?.(statement).statementAdded ?? false,
    policyResources,
  };
}

/** Whether both accounts are known and differ. Two stacks without an account are deployed to the same one. */
export function isForeign(account: string, scope: IConstruct): boolean {
  const same = Token.compareStrings(account, Stack.of(scope).account);
  return same === TokenComparison.DIFFERENT || same === TokenComparison.ONE_UNRESOLVED;
}
