import { type CfnResource, Stack, Stage } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy, CfnRole, CfnRolePolicy, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { DECLARED_ACCESS } from './tool-role';

/** One statement as rendered. */
export type Statement = Readonly<Record<string, unknown>>;

/** What a role of this app allows. */
export interface RoleStatements {
  readonly statements: readonly Statement[];
  /** ARNs of policies whose statements are not part of the app. */
  readonly managedPolicies: readonly unknown[];
}

/** What each role of an app is allowed, whoever attached it and wherever. Reads what is rendered. */
export class RolePolicies {
  /** By logical id and by the name that they were given. */
  private readonly roles = new Map<string, CfnRole[]>();
  private readonly attached = new Map<CfnRole, Statement[]>();
  /** Managed policies of the app, by where they are and their logical id. */
  private readonly managed = new Map<string, readonly Statement[]>();

  public constructor(root: IConstruct) {
    const resources = root.node.findAll();
    for (const role of resources.filter((resource) => CfnRole.isCfnRole(resource))) {
      const stack = Stack.of(role);
      for (const name of [stack.resolve(role.logicalId), stack.resolve(role.roleName)])
        if (typeof name === 'string') this.roles.set(name, [...(this.roles.get(name) ?? []), role]);
    }
    for (const resource of resources) {
      if (CfnManagedPolicy.isCfnManagedPolicy(resource)) this.addManaged(resource);
      else if (CfnPolicy.isCfnPolicy(resource)) this.attach(resource, propertiesOf(resource).Roles);
      else if (CfnRolePolicy.isCfnRolePolicy(resource)) this.attach(resource, [propertiesOf(resource).RoleName]);
    }
  }

  /** All that a role allows; `undefined` for a role that is made elsewhere. */
  public of(role: IRole): RoleStatements | undefined {
    const own = role.node.findAll().find((resource) => CfnRole.isCfnRole(resource));
    if (own === undefined) return undefined;
    return this.allOf(own, () => true);
  }

  /** What was added to a generated role, beside its declared access. */
  public addedTo(scope: IConstruct): RoleStatements {
    const own = scope.node
      .tryFindChild('Role')
      ?.node.findAll()
      .find((resource) => CfnRole.isCfnRole(resource));
    if (own === undefined) return { statements: [], managedPolicies: [] };
    return this.allOf(own, (name) => name !== DECLARED_ACCESS);
  }

  private allOf(role: CfnRole, isAsked: (policyName: unknown) => boolean): RoleStatements {
    const { Policies = [], ManagedPolicyArns = [] } = propertiesOf(role) as {
      readonly Policies?: readonly { readonly PolicyName?: unknown; readonly PolicyDocument?: unknown }[];
      readonly ManagedPolicyArns?: readonly unknown[];
    };
    const known = (arn: unknown) => this.managed.get(keyOf(role, refOf(arn)));
    return {
      statements: [
        ...Policies.filter(({ PolicyName }) => isAsked(PolicyName)).flatMap((policy) => statementsIn(policy)),
        ...(this.attached.get(role) ?? []),
        ...ManagedPolicyArns.flatMap((arn) => known(arn) ?? []),
      ],
      managedPolicies: ManagedPolicyArns.filter((arn) => known(arn) === undefined),
    };
  }

  private addManaged(policy: CfnManagedPolicy): void {
    this.managed.set(keyOf(policy, Stack.of(policy).resolve(policy.logicalId)), statementsIn(propertiesOf(policy)));
    this.attach(policy, propertiesOf(policy).Roles);
  }

  private attach(policy: CfnResource, roles: unknown): void {
    for (const named of Array.isArray(roles) ? roles : []) {
      const name = refOf(named) ?? (typeof named === 'string' ? named : '');
      const candidates = (this.roles.get(name) ?? []).filter((role) => Stage.of(role) === Stage.of(policy));
      const here = candidates.filter((role) => Stack.of(role) === Stack.of(policy));
      for (const role of here.length > 0 ? here : candidates) {
        const before = this.attached.get(role) ?? [];
        this.attached.set(role, [...before, ...statementsIn(propertiesOf(policy))]);
      }
    }
  }
}

function refOf(value: unknown): string | undefined {
  return (value as { readonly Ref?: string } | null)?.Ref;
}

function keyOf(construct: IConstruct, logicalId: string | undefined): string {
  return `${Stack.of(construct).node.path} ${logicalId}`;
}

function statementsIn(policy: { readonly PolicyDocument?: unknown }): readonly Statement[] {
  const statements = (policy.PolicyDocument as { readonly Statement?: unknown } | undefined)?.Statement ?? [];
  return (Array.isArray(statements) ? statements : [statements]) as readonly Statement[];
}

/** Properties as the template has them, with what was overridden. */
function propertiesOf(resource: CfnResource): Readonly<Record<string, unknown>> {
  const rendering = resource as unknown as { _toCloudFormation(): { Resources: object } };
  const stack = Stack.of(resource);
  const resources = stack.resolve(rendering._toCloudFormation().Resources) as Record<string, { Properties?: object }>;
  return (resources[stack.resolve(resource.logicalId)]?.Properties ?? {}) as Readonly<Record<string, unknown>>;
}
