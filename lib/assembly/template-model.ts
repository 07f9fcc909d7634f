import { OrderedIndex } from '../core/ordered-index';
import { type CloudFormationResource, isObject, own } from './cloudformation';
import { type ConditionWorld, NO_WORLD, worldsOf } from './conditions';
import { withPolicyDocuments } from './policy-documents';
import type { Assembly, StackTemplate } from './read-assembly';
import { isUnknown, Resolver, Unknown } from './resolve';

/** A resource with its properties resolved as far as the template decides them. */
export interface ModelResource {
  readonly stack: StackTemplate;
  readonly logicalId: string;
  readonly type: string;
  /** A plain object, or Unknown. Read it with `property`. */
  readonly properties: unknown;
  readonly metadata: unknown;
}

class LazyResource implements ModelResource {
  public readonly type: string;
  private resolved: unknown;
  private resolvedMetadata: unknown;

  public constructor(
    private readonly resolver: Resolver,
    public readonly stack: StackTemplate,
    public readonly logicalId: string,
    private readonly resource: CloudFormationResource,
  ) {
    this.type = resource.Type;
  }

  public get properties(): unknown {
    this.resolved ??= withPolicyDocuments(this.resolver.resolve(this.stack, this.resource.Properties ?? {}));
    return this.resolved;
  }

  public get metadata(): unknown {
    this.resolvedMetadata ??= this.resolver.resolve(this.stack, this.resource.Metadata ?? {});
    return this.resolvedMetadata;
  }
}

/** One statement of a role, wherever it was written. */
export interface RoleStatement {
  readonly effect: string | Unknown;
  readonly actions: readonly (string | Unknown)[];
  readonly notActions: readonly (string | Unknown)[];
  readonly resources: readonly (string | Unknown)[];
  readonly notResources: readonly (string | Unknown)[];
  readonly condition: unknown;
  /** Language version of the policy; before `2012-10-17` it has no variables. */
  readonly version: unknown;
  /** The resource that holds the statement, for findings. */
  readonly holder: ModelResource;
  /** Where in the holder: `Properties.PolicyDocument.Statement.0`. */
  readonly path: string;
}

/** All policies of one role, merged. */
export interface RoleStatements {
  readonly statements: readonly RoleStatement[];
  /** Documents or statements that cannot be read. */
  readonly unknown: readonly Unknown[];
  /** ARNs of managed policies whose documents are not in the assembly, or Unknown. */
  readonly managed: readonly unknown[];
}

/** Everything rules may ask of an assembly. Cross-stack references are followed. */
export class TemplateModel {
  public readonly resources: readonly ModelResource[];
  private readonly byKey: ReadonlyMap<string, ModelResource>;
  private readonly types = new Map<string, ModelResource[]>();
  private readonly followed = new Map<string, { resource: ModelResource; attribute?: string } | undefined>();
  private readonly byRole = new Map<ModelResource, RoleStatements>();

  /** One model for every combination of conditions that makes a difference to resources of relevant types. */
  public static each(assembly: Assembly, isRelevant: (type: string) => boolean): TemplateModel[] {
    const resolver = new Resolver(assembly.stacks);
    const worlds = worldsOf(assembly.stacks, isRelevant, (stack, value) => resolver.resolve(stack, value));
    return worlds.map((world) => new TemplateModel(assembly, world));
  }

  public constructor(
    public readonly assembly: Assembly,
    world: ConditionWorld = NO_WORLD,
  ) {
    const resolver = new Resolver(assembly.stacks, world);
    this.resources = assembly.stacks.flatMap((stack) =>
      Object.entries(stack.template.Resources)
        .filter(([, { Condition }]) => Condition === undefined || resolver.holds(stack, Condition) !== false)
        .map(([logicalId, resource]) => new LazyResource(resolver, stack, logicalId, resource)),
    );
    this.byKey = new Map(this.resources.map((resource) => [keyOf(resource), resource]));
    for (const resource of this.resources) {
      const same = this.types.get(resource.type);
      if (same === undefined) this.types.set(resource.type, [resource]);
      else same.push(resource);
    }
  }

