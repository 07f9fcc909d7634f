import { evaluateConditions, hasVariables, type RequestContext, substitute } from './conditions';
import { matchesAction, matchesResource, mayMatchResource } from './match';
import { many, type PolicyDocument, type Statement, statementsOf } from './policy-document';
import { type IamPrincipal, isToPrincipalArn, matchesPrincipal, principalValues } from './principals';

export type { IamPrincipal } from './principals';

export interface IamRequest {
  readonly principal: IamPrincipal;
  /** `dynamodb:GetItem`. */
  readonly action: string;
  readonly resource: string;
  /** Account that owns the resource; the principal's when left out. */
  readonly resourceAccount?: string;
  readonly context?: RequestContext;
}

export interface IamPolicies {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  readonly session?: PolicyDocument;
  readonly resource?: PolicyDocument;
  /**
   * Organisation policies that apply to the request, by level, from the root down: each level must allow. Service control
   * policies limit principals of the organisation's accounts, so not services and anonymous callers; resource control
   * policies limit what may be done with its resources.
   */
  readonly organisation?: readonly (readonly PolicyDocument[])[];
}

export interface IamDecision {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  /** One sentence for people, in the manner of the service's AccessDenied messages. */
  readonly reason: string;
  readonly trace: readonly TraceEntry[];
}

export interface TraceEntry {
  readonly source: PolicySource;
  /** `Sid`, or the index in its document. */
  readonly statement: string;
  readonly effect: string;
  readonly outcome: 'matched' | 'other-action' | 'other-resource' | 'other-principal' | 'condition';
  /** The condition that does not hold. */
  readonly condition?: string;
}

export type PolicySource = 'identity' | 'boundary' | 'session' | 'resource' | 'organisation';

type Verdict = 'allow' | 'deny' | 'none';

/**
 * Decides a request as IAM does: an explicit deny anywhere wins, otherwise every kind of policy that applies must allow.
 *
 * Fail closed: a statement that cannot be understood allows nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: IamRequest, policies: IamPolicies): IamDecision {
  const trace: TraceEntry[] = [];
  const judge = (source: PolicySource, documents: readonly PolicyDocument[]) =>
    verdict(request, source, documents, policies.boundary !== undefined, trace);

  const identity = judge('identity', policies.identity);
  const boundary = policies.boundary && judge('boundary', [policies.boundary]);
  const session = policies.session && judge('session', [policies.session]);
  const resource = policies.resource && judge('resource', [policies.resource]);
  const organisation = (policies.organisation ?? []).map((level) => judge('organisation', level));

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html
  const denied = trace.find((entry) => entry.outcome === 'matched' && entry.effect === 'Deny');
  if (denied !== undefined) return { decision: 'explicit-deny', reason: explicitReason(request, denied), trace };

  const missing = whatIsMissing(request, policies, { identity, boundary, session, resource, organisation });
  if (missing === undefined)
    return { decision: 'allow', reason: `${request.action} on ${request.resource} is allowed`, trace };
  return { decision: 'implicit-deny', reason: implicitReason(request, missing), trace };
}

interface Verdicts {
  readonly identity: Verdict;
  readonly boundary?: Verdict;
  readonly session?: Verdict;
  readonly resource?: Verdict;
  readonly organisation: readonly Verdict[];
}

/** The kind of policy that would have to allow and does not; undefined when all is well. */
function whatIsMissing(request: IamRequest, policies: IamPolicies, v: Verdicts): PolicySource | undefined {
  // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html#how_scps_allow
  if (v.organisation.some((level) => level !== 'allow')) return 'organisation';
  const { principal } = request;
  const crossAccount = request.resourceAccount !== undefined && request.resourceAccount !== principal.account;

  // A service or an anonymous caller has no identity policy: only the resource's policy can allow it.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
  if (principal.kind === 'service' || principal.kind === 'anonymous')
    return v.resource === 'allow' ? undefined : 'resource';

  // The implicit deny of a boundary or a session policy does not limit what the resource's policy grants to the session
  // or the user itself; what it grants to everyone is not limited by the boundary. What it grants to a role is.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-eval-logic
  const granted = v.resource === 'allow' && !crossAccount ? grantedTo(request, policies.resource) : 'account';
  if (granted === 'principal') return undefined;

  if (v.boundary !== undefined && v.boundary !== 'allow' && granted !== 'everyone') return 'boundary';
  // The documentation does not settle session policies for any other grant to everyone: the stricter reading.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
  if (v.session !== undefined && v.session !== 'allow') return 'session';
  // Across accounts both sides must allow.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
  if (crossAccount) {
    if (v.identity !== 'allow') return 'identity';
    return v.resource === 'allow' ? undefined : 'resource';
  }
  // To name the account is to leave it to the account's own policies, not to allow everyone in it.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts
  if (v.identity === 'allow') return v.resource === 'allow' || !mustNameCaller(request, v) ? undefined : 'resource';
  return v.resource === 'allow' && granted !== 'account' ? undefined : 'identity';
}

