import { setFlagsFromString } from 'node:v8';
import type * as CedarWasm from '@cedar-policy/cedar-wasm/nodejs';
import type { DetailedError, PolicyJson, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { splitToolName } from '../../protocol/tool-name';
import { SecureMcpError } from '../errors';
import { positionOf } from './excerpt';
import { schemaOfActions } from './schema-subset';

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
  /** The place in bytes of the UTF-8 text. */
  readonly offset?: { readonly start: number; readonly end: number };
}

/** Policies per validation: each chunk pays for parsing its schema, each policy for the actions of its chunk. */
const CHUNK = 16;

/**
 * How much a function of the module runs before V8 optimises it, in bytes of its code. A synthesis asks for some hundred
 * policies and ends: with V8's own budget the optimising compiler works longer than all that it makes faster.
 */
const BUDGET = 500_000_000;

const NODE = Number(process.versions.node.split('.')[0]);

/** V8 reads the budget when it compiles a module, so that modules of others keep the one that it comes with. */
const BUDGET_OF_V8 = NODE < 22 ? 1_800_000 : 13_000_000;

let loaded: typeof CedarWasm | undefined;

/** The module is loaded at the first call, never at import: most programs that import the library need no Cedar. */
export function cedar(): typeof CedarWasm {
  loaded ??= loadCedar();
  return loaded;
}

/** Loads 4 MB of WebAssembly, each function compiled when it is first called. */
function loadCedar(): typeof CedarWasm {
  // V8 before Node 24 aborts the process when a function with an inlined call into this module is deoptimised
  // during the call; test/core/cedar/v8-flags.test.ts has the reproduction.
  if (NODE < 24) setFlagsFromString('--no-turbo-inline-js-wasm-calls');
  setFlagsFromString(`--wasm-tiering-budget=${BUDGET}`);
  setFlagsFromString('--wasm-lazy-validation');
  try {
    return require('@cedar-policy/cedar-wasm/nodejs') as typeof CedarWasm;
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${BUDGET_OF_V8}`);
    setFlagsFromString('--no-wasm-lazy-validation');
  }
}

/**
 * Strict validation of every policy against the schema: syntax, action, attributes, types, guards.
 *
 * @throws SecureMcpError CEDAR_INVALID when the schema itself does not parse
 */
export function validatePolicies(policies: readonly CedarPolicyText[], schema: CedarSchema): CedarProblem[] {
  if (policies.length === 0) return [];
  const texts = new Map<string, string>();
  for (const { id, text } of policies) {
    if (texts.has(id)) throw schemaError(`two policies have the id '${id}'`);
    texts.set(id, text);
  }
  const named = new Map<string, readonly string[] | undefined>();
  const syntax: CedarProblem[] = [];
  for (const policy of policies) {
    const { json, problems } = parsePolicy(policy.text);
    syntax.push(...problems.map((problem) => ({ ...problem, policyId: policy.id })));
    if (json !== undefined) named.set(policy.id, namedActions(json));
  }
  const semantic = chunks(
    policies.filter(({ id }) => named.has(id)),
    CHUNK,
  ).flatMap((chunk) => validateChunk(chunk, named, schema, texts));
  return inOrder([...syntax, ...semantic], [...texts.keys()]);
}

/** The engine reports in the order of a hash table: by policy and place the same app always says the same. */
function inOrder(problems: readonly CedarProblem[], ids: readonly string[]): CedarProblem[] {
  const position = new Map(ids.map((id, index) => [id, index]));
  const compare = (a: CedarProblem, b: CedarProblem) =>
    position.get(a.policyId)! - position.get(b.policyId)! ||
    // What a policy never does is often a consequence of an error in it.
    Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    (a.message < b.message ? -1 : 1);
  return [...problems].sort(compare);
}

/** The validator tries every action of the schema for every policy, so policies get a schema of their own actions. */
function validateChunk(
  chunk: readonly CedarPolicyText[],
  named: ReadonlyMap<string, readonly string[] | undefined>,
  schema: CedarSchema,
  texts: ReadonlyMap<string, string>,
): CedarProblem[] {
  const actions = chunk.map(({ id }) => named.get(id));
  // Without the whole schema an unknown action would get no "did you mean", and a group would lose its tools.
  const subset = actions.includes(undefined)
    ? undefined
    : schemaOfActions(
        schema,
        actions.flatMap((names) => names ?? []),
      );
  if (subset === undefined && chunk.length > 1) {
    return chunk.flatMap((policy) => validateChunk([policy], named, schema, texts));
  }
  const answer = cedar().validate({
    schema: subset ?? schema,
    policies: { staticPolicies: Object.fromEntries(chunk.map(({ id, text }) => [id, text])) },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') throw schemaError(answer.errors.map(({ message }) => message).join('; '));
  return problemsOf(answer, texts);
}

export interface ParsedPolicy {
  readonly json?: CedarPolicyJson;
  readonly problems: readonly CedarProblem[];
}

/** Validation, analysis and rules ask about the same texts: an engine has up to 1,000 policies. */
const PARSED_MAX = 4_000;
const parsed = new Map<string, ParsedPolicy>();

/** The structure of one policy (Cedar's JSON policy format), or what is wrong with its syntax. Not to be changed. */
export function parsePolicy(text: string): ParsedPolicy {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const answer = cedar().policyToJson(text);
  const result: ParsedPolicy =
    answer.type === 'success'
      ? { json: answer.json, problems: [] }
      : { problems: answer.errors.map((error) => toProblem('', text, error)) };
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(text, result);
  return result;
}

/** An expression of Cedar's JSON format as Cedar text. */
export function expressionText(expression: object): string {
  const all = { op: 'All' } as const;
  const conditions = [{ kind: 'when' as const, body: expression as CedarWasm.Expr }];
  const answer = cedar().policyToText({ effect: 'permit', principal: all, action: all, resource: all, conditions });
  if (answer.type === 'failure') return JSON.stringify(expression);
  return answer.text.replace(/^[\s\S]*?when \{\s*/, '').replace(/\s*\};?\s*$/, '');
}

/** Actions and groups of actions that the scope of a policy names; none where it is about all. */
export function scopeActions({ action }: CedarPolicyJson): string[] {
  const uids = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  return uids.map((uid) => ('__entity' in uid ? uid.__entity : uid).id);
}

/** The tool actions that the scope of a policy lists, or `undefined` when it may reach others: any, or a group. */
export function namedActions(policy: CedarPolicyJson): string[] | undefined {
  const ids = scopeActions(policy);
  const groups = policy.action.op === 'in' && ids.some((name) => splitToolName(name) === undefined);
  return groups || ids.length === 0 ? undefined : ids;
}

/**
 * `validate()` answers `success` also for invalid policies; what it found is in `validationErrors`. `failure` only says
 * that policies or schema do not parse.
 */
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

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
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
    ...(location === undefined ? {} : positionOf(text, location.start, location.end)),
    ...(location === undefined ? {} : { offset: { start: location.start, end: location.end } }),
  };
}

export function schemaError(message: string): SecureMcpError {
  return new SecureMcpError({
    code: 'CEDAR_INVALID',
    message: `policies cannot be used: ${message}`,
    fix: 'Correct the policy or the schema of the tools',
  });
}