  public ofType(type: string): readonly ModelResource[] {
    return this.types.get(type) ?? [];
  }

  /** The resource that a resolved value is a reference to, if it is one and nothing else. */
  public referenced(value: unknown): ModelResource | undefined {
    return this.reference(value)?.resource;
  }

  public reference(value: unknown): { resource: ModelResource; attribute?: string } | undefined {
    if (typeof value !== 'string' || !value.startsWith('${')) return undefined;
    // Every rule follows the same few references again and again.
    if (!this.followed.has(value)) {
      const match = /^\$\{([^${}]+:[^${}.]+)(?:\.([^${}]+))?\}$/.exec(value);
      const resource = match === null ? undefined : this.byKey.get(match[1]!);
      this.followed.set(value, resource === undefined ? undefined : { resource, attribute: match![2] });
    }
    return this.followed.get(value);
  }

  private identity: RoleStatement[] | undefined;
  private readonly unreadIdentity: { readonly holder: ModelResource; readonly path: string; readonly why: Unknown }[] =
    [];

  /** Documents and statements of identity policies that cannot be read. */
  public unreadIdentityPolicies(): readonly { holder: ModelResource; path: string; why: Unknown }[] {
    this.identityStatements();
    return this.unreadIdentity;
  }

  /** Statements of every identity policy: of roles, users and groups, attached and managed ones. */
  public identityStatements(): readonly RoleStatement[] {
    if (this.identity === undefined) {
      const documents = [
        ...['AWS::IAM::Role', 'AWS::IAM::User', 'AWS::IAM::Group'].flatMap((type) =>
          this.ofType(type).flatMap((holder) =>
            asList(property(holder, 'Policies')).map((policy, index) => ({
              holder,
              document: isUnknown(policy) ? policy : own(policy, 'PolicyDocument'),
              path: `Properties.Policies.${index}.PolicyDocument`,
            })),
          ),
        ),
        ...['Policy', 'ManagedPolicy', 'RolePolicy', 'UserPolicy', 'GroupPolicy'].flatMap((type) =>
          this.ofType(`AWS::IAM::${type}`).map((holder) => ({
            holder,
            document: property(holder, 'PolicyDocument'),
            path: 'Properties.PolicyDocument',
          })),
        ),
      ];
      this.identity = documents.flatMap(({ holder, document, path }) => {
        const list = isUnknown(document) ? [document] : asList(own(document, 'Statement'));
        return list.flatMap((statement, index) => {
          if (isUnknown(statement)) this.unreadIdentity.push({ holder, path, why: statement });
          return isObject(statement) && !isUnknown(statement)
            ? [toStatement(statement, holder, `${path}.Statement.${index}`, own(document, 'Version'))]
            : [];
        });
      });
    }
    return this.identity;
  }

  /** Statements of all policies of a role: its own, attached and managed ones. Unknown documents are in `unknown`. */
  public statementsOf(role: ModelResource): RoleStatements {
    let known = this.byRole.get(role);
    if (known === undefined) {
      known = this.readStatements(role);
      this.byRole.set(role, known);
    }
    return known;
  }

