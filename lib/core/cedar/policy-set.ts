import { createHash } from 'node:crypto';
import { CEDAR_ACTION_GROUP, CEDAR_ENTITY } from '../../protocol/cedar-entities';
import { splitToolName } from '../../protocol/tool-name';
import {
  type CedarEntityJson,
  type CedarPolicyJson,
  type CedarPolicyText,
  type CedarSchema,
  cedar,
  namedActions,
  parsePolicy,
  schemaError,
} from './engine';
import { type CedarExpression, conditionOf } from './expression';
import { openClaims, openedClaim } from './open-claims';
import type { CedarListRequest, CedarPrincipal, CedarRequest, CedarValue } from './request';
import { schemaOfActions } from './schema-subset';
import { substituteNow } from './substitute-now';

export interface CedarDecision {
  readonly decision: 'allow' | 'deny';
  /** Ids of the policies that decided: the permits of an allow, the forbids of a deny; empty for a default deny. */
  readonly policies: readonly string[];
  /** Policies whose condition failed to evaluate; Cedar skips them. */
  readonly errors: readonly { readonly policyId: string; readonly message: string }[];
  /** Why the request itself was refused: it does not fit the schema. */
  readonly requestError?: string;
}

/** A request of which only the action and the gateway have to be known. */
export interface PartialRequest {
  readonly action: string;
  readonly gatewayArn: string;
  /** Left out: whoever calls. */
  readonly principal?: CedarPrincipal;
  /** Nothing is known of the caller but the claims of `principal`: other claims, and the id, may be anything. */
  readonly open?: boolean;
}

export interface Residual {
  readonly policyId: string;
  readonly effect: 'permit' | 'forbid';
  /** What still has to hold for the policy to apply. */
  readonly condition: CedarExpression;
}

/** What the module was given of one action, under which names. */
interface Prepared {
  readonly preparsedId: string;
  readonly schemaName: string;
}

/**
 * Policies parsed once, for many decisions. Only policies whose scope can reach an action are asked about it, so a
 * decision costs the same with ten tools and with a thousand.
 *
 * @throws SecureMcpError CEDAR_INVALID from the constructor when a policy or the schema does not parse
 */
export class PolicySet {
  private readonly byAction = new Map<string, CedarPolicyText[]>();
  private readonly general: CedarPolicyText[] = [];
  private readonly prepared = new Map<string, Prepared>();

  public constructor(
    policies: readonly CedarPolicyText[],
    private readonly schema: CedarSchema,
  ) {
    const ids = new Set<string>();
    for (const policy of policies) {
      if (ids.has(policy.id)) throw schemaError(`two policies have the id '${policy.id}'`);
      ids.add(policy.id);
      const { json, problems } = parsePolicy(policy.text);
      if (json === undefined) throw schemaError(`policy '${policy.id}': ${problems[0]?.message}`);
      const actions = namedActions(json);
      if (actions === undefined) this.general.push(policy);
      for (const action of actions ?? []) this.byAction.set(action, [...(this.byAction.get(action) ?? []), policy]);
    }
    orThrow(cedar().checkParseSchema(schema));
  }

  /** The decision of ENFORCE mode. A request that does not fit the schema is denied, never evaluated as far as it goes. */
  public decide(request: CedarRequest): CedarDecision {
    const { preparsedId, schemaName } = this.prepare(request.action);
    const answer = cedar().statefulIsAuthorized({
      ...callOf(request),
      context: { input: { ...request.input }, system: systemContext(request.now) },
      preparsedSchemaName: schemaName,
      validateRequest: true,
      preparsedPolicySetId: preparsedId,
      entities: [principalEntity(request.principal)],
    });
    if (answer.type === 'failure') {
      const requestError = answer.errors.map(({ message }) => message).join('; ');
      return { decision: 'deny', policies: [], errors: [], requestError };
    }
    const { decision, diagnostics } = answer.response;
    const errors = diagnostics.errors.map(({ policyId, error }) => ({ policyId, message: error.message }));
    return { decision, policies: [...diagnostics.reason].sort(), errors };
  }

  /** Whether some arguments could be permitted: the rule by which `tools/list` shows a tool. */
  public couldAllow(request: CedarListRequest): boolean {
    const answer = cedar().isAuthorizedPartial({
      ...callOf(request),
      context: { input: UNKNOWN_INPUT, system: systemContext(request.now) },
      policies: { staticPolicies: atTime(this.textsOf(request.action), request.now) },
      entities: [principalEntity(request.principal), ...actionEntities(request.action)],
    });
    return answer.type === 'residuals' && answer.response.decision !== 'deny';
  }

  /**
   * What is left of each policy for this action when only the given parts of a request are known: the condition on
   * the rest. Policies that cannot apply are left out.
   */
  public residuals(request: PartialRequest): readonly Residual[] {
    const answer = cedar().isAuthorizedPartial({
      principal: request.principal === undefined ? null : { type: request.principal.type, id: request.principal.id },
      action: { type: CEDAR_ENTITY.action, id: request.action },
      resource: { type: CEDAR_ENTITY.gateway, id: request.gatewayArn },
      context: { input: UNKNOWN_INPUT, system: UNKNOWN_SYSTEM },
      policies: { staticPolicies: opened(this.textsOf(request.action), request) },
      entities: [
        ...(request.principal === undefined ? [] : [principalEntity(request.principal)]),
        ...actionEntities(request.action),
      ],
    });
    if (answer.type === 'failure') throw schemaError(answer.errors.map(({ message }) => message).join('; '));
    return Object.entries(answer.response.residuals)
      .map(([policyId, { effect, conditions }]) => ({
        policyId,
        effect,
        condition: conditionOf({ conditions: conditions.map(({ kind, body }) => ({ kind, body: restored(body) })) }),
      }))
      .filter(({ condition }) => condition.Value !== false)
      .sort((a, b) => (a.policyId < b.policyId ? -1 : 1));
  }

