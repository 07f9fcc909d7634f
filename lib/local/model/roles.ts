import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { unresolvedIn } from '../../assembly/unresolved';
import type { IamPolicies } from '../../core/iam/evaluate';
import { many, type PolicyDocument, type Statement } from '../../core/iam/policy-document';

/** A role as it was synthesized, with everything that limits it. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly trust: PolicyDocument;
  readonly policies: Pick<IamPolicies, 'identity' | 'boundary'>;
  /** Policies that are not in the assembly, so they grant nothing here. */
  readonly missing: readonly string[];
}

const NOTHING: PolicyDocument = { Statement: [] };

/** The roles of an assembly by ARN. */
export function readRoles(assembly: ConcreteAssembly): Map<string, Role> {
  return new Map(
    assembly.ofType('AWS::IAM::Role').map((role) => [role.attribute('Arn') ?? '', readRole(assembly, role)]),
  );
}

function readRole(assembly: ConcreteAssembly, role: ConcreteResource): Role {
  const { properties } = role;
  const missing: string[] = [];
  const managed = new Map(
    assembly.ofType('AWS::IAM::ManagedPolicy').map((policy) => [policy.ref, documentOf(policy.properties)]),
  );
  const byArn = (arn: unknown): PolicyDocument => {
    const document = managed.get(String(arn));
    if (document === undefined) missing.push(String(arn));
    return document ?? NOTHING;
  };
  const attached = [...assembly.ofType('AWS::IAM::Policy'), ...assembly.ofType('AWS::IAM::ManagedPolicy')].filter(
    (policy) => list(policy.properties.Roles).includes(role.ref),
  );
  const single = assembly.ofType('AWS::IAM::RolePolicy').filter((policy) => policy.properties.RoleName === role.ref);
  const boundary = properties.PermissionsBoundary;
  return {
    name: role.ref,
    arn: role.attribute('Arn') ?? '',
    account: role.environment.account,
    trust: failClosed(properties.AssumeRolePolicyDocument),
    policies: {
      identity: [
        ...list(properties.Policies).map((policy) => documentOf(policy)),
        ...list(properties.ManagedPolicyArns).map(byArn),
        ...[...attached, ...single].map((policy) => documentOf(policy.properties)),
      ],
      // A boundary that is not known here allows nothing.
      ...(boundary === undefined ? {} : { boundary: byArn(boundary) }),
    },
    missing,
  };
}

function documentOf(holder: unknown): PolicyDocument {
  return failClosed(own(holder, 'PolicyDocument'));
}

/**
 * An `Allow` that names something unknown matches nothing by itself. A `Deny` must not shrink that way: it is taken to
 * deny everything its unknown part could stand for.
 */
export function failClosed(document: unknown): PolicyDocument {
  const statements = own(document, 'Statement');
  if (statements === undefined) return NOTHING;
  const version = own(document, 'Version');
  return {
    // Without a version a policy is of 2008 and knows no variables.
    ...(typeof version === 'string' && { Version: version }),
    Statement: many(statements as Statement)
      .filter(isObject)
      .map((statement) => widenDeny(statement as never)),
  };
}

function widenDeny(statement: Statement): Statement {
  if (statement.Effect !== 'Deny' || unresolvedIn(statement).length === 0) return statement;
  const { Effect, Sid, Principal } = statement;
  const known = (value: Statement['Action']) => (unresolvedIn(value).length === 0 ? value : undefined);
  return { Effect, Sid, Principal, Action: known(statement.Action) ?? '*', Resource: known(statement.Resource) ?? '*' };
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : [...many(value)];
}