  private readStatements(role: ModelResource): RoleStatements {
    const statements: RoleStatement[] = [];
    const unknown: Unknown[] = [];
    const add = (holder: ModelResource, document: unknown, path: string) => {
      if (isUnknown(document) || !isObject(document)) {
        unknown.push(isUnknown(document) ? document : new Unknown('a policy document is missing'));
        return;
      }
      for (const [index, statement] of asList(document.Statement).entries()) {
        if (isObject(statement) && !isUnknown(statement))
          statements.push(toStatement(statement, holder, `${path}.Statement.${index}`, document.Version));
        else unknown.push(isUnknown(statement) ? statement : new Unknown('a statement is no object'));
      }
    };

    if (isUnknown(role.properties)) unknown.push(role.properties);
    for (const [index, policy] of asList(property(role, 'Policies')).entries()) {
      add(
        role,
        isUnknown(policy) ? policy : own(policy, 'PolicyDocument'),
        `Properties.Policies.${index}.PolicyDocument`,
      );
    }
    for (const policy of this.policiesThatMayBeOf(role)) {
      if (policy.type === 'AWS::IAM::RolePolicy') {
        if (this.isNameOf(role, property(policy, 'RoleName')))
          add(policy, property(policy, 'PolicyDocument'), 'Properties.PolicyDocument');
        else if (this.mayBeNameOf(role, property(policy, 'RoleName')))
          unknown.push(new Unknown(`it is not known to which role ${policy.logicalId} belongs`));
        continue;
      }
      const attached = asList(property(policy, 'Roles')).some((name) => this.isNameOf(role, name));
      const managed = asList(property(role, 'ManagedPolicyArns')).some((arn) => this.referenced(arn) === policy);
      if (attached || managed) add(policy, property(policy, 'PolicyDocument'), 'Properties.PolicyDocument');
      else if (asList(property(policy, 'Roles')).some((name) => this.mayBeNameOf(role, name)))
        unknown.push(new Unknown(`it is not known to which roles ${policy.logicalId} is attached`));
    }
    const foreign = asList(property(role, 'ManagedPolicyArns')).filter(
      (arn) => this.referenced(arn)?.type !== 'AWS::IAM::ManagedPolicy',
    );
    return { statements, unknown, managed: foreign };
  }

  private policies: OrderedIndex<ModelResource> | undefined;

  /** Policies that name a role, those that it names, and those that may name any: a role need not look at all others. */
  private policiesThatMayBeOf(role: ModelResource): ModelResource[] {
    this.policies ??= new OrderedIndex(
      ['Policy', 'ManagedPolicy', 'RolePolicy'].flatMap((type) => this.ofType(`AWS::IAM::${type}`)),
      (policy) => [
        policy,
        ...[...asList(property(policy, 'Roles')), property(policy, 'RoleName')].flatMap((name) =>
          isOpenName(name) ? OPEN : [this.referenced(name), name],
        ),
      ],
    );
    const carried = asList(property(role, 'ManagedPolicyArns')).map((arn) => this.referenced(arn) ?? arn);
    return this.policies.under([role, property(role, 'RoleName') ?? role, OPEN, ...carried]);
  }

  /** A name that only a deployment knows, or a piece of something else. */
  private mayBeNameOf(role: ModelResource, name: unknown): boolean {
    return isUnknown(name) || (isOpenName(name) && String(name).includes(keyOf(role)));
  }

  private isNameOf(role: ModelResource, name: unknown): boolean {
    if (this.referenced(name) === role) return true;
    const roleName = property(role, 'RoleName');
    return typeof roleName === 'string' && roleName === name;
  }
}

/** `property(gateway, 'AuthorizerConfiguration', 'CustomJWTAuthorizer')`; Unknown as soon as a step is unknown. */
export function property(resource: ModelResource, ...path: string[]): unknown {
  return within(resource.properties, ...path);
}

export function within(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const step of path) {
    if (isUnknown(current)) return current;
    current = Array.isArray(current) ? current[Number(step)] : own(current, step);
  }
  return current;
}

/** CloudFormation and IAM take one item in place of a list. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

const OPEN = Symbol('roles that a deployment decides');

function isOpenName(name: unknown): boolean {
  return isUnknown(name) || (typeof name === 'string' && name.startsWith('${Select:'));
}

function toStatement(
  statement: { readonly [key: string]: unknown },
  holder: ModelResource,
  path: string,
  version: unknown,
): RoleStatement {
  const texts = (value: unknown) =>
    asList(value).map((item) => (typeof item === 'string' || isUnknown(item) ? item : new Unknown('it is no text')));
  const effect = statement.Effect;
  return {
    effect: typeof effect === 'string' || isUnknown(effect) ? effect : new Unknown('the effect is missing'),
    actions: texts(statement.Action),
    notActions: texts(statement.NotAction),
    resources: texts(statement.Resource),
    notResources: texts(statement.NotResource),
    condition: statement.Condition,
    version,
    holder,
    path,
  };
}

function keyOf(resource: ModelResource): string {
  return `${resource.stack.name}:${resource.logicalId}`;
}