  private textsOf(action: string): Record<string, string> {
    const policies = [...(this.byAction.get(action) ?? []), ...this.general];
    return Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  }

  private prepare(action: string): Prepared {
    const known = this.prepared.get(action);
    if (known !== undefined) return known;
    const texts = this.textsOf(action);
    const preparsedId = contentId(texts);
    orThrow(cedar().preparsePolicySet(preparsedId, { staticPolicies: texts }));
    // An action that the schema does not have stays unknown: the request is then refused.
    const schema = schemaOfActions(this.schema, [action]) ?? schemaOfActions(this.schema, [])!;
    const schemaName = contentId(schema);
    orThrow(cedar().preparseSchema(schemaName, schema));
    const prepared = { preparsedId, schemaName };
    // Names that are not of the schema come from clients; keeping them would let a client fill the memory.
    if (schemaOfActions(this.schema, [action]) !== undefined) this.prepared.set(action, prepared);
    return prepared;
  }
}

function atTime(texts: Readonly<Record<string, string>>, now: Date): Record<string, CedarPolicyJson | string> {
  return Object.fromEntries(
    Object.entries(texts).map(([id, text]) => {
      const json = text.includes('system') ? parsePolicy(text).json : undefined;
      return [id, json === undefined ? text : substituteNow(json, now)];
    }),
  );
}

function opened(
  texts: Readonly<Record<string, string>>,
  { principal, open = false }: PartialRequest,
): Record<string, CedarPolicyJson | string> {
  if (!open || principal === undefined) return texts;
  const known = Object.keys(principal.tags ?? {});
  return Object.fromEntries(
    Object.entries(texts).map(([id, text]) => {
      const { json } = parsePolicy(text);
      return [id, json === undefined ? text : openClaims(json, known)];
    }),
  );
}

const UNKNOWN_SYSTEM = { __extn: { fn: 'unknown', arg: 'system' } };
const UNKNOWN_INPUT = { __extn: { fn: 'unknown', arg: 'input' } };

/** Partial evaluation puts the context, with its unknowns, in place of `context`, and an unknown in place of `principal`. */
function restored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restored);
  if (typeof value !== 'object' || value === null) return value;
  const name = unknownName(value as CedarExpression);
  if (name === 'principal') return { Var: 'principal' };
  const claim = name === undefined ? undefined : openedClaim(name);
  if (claim !== undefined) return claim;
  if (name !== undefined) return { '.': { left: { Var: 'context' }, attr: name } };
  const record = (value as CedarExpression).Record as { [key: string]: CedarExpression } | undefined;
  if (record !== undefined && ['input', 'system'].every((key) => unknownName(record[key] ?? {}) === key)) {
    return { Var: 'context' };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, restored(item)]));
}

function unknownName(expression: CedarExpression): string | undefined {
  const [argument] = (expression.unknown as CedarExpression[] | undefined) ?? [];
  const name = argument?.Value;
  return typeof name === 'string' ? name : undefined;
}

function callOf({ principal, action, gatewayArn }: CedarListRequest) {
  return {
    principal: { type: principal.type, id: principal.id },
    action: { type: CEDAR_ENTITY.action, id: action },
    resource: { type: CEDAR_ENTITY.gateway, id: gatewayArn },
  };
}

function principalEntity({ type, id, attributes, tags }: CedarPrincipal): CedarEntityJson {
  return {
    uid: { type, id },
    attrs: { ...attributes },
    parents: [],
    ...(tags === undefined ? {} : { tags: { ...tags } }),
  };
}

/** Partial evaluation runs without schema, so it has to be told the groups of the action. */
function actionEntities(action: string): CedarEntityJson[] {
  const target = splitToolName(action)?.target;
  const chain = [
    action,
    ...(target === undefined ? [] : [target]),
    CEDAR_ACTION_GROUP.callTool,
    CEDAR_ACTION_GROUP.mcp,
  ];
  return chain.map((id, index) => ({
    uid: { type: CEDAR_ENTITY.action, id },
    attrs: {},
    parents: chain.slice(index + 1, index + 2).map((parent) => ({ type: CEDAR_ENTITY.action, id: parent })),
  }));
}

function systemContext(now: Date): { now: CedarValue } {
  return { now: { __extn: { fn: 'datetime', arg: now.toISOString() } } };
}

function orThrow(answer: ReturnType<ReturnType<typeof cedar>['checkParseSchema']>): void {
  if (answer.type === 'failure') throw schemaError(answer.errors.map(({ message }) => message).join('; '));
}

/** A name for preparsed data: the module keeps it for the life of the process, so equal data must share it. */
function contentId(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
