import { type ToolRoles, rolesOf as toolRolesOf } from '../assembly/tool-roles';
import type { RequestContext } from '../core/iam/conditions';
import type { Proof, ProofTarget, RoleProofs } from '../core/iam/proofs';
import { ExpectationError } from './expectation-error';
import { type ConstructLike, readSubject, type Subject, stackNameOf } from './subject';

/** A resource to prove something about: a construct of the app, or its logical id. */
export type ProofSubject = string | ConstructLike;

/**
 * The roles of tools in a test, e.g. `rolesOf(stack).tool('order-lookup').cannotReach(ledger)`.
 *
 * Every method of {@link RoleExpectations} throws {@link ExpectationError} when it cannot be shown; what a template
 * does not decide is never taken for harmless.
 */
export function rolesOf(subject: Subject): Roles {
  const { assembly } = readSubject(subject);
  return new Roles(new RolesOfStacks(toolRolesOf(assembly), new Set(assembly.stacks.map(({ name }) => name))));
}

/** Finds what constructs stand for in an assembly. */
class RolesOfStacks {
  public constructor(
    public readonly all: ToolRoles,
    private readonly stacks: ReadonlySet<string>,
  ) {}

  public target(resource: ProofSubject): ProofTarget {
    if (typeof resource === 'string') return this.all.target(resource);
    const stack = stackNameOf(resource);
    // A template that was passed as an object does not say which stack it is of.
    return this.all.target(logicalIdOf(resource), stack !== undefined && this.stacks.has(stack) ? stack : undefined);
  }
}

/** The roles of an assembly or template. */
export class Roles {
  public constructor(private readonly roles: RolesOfStacks) {}

  /** The role of a tool, by the tool's name. Throws RangeError when there is no such tool, or more than one. */
  public tool(name: string): RoleExpectations {
    return new RoleExpectations(`the role of tool ${name}`, this.roles.all.tool(name), this.roles);
  }

  /** The role with this logical id. Throws RangeError when there is none. */
  public role(logicalId: string): RoleExpectations {
    return new RoleExpectations(`role ${logicalId}`, this.roles.all.role(logicalId), this.roles);
  }
}

/** What is expected of one role. */
export class RoleExpectations {
  public constructor(
    private readonly name: string,
    private readonly proofs: RoleProofs,
    private readonly roles: RolesOfStacks,
  ) {}

  /**
   * No request of this role reaches the resource or anything below its ARN, also not by one of {@link indirectPaths}.
   * `accepted` are actions of {@link indirectPaths} that are fine, e.g. `lambda:InvokeFunction`.
   */
  public cannotReach(resource: ProofSubject, accepted: readonly string[] = []): this {
    const target = this.roles.target(resource);
    return this.hold(`cannot reach ${target.arn}`, this.proofs.cannotReach(target, accepted));
  }

  /** The role allows none but these actions; patterns such as `dynamodb:Get*` may be given. */
  public canOnly(actions: readonly string[]): this {
    return this.hold(`can only ${actions.join(', ')}`, this.proofs.canOnly(actions));
  }

  /**
   * The role allows this request; `resource` is a construct, a logical id or an ARN. The context holds all condition keys
   * that the request has. Throws RangeError for what is no action of IAM.
   */
  public allows(action: string, resource: ProofSubject, context: RequestContext = {}): this {
    const target = this.target(resource, action);
    return this.hold(`allows ${action} on ${target.arn}`, this.proofs.allows(action, target, context));
  }

  /**
   * The role does not allow this request, whatever condition keys it has besides those of the context. A construct or
   * logical id stands for all below its ARN, too: objects of a bucket, indexes of a table. What is not known fails the
   * expectation. Throws RangeError for what is no action of IAM.
   */
  public denies(action: string, resource: ProofSubject, context: RequestContext = {}): this {
    const target = this.target(resource, action);
    return this.hold(`denies ${action} on ${target.arn}`, this.proofs.denies(action, target, context));
  }

  /**
   * Known ways to act through another role, function or service: `lambda:InvokeFunction on ${Stack:Fn.Arn}`. It is a list,
   * so there may be others.
   */
  public indirectPaths(): string[] {
    return this.proofs.indirectPaths();
  }

  private target(resource: ProofSubject, action: string): ProofTarget {
    // It equals no resource, so it would be denied whatever the role says.
    if (typeof resource === 'string' && resource.includes('${Token['))
      throw new TypeError(`${resource} stands for a value of the CDK; pass the construct, its logical id or an ARN`);
    const isArn = typeof resource === 'string' && /^(arn:|\$\{)/.test(resource);
    return isArn ? { arn: resource, service: action.split(':')[0]!, alone: true } : this.roles.target(resource);
  }

  private hold(expected: string, { proven, reasons }: Proof): this {
    if (!proven) throw this.error(expected, reasons);
    return this;
  }

  private error(expected: string, reasons: readonly string[]): ExpectationError {
    const lines = [...new Set(reasons)].map((reason) => `  - ${reason}`);
    return new ExpectationError([`expected that ${this.name} ${expected}`, '', ...lines].join('\n'));
  }
}

interface ElementLike {
  readonly logicalId: string;
  readonly stack: { resolve(value: unknown): unknown };
}

/** Of the resource that a construct stands for: itself, or its default child. */
function logicalIdOf(construct: ConstructLike): string {
  const { node } = construct as { readonly node: { readonly defaultChild?: object; readonly path?: string } };
  for (const each of [construct, node.defaultChild]) {
    if (each === undefined || !('logicalId' in each) || !('stack' in each)) continue;
    const { logicalId, stack } = each as ElementLike;
    return String(stack.resolve(logicalId));
  }
  throw new TypeError(`the construct ${node.path} stands for no single resource; pass the logical id`);
}
