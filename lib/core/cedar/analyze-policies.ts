import { CEDAR_ENTITY } from '../../protocol/cedar-entities';
import { qualifiedToolName } from '../../protocol/tool-name';
import type { KnownCaller } from './access-map';
import { coveredAlternative, emptyAlternative, isContradiction } from './contradiction';
import { type CedarPolicyJson, type CedarPolicyText, cedar, expressionText, namedActions, parsePolicy } from './engine';
import { explain } from './explain';
import { type CedarExpression, conditionOf, operands, partsOf, tagOf } from './expression';
import { failsOpen } from './fails-open';
import { implies } from './implies';
import { PolicySet, type Residual } from './policy-set';
import { iamPrincipal, oauthPrincipal, withoutSubject } from './request';
import { type CedarTool, schemaFromTools } from './schema-from-tools';

export type PolicyFindingKind =
  | 'unconditional-permit'
  | 'duplicate'
  | 'never-applies'
  | 'tool-unreachable'
  | 'tool-open-to-everybody'
  | 'forbid-fails-open'
  | 'wider-than-scopes'
  | 'refused-by-service'
  | 'needs-admin-permission'
  | 'disputed-action-list'
  | 'quota';

export interface PolicyFinding {
  readonly kind: PolicyFindingKind;
  readonly severity: 'error' | 'warning';
  readonly policyId?: string;
  /** `<target>___<tool>` */
  readonly tool?: string;
  readonly message: string;
  readonly fix: string;
}

export interface AnalyzedTool extends CedarTool {
  /** The OAuth scope that calls of this tool are meant to need. */
  readonly scope?: string;
}

export interface AnalyzedCaller extends KnownCaller {
  /** The scopes that its client can get. */
  readonly scopes: readonly string[];
}

export interface AnalysisInput {
  readonly gatewayArn: string;
  readonly tools: readonly AnalyzedTool[];
  /** Active policies that pass strict validation; what does not parse is left to the validator. */
  readonly policies: readonly CedarPolicyText[];
  readonly callers: readonly AnalyzedCaller[];
}

interface ReadPolicy extends CedarPolicyText {
  readonly json: CedarPolicyJson;
}

/** Quotas of the service: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const QUOTA = { statementMin: 35, statementMax: 10_000, policies: 1_000, engineBytes: 200_000, schemaBytes: 400_000 };

/** What is valid Cedar and still not meant: too wide, without effect, open on error, or refused by the service. */
export function analyzePolicies(input: AnalysisInput): PolicyFinding[] {
  const policies = input.policies.flatMap((policy): ReadPolicy[] => {
    const { json } = parsePolicy(policy.text);
    return json === undefined ? [] : [{ ...policy, json }];
  });
  return [
    ...policies.flatMap((policy) => [
      ...scopeFindings(policy, input.gatewayArn),
      ...conditionFindings(policy),
      ...statementQuota(policy),
    ]),
    ...duplicates(policies),
    ...toolFindings(input, policies),
    ...engineQuota(input),
  ];
}

/** What CreatePolicy refuses at once, or asks another permission for. */
function scopeFindings({ id, json }: ReadPolicy, gatewayArn: string): PolicyFinding[] {
  const { principal, action, resource } = json;
  const found: PolicyFinding[] = [];
  const report = (kind: PolicyFindingKind, severity: 'error' | 'warning', message: string, fix: string) =>
    found.push({ kind, severity, policyId: id, message: `policy '${id}' ${message}`, fix });
  const pin = `Write resource == ${CEDAR_ENTITY.gateway}::"<gateway ARN>"`;
  if (resource.op === 'All') report('refused-by-service', 'error', 'names no resource, which the service refuses', pin);
  if (resource.op === 'is' && action.op !== 'All') {
    report('refused-by-service', 'error', 'names an action but no gateway, which the service refuses', pin);
  }
  if (resource.op === 'is' && action.op === 'All') {
    const fix = 'Name action and gateway, or deploy it with bedrock-agentcore:ManageAdminPolicy';
    report('needs-admin-permission', 'warning', 'is about every action of every gateway', fix);
  }
  const arn = resource.op === '==' && 'entity' in resource ? uidOf(resource.entity).id : undefined;
  if (arn !== undefined && arn !== gatewayArn) {
    report(
      'refused-by-service',
      'error',
      'is about another gateway',
      'Use the ARN of the gateway that the engine serves',
    );
  }
  if (namesType([principal, json.conditions], CEDAR_ENTITY.unauthenticatedUser)) {
    const fix = 'Name AgentCore::OAuthUser or AgentCore::IamEntity';
    report('refused-by-service', 'error', 'names unauthenticated callers, which the service refuses', fix);
  }
  if (action.op === 'in' && namedActions(json) !== undefined) {
    const fix = 'Write one policy per tool with action ==';
    report('disputed-action-list', 'warning', 'lists actions, which fails as a whole when one of them is unknown', fix);
  }
  return found;
}

