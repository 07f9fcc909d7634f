import type { RequestContext } from './conditions';
import { evaluate, type IamDecision } from './evaluate';
import { matchesAction, patternsIntersect } from './match';
import type { ConditionBlock, PolicyDocument } from './policy-document';

/** A statement of a role with what the template leaves open as `${…}`, e.g. `${Stack:Orders.Arn}/index/*`. */
export interface RoleStatementText {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly condition?: ConditionBlock;
  /** Where it is written, for messages. */
  readonly at: string;
}

/** What a proof is about. */
export interface ProofTarget {
  /** ARN, as the role's statements write it. */
  readonly arn: string;
  /** IAM prefix, e.g. `dynamodb`. */
  readonly service: string;
  /** Name of the resource, where the template fixes it. Without it, a literal ARN of the service may be the target. */
  readonly name?: string;
}

export interface Proof {
  /** Whether it holds for every request there can be. */
  readonly proven: boolean;
  /** What stands against it. */
  readonly reasons: readonly string[];
}

/** Actions that let a role act through something else. */
const INDIRECT = [
  'iam:*',
  'sts:AssumeRole*',
  'lambda:Invoke*',
  'lambda:Update*',
  'lambda:Create*',
  'lambda:AddPermission',
  'states:Start*',
  'kms:CreateGrant',
  'cloudformation:*',
  'ssm:SendCommand',
  'ssm:StartAutomationExecution',
  'events:PutTargets',
  'scheduler:CreateSchedule',
  'bedrock-agentcore:*',
];

/** What can be shown of one role, from its statements alone. Conditions are taken as if they always held. */
export class RoleProofs {
  public constructor(
    public readonly name: string,
    private readonly statements: readonly RoleStatementText[],
    /** Policies of the role that are not known: with one of them nothing can be shown. */
    public readonly unknown: readonly string[],
    /** Statements of the permissions boundary; a text when it is not known, which only {@link allows} has to care about. */
    private readonly boundary?: readonly RoleStatementText[] | string,
  ) {}

  /**
   * No request of this role reaches the resource, nor anything below its ARN. `accepted` are actions of
   * {@link indirectPaths} that are fine, e.g. `lambda:InvokeFunction`.
   */
  public cannotReach(target: ProofTarget, accepted: readonly string[] = []): Proof {
    const reasons = [...this.unknown];
    for (const statement of this.allowing()) {
      if (!mayNameService(statement, target.service)) continue;
      for (const resource of statement.resources) {
        const verdict = relation(resource, target);
        if (verdict !== 'apart') {
          reasons.push(`${statement.at} ${verdict === 'same' ? 'reaches' : 'may reach'} ${target.arn} by ${resource}`);
        }
      }
      if (statement.notResources.length > 0) reasons.push(`${statement.at} allows all but some resources`);
    }
    const open = this.indirectPaths().filter((path) => !accepted.some((action) => path.startsWith(`${action} on `)));
    reasons.push(...open.map((path) => `it may act through something else: ${path}`));
    return { proven: reasons.length === 0, reasons };
  }

  /** The role allows none but these actions; patterns such as `dynamodb:Get*` may be given. */
  public canOnly(actions: readonly string[]): Proof {
    const reasons = [...this.unknown];
    for (const statement of this.allowing()) {
      if (statement.notActions.length > 0) reasons.push(`${statement.at} allows all but some actions`);
      for (const action of statement.actions) {
        // A pattern must be named itself: that it matches an allowed one says nothing of the others.
        const isNamed = actions.some(
          (allowed) =>
            allowed.toLowerCase() === action.toLowerCase() || (!/[*?]/.test(action) && matchesAction(allowed, action)),
        );
        if (!isNamed) reasons.push(`${statement.at} allows ${action}`);
      }
    }
    return { proven: reasons.length === 0, reasons };
  }

  /** The decision on one request, with the resource written as the statements write it. Unknown policies allow nothing. */
  public decide(action: string, resource: string, context: RequestContext = {}): IamDecision {
    const principal = { kind: 'role', arn: this.name, account: 'own' } as const;
    const boundary = typeof this.boundary === 'object' ? documentOf(this.boundary) : undefined;
    return evaluate(
      { principal, action, resource: withoutAtoms(resource), context },
      { identity: [documentOf(this.statements)], ...(boundary && { boundary }) },
    );
  }

  public allows(action: string, resource: string, context: RequestContext = {}): boolean {
    return this.doubts.length === 0 && this.decide(action, resource, context).decision === 'allow';
  }

  /** Why it cannot be said that the role allows anything. */
  public get doubts(): readonly string[] {
    return typeof this.boundary === 'string' ? [...this.unknown, this.boundary] : this.unknown;
  }

  /**
   * The role does not allow this request. A statement about a resource of which the template does not tell whether it is
   * this one stands against it, as does everything that is not known.
   */
  public denies(action: string, target: ProofTarget, context: RequestContext = {}): Proof {
    const reasons = [...this.unknown];
    if (this.decide(action, target.arn, context).decision === 'allow') reasons.push('a statement allows it');
    for (const statement of this.allowing().filter((each) => mayName(each, action))) {
      if (statement.effect !== 'Allow') reasons.push(`it is not known whether ${statement.at} allows it`);
      for (const resource of statement.resources) {
        if (relation(resource, target) === 'unknown') reasons.push(`${statement.at} may allow it by ${resource}`);
      }
    }
    return { proven: reasons.length === 0, reasons };
  }