/**
 * The policy of a key and the trust policy of a role must allow who is to use them, also in their own account. Only a
 * policy that was given is asked.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
function mustNameCaller({ action, resource }: IamRequest, v: Verdicts): boolean {
  if (v.resource === undefined) return false;
  return /^sts:/i.test(action) || (/^kms:/i.test(action) && /^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(resource));
}

/**
 * The narrowest that the resource's policy names: the session or user, its role, everyone, or only the account.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
function grantedTo(
  request: IamRequest,
  document: PolicyDocument | undefined,
): 'principal' | 'everyone' | 'role' | 'account' {
  const { principal } = request;
  const matching =
    document === undefined
      ? []
      : statementsOf(document).filter(
          (statement) =>
            statement.Effect === 'Allow' && applies(request, 'resource', document, statement).outcome === 'matched',
        );
  const to = (value: string | undefined) =>
    value !== undefined && matching.some((statement) => principalValues(statement.Principal, 'AWS').includes(value));
  if (principal.kind !== 'role' && to(principal.arn)) return 'principal';
  if (matching.some(isToPrincipalArn)) return 'principal';
  if (to('*')) return 'everyone';
  return to(principal.arn) || to(principal.roleArn) ? 'role' : 'account';
}

/**
 * What the statements of one kind of policy say together: one that denies is enough, and otherwise one that allows. An
 * effect is `Allow` or `Deny`, as written.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies-introduction
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html
 */
function verdict(
  request: IamRequest,
  source: PolicySource,
  documents: readonly PolicyDocument[],
  bounded: boolean,
  trace: TraceEntry[],
): Verdict {
  let result: Verdict = 'none';
  for (const document of documents) {
    for (const [index, statement] of statementsOf(document).entries()) {
      const { outcome, condition } =
        source === 'resource' && !matchesPrincipal(request.principal, statement, bounded)
          ? { outcome: 'other-principal' as const, condition: undefined }
          : applies(request, source, document, statement);
      trace.push({ source, statement: statement.Sid ?? String(index), effect: statement.Effect, outcome, condition });
      if (outcome !== 'matched') continue;
      if (statement.Effect === 'Deny') return 'deny';
      if (statement.Effect === 'Allow') result = 'allow';
    }
  }
  return result;
}

/**
 * Kinds of policy in which an incomplete ARN stands for all that it begins. Session policies do not support one.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-paths-wildcards
 */
const COMPLETES: readonly PolicySource[] = ['identity', 'boundary'];

function applies(
  request: IamRequest,
  source: PolicySource,
  { Version: version }: PolicyDocument,
  statement: Statement,
): Pick<TraceEntry, 'outcome' | 'condition'> {
  const context = request.context ?? {};
  const action = (pattern: string) => matchesAction(pattern, request.action);
  const resource = (entry: string) => {
    const excepts = statement.NotResource !== undefined;
    const denies = statement.Effect === 'Deny';
    // An entry with a variable that has no value matches no resource. Whether that voids an exception or the statement
    // is not documented: it opens nothing.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
    const value = hasVariables(version) ? substitute(entry, context) : entry;
    if (value === undefined) return excepts && !denies;
    // Nor does an entry of which it is not documented what it matches: it narrows no Deny and completes no Allow.
    if (excepts !== denies) return mayMatchResource(value, request.resource);
    return matchesResource(value, request.resource, COMPLETES.includes(source));
  };
  if (!isNamed(statement.Action, statement.NotAction, action)) return { outcome: 'other-action' };
  // The policy of a resource may leave the resource out, as trust policies do: it is the one it is attached to.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#access_policies-json
  const attached = source === 'resource' && statement.Resource === undefined && statement.NotResource === undefined;
  if (!attached && !isNamed(statement.Resource, statement.NotResource, resource)) return { outcome: 'other-resource' };
  const { holds, failed } = evaluateConditions(statement.Condition, context, { effect: statement.Effect, version });
  return holds ? { outcome: 'matched' } : { outcome: 'condition', condition: failed };
}

/**
 * `Action` names what it applies to, `NotAction` everything else; without either, nothing. So do `Resource` and
 * `NotResource`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html
 */
function isNamed(
  names: Statement['Action'],
  exceptions: Statement['NotAction'],
  matches: (pattern: string) => boolean,
): boolean {
  if (names !== undefined) return many<string>(names).some(matches);
  return exceptions !== undefined && !many<string>(exceptions).some(matches);
}

function explicitReason(request: IamRequest, entry: TraceEntry): string {
  return `${subject(request)} with an explicit deny in ${article(entry.source)} policy (statement ${entry.statement})`;
}

function implicitReason(request: IamRequest, missing: PolicySource): string {
  const kind =
    missing === 'organisation'
      ? 'service control'
      : missing === 'boundary'
        ? 'permissions boundary'
        : `${missing}-based`;
  return `${subject(request)} because no ${kind} policy allows the ${request.action} action`;
}

function subject(request: IamRequest): string {
  return `User: ${request.principal.arn} is not authorized to perform: ${request.action} on resource: ${request.resource}`;
}

function article(source: PolicySource): string {
  return source === 'identity' || source === 'organisation' ? `an ${source}` : `a ${source}`;
}