function namesType(parts: unknown, type: string): boolean {
  return [...partsOf(parts)].some((part) => part.entity_type === type || part.type === type);
}

function conditionFindings({ id, json }: ReadPolicy): PolicyFinding[] {
  const condition = conditionOf(json);
  const about = { policyId: id };
  if (json.effect === 'permit' && condition.Value === true) {
    const message = `policy '${id}' permits without any condition, which the analyzer of the service refuses`;
    return [
      {
        ...about,
        kind: 'unconditional-permit',
        severity: 'error',
        message,
        fix: 'Say who may call: a scope, group, client or role',
      },
    ];
  }
  if (isContradiction(condition)) {
    const message = `policy '${id}' can never apply: its conditions exclude each other`;
    return [
      { ...about, kind: 'never-applies', severity: 'error', message, fix: 'Correct the bounds, or remove the policy' },
    ];
  }
  if (json.conditions.some(({ kind, body }) => kind === 'unless' && isContradiction(body as CedarExpression))) {
    const message = `policy '${id}' makes an exception that can never be: its conditions exclude each other`;
    return [
      {
        ...about,
        kind: 'never-applies',
        severity: 'error',
        message,
        fix: 'Correct the bounds, or remove the exception',
      },
    ];
  }
  const never = emptyAlternative(condition);
  if (never !== undefined) {
    const message = `policy '${id}' has an alternative that can never apply: ${explain(never, expressionText)}`;
    return [
      {
        ...about,
        kind: 'never-applies',
        severity: 'warning',
        message,
        fix: 'Correct the bounds, or remove the alternative',
      },
    ];
  }
  const covered = json.effect === 'permit' ? coveredAlternative(condition) : undefined;
  if (covered !== undefined) {
    const message = `policy '${id}' has an alternative that another one covers: ${explain(covered, expressionText)}`;
    const fix = 'Remove it, or narrow the other one: its conditions bind nobody';
    return [{ ...about, kind: 'duplicate', severity: 'warning', message, fix }];
  }
  if (!failsOpen(json)) return [];
  const message = `policy '${id}' forbids when a test succeeds, so a call that lacks what the test reads is not forbidden`;
  return [
    {
      ...about,
      kind: 'forbid-fails-open',
      severity: 'error',
      message,
      fix: 'Write forbid ... unless { what is allowed }, with has and hasTag guards',
    },
  ];
}

function duplicates(policies: readonly ReadPolicy[]): PolicyFinding[] {
  const seen = new Map<string, string>();
  return policies.flatMap(({ id, json }): PolicyFinding[] => {
    const content = JSON.stringify({ ...json, annotations: undefined });
    const first = seen.get(content);
    seen.set(content, first ?? id);
    if (first === undefined) return [];
    const message = `policy '${id}' says the same as '${first}'`;
    return [{ kind: 'duplicate', severity: 'warning', policyId: id, message, fix: 'Remove one of them' }];
  });
}

/** A token with a subject and nothing else, and a role that no policy names: who passes with it, passes with any. */
const STRANGERS = [
  ['with a token', oauthPrincipal({ sub: 'somebody-without-any-claim' })!],
  ['whom IAM lets in', iamPrincipal('arn:aws:sts::000000000000:assumed-role/Somebody/s')],
] as const;

