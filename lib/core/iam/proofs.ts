import type { RequestContext } from './conditions';
import { evaluate } from './evaluate';
import { matchesAction, patternsIntersect } from './match';
import { actionsOfOperation, isKnownAction, isKnownService } from './operation-map';
import { type PolicyDocument, type PrincipalElement, type Statement, statementsOf } from './policy-document';
import { type OwnerOf, type ProofTarget, relation, withoutAtoms } from './relation';
import { type Question, type RoleStatementText, verdictOf } from './statement-verdict';

export type { ProofTarget } from './relation';
export type { RoleStatementText } from './statement-verdict';

export interface Proof {
  /** Whether it holds for every request there can be. */
  readonly proven: boolean;
  /** What stands against it. */
  readonly reasons: readonly string[];
}

/** Actions that let a role act through something else. A list of those that are known, not of all there are. */
const INDIRECT = [
  'appsync:GraphQL',
  'bedrock-agentcore:*',
  'bedrock:InvokeAgent',
  'bedrock:InvokeFlow',
  'bedrock:InvokeInlineAgent',
  'cloudformation:*',
  'codebuild:StartBuild*',
  'dax:*',
  'ecs:ExecuteCommand',
  'ecs:RunTask',
  'events:PutEvents',
  'events:PutRule',
  'events:PutTargets',
  'execute-api:Invoke',
  'glue:StartJobRun',
  'iam:*',
  'kms:CreateGrant',
  'kms:PutKeyPolicy',
  'lambda:AddPermission',
  'lambda:Create*',
  'lambda:Invoke*',
  'lambda:Update*',
  's3-object-lambda:*',
  'scheduler:CreateSchedule',
  'scheduler:UpdateSchedule',
  'sns:Publish',
  'sqs:SendMessage',
  'ssm:SendCommand',
  'ssm:StartAutomationExecution',
  'ssm:StartSession',
  'states:RedriveExecution',
  'states:Start*',
  'sts:AssumeRole*',
  'sts:GetFederationToken',
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
    private readonly ownerOf: OwnerOf = () => undefined,
    /** Statements with which policies of resources leave it to the account who is allowed. They grant nothing themselves. */
    private readonly delegations: readonly RoleStatementText[] = [],
  ) {}

  /**
   * No request of this role reaches the resource, nor anything below its ARN, itself or by one of the
   * {@link indirectPaths}. `accepted` are actions of these that are fine, e.g. `lambda:InvokeFunction`.
   */
  public cannotReach(target: ProofTarget, accepted: readonly string[] = []): Proof {
    const reasons = [...this.unknown];
    for (const statement of this.allowing()) {
      if (!mayNameService(statement, target.service)) continue;
      for (const resource of statement.resources) {
        const verdict = relation(resource, target, this.ownerOf);
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

  /**
   * The role allows this request, whose condition keys are those of the context. What may deny it stands against it, as
   * does what is not known to allow it. Throws RangeError for what is no action.
   */
  public allows(action: string, target: ProofTarget, context: RequestContext = {}): Proof {
    const question: Question = { action: checkedAction(action), target, below: '', context, complete: true };
    const { decision, open } = this.decide(question, 'Deny');
    if (decision.decision === 'allow') {
      const reasons = [...this.doubts, ...this.refusals(question)];
      return { proven: reasons.length === 0, reasons };
    }
    const doubts = [...this.doubts, ...open.map(({ at, by }) => `${at} may deny it by ${by}`)];
    return { proven: false, reasons: doubts.length > 0 ? doubts : [decision.reason] };
  }

  /**
   * Why the policy of a key, or the trust policy of a role, is not known to let the role at it: it must, also in its own
   * account, by naming the role or by leaving it to the account.
   *
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
   */
  private refusals(question: Question): string[] {
    if (!/^(kms:|sts:(AssumeRole|SetContext|SetSourceIdentity|TagSession))/i.test(question.action)) return [];
    const verdicts = [...this.statements, ...this.delegations]
      .filter(({ grantedTo, effect }) => grantedTo !== undefined && effect === 'Allow')
      .map((statement) => ({ at: statement.at, ...verdictOf(statement, question, this.ownerOf) }));
    if (verdicts.some(({ applies }) => applies === 'yes')) return [];
    const open = verdicts.filter(({ applies }) => applies === 'maybe');
    if (open.length > 0) return open.map(({ at, by }) => `${at} is not certain to allow it: ${by}`);
    return [`no policy of ${question.target.arn} itself in the template allows it, to the role or to the account`];
  }

  /** Why it cannot be said that the role allows anything. */
  public get doubts(): readonly string[] {
    return typeof this.boundary === 'string' ? [...this.unknown, this.boundary] : this.unknown;
  }

  /**
   * The role does not allow this request, nor the same action below the target unless that is `alone`. A request may have
   * condition keys that the context does not give. What may allow it stands against it, as does everything that is not
   * known. Throws RangeError for what is no action.
   */
  public denies(action: string, target: ProofTarget, context: RequestContext = {}): Proof {
    const reasons = [...this.unknown];
    checkedAction(action);
    for (const below of target.alone ? ([''] as const) : (['', '/', ':'] as const)) {
      const question: Question = { action, target, below, context, complete: false };
      const { decision, certain, open } = this.decide(question, 'Allow');
      if (decision.decision !== 'allow') continue;
      if (certain) reasons.push(`a statement allows it${below && ', below the resource'}`);
      reasons.push(...open.map(({ at, by }) => `${at} may allow it by ${by}`));
    }
    return { proven: reasons.length === 0, reasons };
  }

  /** Decides as IAM does, with statements of one effect also where it is open whether they apply. */
  private decide(question: Question, doubtful: 'Allow' | 'Deny') {
    const open: { at: string; by: string | undefined }[] = [];
    let certain = false;
    const counted = (statements: readonly RoleStatementText[], isBoundary = false): PolicyDocument => {
      const Statement = statements.flatMap((statement) => {
        const isKnown = statement.effect === 'Allow' || statement.effect === 'Deny';
        const { applies, by } = verdictOf(statement, question, this.ownerOf);
        const Effect = isKnown ? statement.effect : doubtful;
        const isOpen = applies === 'maybe' || !isKnown;
        if (applies === 'no' || (isOpen && Effect !== doubtful)) return [];
        if (isOpen && !isBoundary) open.push({ at: statement.at, by: isKnown ? by : 'an effect that is not known' });
        certain ||= !isOpen && Effect === 'Allow' && !isBoundary;
        const to = statement.grantedTo;
        const Principal: PrincipalElement =
          to === 'everyone' ? '*' : { AWS: to === 'session' ? SESSION.arn : SESSION.roleArn };
        return [{ Sid: statement.at, Effect, Action: question.action, Resource: '*', ...(to && { Principal }) }];
      });
      return { Version: '2012-10-17', Statement };
    };
    const decision = evaluate(
      { principal: SESSION, action: question.action, resource: withoutAtoms(question.target.arn) },
      {
        identity: [counted(this.statements.filter(({ grantedTo }) => grantedTo === undefined))],
        resource: delegating(counted(this.statements.filter(({ grantedTo }) => grantedTo !== undefined))),
        ...(typeof this.boundary === 'object' && { boundary: counted(this.boundary, true) }),
      },
    );
    return { decision, open, certain };
  }

  /**
   * Known ways to act through another role, function or service: `lambda:InvokeFunction on ${Stack:Fn.Arn}`. Others may
   * exist: a service that acts on its own behalf is on the list only once somebody put it there.
   */
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

/** Code runs as a session of its role. */
const SESSION = { kind: 'role-session', arn: 'session', roleArn: 'role', account: 'own' } as const;

/**
 * A key's policy and a role's trust policy may leave it to the account's own policies. A proof that something is denied
 * takes it that they do; one that it is allowed asks them.
 */
function delegating(document: PolicyDocument): PolicyDocument {
  const account: Statement = { Effect: 'Allow', Principal: { AWS: SESSION.account }, Action: '*', Resource: '*' };
  return { ...document, Statement: [...statementsOf(document), account] };
}

/** A request has one action, and what is misspelled is denied to everyone: neither says anything of the role. */
function checkedAction(action: string): string {
  const [service = '', name] = action.split(':');
  if (name === undefined || /[*?]/.test(action))
    throw new RangeError(`${action} is no single action; name each one, such as dynamodb:GetItem`);
  if (!isKnownService(service) || isKnownAction(action)) return action;
  const needed = actionsOfOperation(service, name);
  const actions = [...new Set([...(needed?.certain ?? []), ...(needed?.possible ?? [])])];
  throw new RangeError(
    actions.length > 0
      ? `${action} is an operation, and no action of IAM; ask for what it needs: ${actions.join(', ')}`
      : `${service} has no action ${name}; look it up in the Service Authorization Reference`,
  );
}

function mayNameService(statement: RoleStatementText, service: string): boolean {
  if (statement.notActions.length > 0)
    return !statement.notActions.some((action) => action === '*' || action.toLowerCase() === `${service}:*`);
  return statement.actions.some((action) => patternsIntersect(action.toLowerCase(), `${service}:*`));
}

function meet(a: string, b: string): boolean {
  return patternsIntersect(a.toLowerCase(), b.toLowerCase());
}

/** Services whose actions name resources of another one. */
const FOREIGN: { readonly [service: string]: readonly string[] | undefined } = {
  ssm: ['ssm', 'ec2'],
  sts: ['sts', 'iam'],
};

/** Whether a statement may name resources of a service. */
function isOn(statement: RoleStatementText, service: string): boolean {
  const services = statement.resources.map((resource) => /^arn:[^:]*:([^:]*):/.exec(resource)?.[1] ?? '*');
  const theirs = FOREIGN[service] ?? [service];
  return (
    statement.notResources.length > 0 || services.some((each) => theirs.some((one) => patternsIntersect(each, one)))
  );
}

/** Whether a pattern of actions takes in all of another one. */
function covers(wide: string, narrow: string): boolean {
  // A star of the narrow one may stand for anything, so it is matched as a character that only a star takes.
  return matchesAction(wide, narrow.replaceAll('*', '\u0001'));
}