  /** Ways to act through another role, function or service: `lambda:InvokeFunction on ${Stack:Fn.Arn}`. */
  public indirectPaths(): string[] {
    return this.allowing().flatMap((statement) => {
      const where = statement.resources.join(', ') || 'all but some resources';
      const named = statement.actions.filter((action) => INDIRECT.some((path) => meet(path, action)));
      // Exceptions close a path only when they cover all of it.
      const left = INDIRECT.filter(
        (path) => isOn(statement, path.split(':')[0]!) && !statement.notActions.some((action) => covers(action, path)),
      );
      return [...named, ...(statement.notActions.length > 0 ? left : [])].map((action) => `${action} on ${where}`);
    });
  }

  private allowing(): readonly RoleStatementText[] {
    return this.statements.filter(({ effect }) => effect !== 'Deny');
  }
}

function mayName({ actions, notActions }: RoleStatementText, action: string): boolean {
  if (notActions.length > 0) return !notActions.some((pattern) => matchesAction(pattern, action));
  return actions.some((pattern) => matchesAction(pattern, action));
}

function mayNameService(statement: RoleStatementText, service: string): boolean {
  if (statement.notActions.length > 0)
    return !statement.notActions.some((action) => action === '*' || action.toLowerCase() === `${service}:*`);
  return statement.actions.some((action) => patternsIntersect(action.toLowerCase(), `${service}:*`));
}

function documentOf(statements: readonly RoleStatementText[]): PolicyDocument {
  const Statement = statements.map((statement) => ({
    Sid: statement.at,
    Effect: statement.effect,
    ...(statement.actions.length > 0 && { Action: statement.actions }),
    ...(statement.notActions.length > 0 && { NotAction: statement.notActions }),
    ...(statement.resources.length > 0 && { Resource: statement.resources.map(withoutAtoms) }),
    ...(statement.notResources.length > 0 && { NotResource: statement.notResources.map(withoutAtoms) }),
    ...(statement.condition && { Condition: statement.condition }),
  }));
  return { Version: '2012-10-17', Statement };
}

function meet(a: string, b: string): boolean {
  return patternsIntersect(a.toLowerCase(), b.toLowerCase());
}

/** Whether a statement may name resources of a service. */
function isOn(statement: RoleStatementText, service: string): boolean {
  const services = statement.resources.map((resource) => /^arn:[^:]*:([^:]*):/.exec(resource)?.[1] ?? '*');
  return statement.notResources.length > 0 || services.some((each) => patternsIntersect(each, service));
}

/** Whether a pattern of actions takes in all of another one. */
function covers(wide: string, narrow: string): boolean {
  // A star of the narrow one may stand for anything, so it is matched as a character that only a star takes.
  return matchesAction(wide, narrow.replaceAll('*', '\u0001'));
}

/** `${aws:PrincipalTag/team}` and `${*}`: what a request fills in, and no reference of the template. */
const POLICY_VARIABLE =
  /\$\{(?:[*?$]|(?:[aA][wW][sS]|s3|sts|saml|ec2|dynamodb|cognito-identity[\w.-]*|[\w-]+(?:\.[\w-]+)+):(?!:)[^${}]*)\}/g;

/** What the template leaves open is a value of its own here, no policy variable. */
function withoutAtoms(text: string): string {
  return text.replace(/\$\{([^{}]*[:.][^{}]*)\}/g, (whole, inner: string) =>
    new RegExp(POLICY_VARIABLE.source).test(whole) ? whole : `<${inner}>`,
  );
}

/** An atom of the template: `${Stack:LogicalId}` or `${Stack:LogicalId.Attribute}`, not `${AWS::Region}`. */
const ATOM = /\$\{(?!AWS::)([^${}]+?:[^${}.]+)(?:\.[^${}]+)?\}/;

/** The whole ARN of a resource, or its name as all that follows the type; below it anything may stand. */
const WHOLE = /^(?:arn:[^:]*:[^:*?]+:[^:]*:[^:]*:(?:[a-z-]+[/:])?)?\$\{[^{}]+\}(?:[/:].*)?$/;

/** How a resource pattern and a target are related: `unknown` when what is open decides. */
function relation(text: string, target: ProofTarget): 'same' | 'apart' | 'unknown' {
  const pattern = text.replace(POLICY_VARIABLE, '*');
  const parts = [target.arn, `${target.arn}/*`, `${target.arn}:*`];
  if (parts.some((each) => patternsIntersect(pattern, each))) return 'same';
  const [own, other] = [ATOM.exec(target.arn)?.[1], ATOM.exec(pattern)?.[1]];
  if (own !== undefined && own === other) return 'unknown';
  // Two resources of the template are two resources, where the pattern names the other one and no more.
  if (own !== undefined && other !== undefined && WHOLE.test(pattern) && !isObjectOfBucket(pattern)) return 'apart';
  const open = pattern.replace(/\$\{[^}]*\}/g, '*');
  const service = /^arn:[^:]*:([^:]*):/.exec(open)?.[1];
  if (service !== undefined && !patternsIntersect(service, target.service)) return 'apart';
  if (own === undefined) return open === pattern ? 'apart' : 'unknown';
  if (target.name === undefined) return 'unknown';
  // The name ends the ARN, or something below it follows. That of a bucket stands at the beginning.
  const { name, service: kind } = target;
  const bucket = kind === 's3' ? /^arn:[^:*?]*:s3:[^:]*:[^:]*:(.*)$/.exec(open)?.[1] : undefined;
  const heads = bucket === undefined ? ['*/', '*:'] : [''];
  const names = heads.flatMap((head) => ['', '/*', ':*'].map((below) => `${head}${name}${below}`));
  return names.some((each) => patternsIntersect(bucket ?? open, each)) ? 'unknown' : 'apart';
}

/** In `arn:aws:s3:::orders/${…}` the bucket is fixed, and what is open is a key. */
function isObjectOfBucket(pattern: string): boolean {
  return /^arn:[^:]*:s3:::[^$]/.test(pattern);
}