function toolFindings({ tools, callers, gatewayArn }: AnalysisInput, policies: readonly ReadPolicy[]): PolicyFinding[] {
  const set = new PolicySet(policies, schemaFromTools(tools));
  return tools.flatMap((each): PolicyFinding[] => {
    const tool = qualifiedToolName(each.target, each.name);
    const request = { action: tool, gatewayArn };
    const residuals = set.residuals(request);
    if (!passes(residuals)) {
      const message = `no policy permits tool '${tool}', so every call to it is denied`;
      return [
        { kind: 'tool-unreachable', severity: 'error', tool, message, fix: 'Permit it to somebody, or remove it' },
      ];
    }
    const found: PolicyFinding[] = [];
    const stranger = residuals.every(asksForClaim)
      ? undefined
      : STRANGERS.find(([, principal]) => passes(set.residuals({ ...request, principal })));
    if (stranger !== undefined) {
      found.push({
        kind: 'tool-open-to-everybody',
        severity: 'warning',
        tool,
        message: `everybody ${stranger[0]} can call tool '${tool}'`,
        fix: 'Ask for a scope, group, client or role',
      });
    }
    const withoutScope = callers.filter(({ scopes }) => each.scope !== undefined && !scopes.includes(each.scope));
    for (const caller of withoutScope) {
      const { principal, open = false } = caller;
      const asItself = passes(set.residuals({ ...request, principal }));
      if (!asItself && !(open && passes(set.residuals({ ...request, principal: withoutSubject(principal), open }))))
        continue;
      found.push({
        kind: 'wider-than-scopes',
        severity: asItself ? 'error' : 'warning',
        tool,
        message: `${caller.name} may call tool '${tool}' without its scope '${each.scope}'${asItself ? '' : ', with claims of somebody who logs in to it'}`,
        fix: 'Ask for the scope in the permit, or give it to the client',
      });
    }
    return found;
  });
}

/** Whether a permit plainly asks for a claim that the stranger lacks, which saves asking the engine. */
function asksForClaim({ effect, condition }: Residual): boolean {
  const asks = (part: CedarExpression): boolean => {
    const tag = tagOf(part, 'hasTag');
    if (tag !== undefined) return tag !== 'sub';
    const both = operands(part, '&&');
    if (both.length > 1) return both.some(asks);
    const either = operands(part, '||');
    return either.length > 1 && either.every(asks);
  };
  return effect === 'forbid' || asks(condition);
}

/** Some permit may apply, and no forbid applies wherever it does. */
function passes(residuals: readonly Residual[]): boolean {
  const forbids = residuals.filter(({ effect }) => effect === 'forbid');
  return residuals.some(
    ({ effect, condition }) =>
      effect === 'permit' &&
      !isContradiction(condition) &&
      !forbids.some((forbid) => implies(condition, forbid.condition, false)),
  );
}

function statementQuota({ id, text }: ReadPolicy): PolicyFinding[] {
  if (text.length >= QUOTA.statementMin && text.length <= QUOTA.statementMax) return [];
  const message = `policy '${id}' has ${text.length} characters; the service accepts ${QUOTA.statementMin} to ${QUOTA.statementMax}`;
  return [
    { kind: 'quota', severity: 'error', policyId: id, message, fix: 'Split it, or use a common scope, group or claim' },
  ];
}

function engineQuota({ policies, tools }: AnalysisInput): PolicyFinding[] {
  const answer = cedar().schemaToText(schemaFromTools(tools));
  const sizes = [
    ['policies', policies.length, QUOTA.policies],
    ['bytes of policy text', policies.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0), QUOTA.engineBytes],
    ['bytes of Cedar schema', answer.type === 'success' ? Buffer.byteLength(answer.text) : 0, QUOTA.schemaBytes],
  ] as const;
  return sizes
    .filter(([, size, limit]) => size > limit)
    .map(([what, size, limit]) => ({
      kind: 'quota',
      // The limits of an engine can be raised for an account; that of a statement cannot.
      severity: 'warning',
      message: `the policy engine would have ${size} ${what}; the default quota is ${limit}`,
      fix: 'Ask for a higher quota before you deploy, or use several gateways',
    }));
}

function uidOf(uid: { __entity: { type: string; id: string } } | { type: string; id: string }): {
  type: string;
  id: string;
} {
  return '__entity' in uid ? uid.__entity : uid;
}
