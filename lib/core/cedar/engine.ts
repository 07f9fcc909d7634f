import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import type * as CedarWasm from '@cedar-policy/cedar-wasm/nodejs';
import type { DetailedError, PolicyJson, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { CEDAR_ACTION_GROUP, CEDAR_ENTITY } from '../../protocol/cedar-entities';
import { splitToolName } from '../../protocol/tool-name';
import { SecureMcpError } from '../errors';
import { positionOf } from './excerpt';
import type { CedarListRequest, CedarPrincipal, CedarRequest, CedarValue } from './request';
import { substituteNow } from './substitute-now';

export type CedarSchema = SchemaJson<string>;
export type CedarPolicyJson = PolicyJson;
export type CedarEntityJson = CedarWasm.EntityJson;

export interface CedarPolicyText {
  readonly id: string;
  readonly text: string;
}

export interface CedarProblem {
  readonly policyId: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly help?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** The line with a caret line under it. */
  readonly excerpt?: string;
}

let loaded: typeof CedarWasm | undefined;

/** Loads 4 MB of WebAssembly at the first call, never at import: most programs that import the library need no Cedar. */
export function cedar(): typeof CedarWasm {
  if (loaded === undefined) {
    // V8 before Node 24 aborts the process when a function with an inlined call into this module is deoptimised
    // during the call; test/core/cedar/v8-flag.test.ts has the reproduction.
    if (Number(process.versions.node.split('.')[0]) < 24) setFlagsFromString('--no-turbo-inline-js-wasm-calls');
    loaded = require('@cedar-policy/cedar-wasm/nodejs') as typeof CedarWasm;
  }
  return loaded;
}

/**
 * Strict validation of every policy against the schema: syntax, action, attributes, types, guards.
 *
 * @throws SecureMcpError CEDAR_INVALID when the schema itself does not parse
 */
export function validatePolicies(policies: readonly CedarPolicyText[], schema: CedarSchema): CedarProblem[] {
  if (policies.length === 0) return [];
  const duplicate = policies.find((policy, index) => policies.findIndex(({ id }) => id === policy.id) !== index);
  if (duplicate !== undefined) throw schemaError(`two policies have the id '${duplicate.id}'`);
  const texts = new Map(policies.map(({ id, text }) => [id, text]));
  const answer = validateTogether(policies, schema);
  if (answer.type === 'success') return problemsOf(answer, texts);
  // One policy with a syntax error fails the whole call, so sort those out and judge the rest again.
  const syntax = policies.flatMap((policy) => syntaxProblems(policy));
  if (syntax.length === 0) throw schemaError(answer.errors.map((error) => error.message).join('; '));
  const broken = new Set(syntax.map(({ policyId }) => policyId));
  return [
    ...syntax,
    ...validatePolicies(
      policies.filter(({ id }) => !broken.has(id)),
      schema,
    ),
  ];
}

/** The structure of one policy (Cedar's JSON policy format), or what is wrong with its syntax. */
export function parsePolicy(text: string): { readonly json?: CedarPolicyJson; readonly problems: CedarProblem[] } {
  const answer = cedar().policyToJson(text);
  return answer.type === 'success'
    ? { json: answer.json, problems: [] }
    : { problems: answer.errors.map((error) => toProblem('', text, error)) };
}

/** A name for preparsed data: the module keeps it for the life of the process, so equal data must share it. */
export function contentId(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

export interface CedarDecision {
  readonly decision: 'allow' | 'deny';
  /** Ids of the policies that decided: the permits of an allow, the forbids of a deny; empty for a default deny. */
  readonly policies: readonly string[];
  /** Policies whose condition failed to evaluate; Cedar skips them. */
  readonly errors: readonly { readonly policyId: string; readonly message: string }[];
  /** Why the request itself was refused: it does not fit the schema. */
  readonly requestError?: string;
}

interface Bucket {
  readonly preparsedId: string;
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * Policies parsed once, for many decisions. Only policies whose scope can reach an action are asked about it, so a
 * decision costs the same with ten tools and with a thousand.
 *
 * @throws SecureMcpError CEDAR_INVALID from the constructor when a policy or the schema does not parse
 */
export class PolicySet {
  private readonly schemaName: string;
  private readonly byAction = new Map<string, CedarPolicyText[]>();
  private readonly general: CedarPolicyText[] = [];
  private readonly buckets = new Map<string, Bucket>();

  public constructor(policies: readonly CedarPolicyText[], schema: CedarSchema) {
    this.schemaName = contentId(schema);
    orThrow(cedar().preparseSchema(this.schemaName, schema));
    for (const policy of policies) {
      const actions = namedActions(policy);
      if (actions === undefined) this.general.push(policy);
      for (const action of actions ?? []) this.byAction.set(action, [...(this.byAction.get(action) ?? []), policy]);
    }
    // Parse everything now: a policy that is wrong must not wait for the first call of its tool.
    for (const action of ['', ...this.byAction.keys()]) this.bucketOf(action);
  }

  /** The decision of ENFORCE mode. A request that does not fit the schema is denied, never evaluated as far as it goes. */
  public decide(request: CedarRequest): CedarDecision {
    const answer = cedar().statefulIsAuthorized({
      ...callOf(request),
      context: { input: { ...request.input }, system: systemContext(request.now) },
      preparsedSchemaName: this.schemaName,
      validateRequest: true,
      preparsedPolicySetId: this.bucketOf(request.action).preparsedId,
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
      policies: { staticPolicies: atTime(this.bucketOf(request.action).texts, request.now) },
      entities: [principalEntity(request.principal), ...actionEntities(request.action)],
    });
    return answer.type === 'residuals' && answer.response.decision !== 'deny';
  }

  private bucketOf(action: string): Bucket {
    const named = this.byAction.get(action);
    const key = named === undefined ? '' : action;
    const known = this.buckets.get(key);
    if (known !== undefined) return known;
    const policies = [...(named ?? []), ...this.general];
    const texts = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
    const preparsedId = contentId(texts);
    orThrow(cedar().preparsePolicySet(preparsedId, { staticPolicies: texts }));
    const bucket = { preparsedId, texts };
    this.buckets.set(key, bucket);
    return bucket;
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

const UNKNOWN_INPUT = { __extn: { fn: 'unknown', arg: 'input' } };

/** The tool actions that the scope of a policy lists, or `undefined` when it may reach others: any, or a group. */
function namedActions({ id, text }: CedarPolicyText): string[] | undefined {
  const { json, problems } = parsePolicy(text);
  if (json === undefined) throw schemaError(`policy '${id}': ${problems[0]?.message ?? 'it does not parse'}`);
  const { action } = json;
  if (action.op !== '==' && action.op !== 'in') return undefined;
  const uids = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  const ids = uids.map((uid) => ('__entity' in uid ? uid.__entity : uid).id);
  const groups = action.op === 'in' && ids.some((name) => splitToolName(name) === undefined);
  return groups || ids.length === 0 ? undefined : ids;
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

function orThrow(answer: CedarWasm.CheckParseAnswer): void {
  if (answer.type === 'failure') throw schemaError(answer.errors.map(({ message }) => message).join('; '));
}

/**
 * `validate()` answers `success` also for invalid policies; what it found is in `validationErrors`. `failure` only says
 * that policies or schema do not parse.
 */
function validateTogether(policies: readonly CedarPolicyText[], schema: CedarSchema): CedarWasm.ValidationAnswer {
  return cedar().validate({
    schema,
    policies: { staticPolicies: Object.fromEntries(policies.map(({ id, text }) => [id, text])) },
    validationSettings: { mode: 'strict' },
  });
}

function problemsOf(
  answer: Extract<CedarWasm.ValidationAnswer, { type: 'success' }>,
  texts: ReadonlyMap<string, string>,
): CedarProblem[] {
  const found = [...answer.validationErrors, ...answer.validationWarnings];
  return found.map(({ policyId, error }, index) => ({
    ...toProblem(policyId, texts.get(policyId) ?? '', error),
    severity: index < answer.validationErrors.length ? 'error' : 'warning',
  }));
}

function syntaxProblems({ id, text }: CedarPolicyText): CedarProblem[] {
  return parsePolicy(text).problems.map((problem) => ({ ...problem, policyId: id }));
}

function toProblem(policyId: string, text: string, error: DetailedError): CedarProblem {
  const location = error.sourceLocations?.[0];
  const help = error.help ?? location?.label ?? undefined;
  return {
    policyId,
    severity: 'error',
    message: error.message
      .replace(`for policy \`${policyId}\`, `, '')
      .replace(/^failed to parse policy(?: with id `[^`]*`)? from string: /, ''),
    ...(help === undefined ? {} : { help }),
    ...(location === undefined || text === '' ? {} : positionOf(text, location.start, location.end)),
  };
}

function schemaError(message: string): SecureMcpError {
  return new SecureMcpError({
    code: 'CEDAR_INVALID',
    message: `policies cannot be used: ${message}`,
    fix: 'Correct the policy or the schema of the tools',
  });
}
