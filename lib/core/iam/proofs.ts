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
    const Statement = this.statements.map((statement) => ({
      Sid: statement.at,
      Effect: statement.effect,
      ...(statement.actions.length > 0 && { Action: statement.actions }),
      ...(statement.notActions.length > 0 && { NotAction: statement.notActions }),
      ...(statement.resources.length > 0 && { Resource: statement.resources.map(withoutVariables) }),
      ...(statement.notResources.length > 0 && { NotResource: statement.notResources.map(withoutVariables) }),
      ...(statement.condition && { Condition: statement.condition }),
    }));
    const document: PolicyDocument = { Version: '2012-10-17', Statement };
    const principal = { kind: 'role', arn: this.name, account: 'own' } as const;
    return evaluate({ principal, action, resource: withoutVariables(resource), context }, { identity: [document] });
  }

  public allows(action: string, resource: string, context: RequestContext = {}): boolean {
    return this.unknown.length === 0 && this.decide(action, resource, context).decision === 'allow';
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
    return this.allowing().flatMap((statement) =>
      statement.actions
        .filter((action) => INDIRECT.some((path) => patternsIntersect(path.toLowerCase(), action.toLowerCase())))
        .map((action) => `${action} on ${statement.resources.join(', ') || 'all but some resources'}`),
    );
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

/** What the template leaves open is a value of its own here, no policy variable. */
function withoutVariables(text: string): string {
  return text.replace(/\$\{([^{}]*[:.][^{}]*)\}/g, (whole, inner: string) =>
    /^(aws|s3|sts|saml|cognito-identity|dynamodb):/.test(inner) ? whole : `<${inner}>`,
  );
}

/** An atom of the template: `${Stack:LogicalId}` or `${Stack:LogicalId.Attribute}`, not `${AWS::Region}`. */
const ATOM = /\$\{(?!AWS::)([^${}]+?:[^${}.]+)(?:\.[^${}]+)?\}/;

/** How a resource pattern and a target are related: `unknown` when what is open decides. */
function relation(pattern: string, target: ProofTarget): 'same' | 'apart' | 'unknown' {
  const below = [target.arn, `${target.arn}/*`, `${target.arn}:*`];
  if (below.some((text) => patternsIntersect(pattern, text))) return 'same';
  const [own, other] = [ATOM.exec(target.arn)?.[1], ATOM.exec(pattern)?.[1]];
  // Whole ARNs of two resources of the template are two resources.
  if (own !== undefined && other !== undefined && own !== other) {
    return /^\$\{/.test(pattern) || /[/:]\$\{[^}]+\}([/:].*)?$/.test(pattern) ? 'apart' : 'unknown';
  }
  if (own !== undefined && own === other) return 'unknown';
  const open = pattern.replace(/\$\{[^}]*\}/g, '*');
  const service = /^arn:[^:]*:([^:]*):/.exec(open)?.[1];
  if (service !== undefined && !patternsIntersect(service, target.service)) return 'apart';
  if (own === undefined) return open === pattern ? 'apart' : 'unknown';
  if (target.name === undefined) return 'unknown';
  // The name ends the ARN, or something below it follows.
  const names = [
    `*/${target.name}`,
    `*:${target.name}`,
    `*/${target.name}/*`,
    `*:${target.name}:*`,
    `*:${target.name}/*`,
  ];
  return names.some((name) => patternsIntersect(open, name)) ? 'unknown' : 'apart';
}
