import type { Problem } from '../errors';
import { shown } from '../errors';
import { isPlainObject } from '../schema/json';
import { nearest } from '../suggest';
import type { KnownCaller } from './access-map';
import type { AuthorizationModel, CallAnswer } from './authorization-model';
import { type ClauseCoverage, clauseCoverage } from './clause-coverage';
import { explainAnswer } from './explain-answer';
import { type CedarPrincipal, iamPrincipal, oauthPrincipal } from './request';

/** One expectation of a table of policy tests. */
export interface PolicyTest {
  readonly name: string;
  /** Who calls, in words. */
  readonly caller: string;
  readonly principal: CedarPrincipal;
  readonly tool: string;
  readonly arguments: { readonly [name: string]: unknown };
  readonly now: Date;
  readonly expect: 'allow' | 'deny';
  /** The policies that have to decide; left out, any may. */
  readonly by?: readonly string[];
}

export interface PolicyTestResult {
  readonly name: string;
  readonly passed: boolean;
  /** Why it failed, and what the engine said. */
  readonly message: string;
  readonly tool: string;
  readonly decision: 'allow' | 'deny';
  readonly policies: readonly string[];
  /** Who asked for what, and what each policy says about it; empty for a test that passed. */
  readonly explanation: readonly string[];
}

export interface PolicyTestReport {
  readonly results: readonly PolicyTestResult[];
  readonly coverage: ClauseCoverage;
}

const KEYS = ['name', 'agent', 'caller', 'iamArn', 'tool', 'arguments', 'at', 'expect', 'by'];

/**
 * Reads a table of tests, parsed from YAML or JSON: `{ tests: [{ name, caller, tool, arguments, at, expect, by }] }`.
 * `caller` are the claims of a token; without `sub` it is the `client_id`, as in a token of client credentials. `agent` is
 * the name of an agent of the app: its client with its scopes; `caller` beside it are the claims of the person who logged
 * in to it. `iamArn` is a caller with a signature. `at` is the time of the call, by default `now`.
 */
export function readPolicyTests(
  table: unknown,
  at: string,
  now: Date,
  callers: readonly KnownCaller[] = [],
): { readonly tests: readonly PolicyTest[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const rows = isPlainObject(table) ? table.tests : undefined;
  if (!Array.isArray(rows) || rows.length === 0) {
    const fix = 'Write tests: as a list with caller, tool, arguments and expect';
    return { tests: [], problems: [{ code: 'POLICY_TEST', message: 'there is no list of tests', fix, at }] };
  }
  const tests = rows.flatMap((row, index) => {
    const report = (message: string, fix: string) =>
      problems.push({ code: 'POLICY_TEST', message: `test ${index + 1}: ${message}`, fix, at });
    const test = readPolicyTest(row, `test ${index + 1}`, { now, callers, report });
    return test === undefined ? [] : [test];
  });
  return { tests, problems };
}

export interface ReadPolicyTestContext {
  readonly now: Date;
  readonly callers: readonly KnownCaller[];
  readonly report: (message: string, fix: string) => void;
}

/** Reads one row; `name` is used where it has none of its own. `undefined` after a problem was reported. */
export function readPolicyTest(
  row: unknown,
  name: string,
  { now, callers, report }: ReadPolicyTestContext,
): PolicyTest | undefined {
  if (!isPlainObject(row)) {
    report(`a test is an object, got ${shown(row)}`, 'Write caller, tool, arguments and expect');
    return undefined;
  }
  for (const key of Object.keys(row).filter((each) => !KEYS.includes(each))) {
    const meant = nearest(key, KEYS);
    report(
      `there is no '${key}' in a test`,
      meant === undefined ? `Use ${KEYS.join(', ')}` : `Did you mean '${meant}'?`,
    );
  }
  const principal = readCaller(row, callers);
  for (const claim of contradictions(row, callers))
    report(
      `agent '${row.agent}' gets no token with another ${claim}, got ${shown((row.caller as Claims)[claim])}`,
      'Leave the claim out, or leave agent out and give all claims',
    );
  if (principal === undefined)
    report(
      'nobody is calling',
      'Give agent, an agent of the app; caller, with the claims sub or client_id; both; or iamArn',
    );
  if (typeof row.tool !== 'string') report(`the tool is a name, got ${shown(row.tool)}`, 'Name the tool');
  if (row.expect !== 'allow' && row.expect !== 'deny')
    report(`expect is allow or deny, got ${shown(row.expect)}`, 'Say what has to happen');
  const time = row.at === undefined ? now : new Date(String(row.at instanceof Date ? row.at.toISOString() : row.at));
  if (Number.isNaN(time.getTime()))
    report(`at is a time, got ${shown(row.at)}`, 'Use ISO 8601, for example 2026-12-01T08:00:00Z');
  if (row.arguments !== undefined && !isPlainObject(row.arguments))
    report(`arguments is an object, got ${shown(row.arguments)}`, 'Name each argument');
  const by = row.by === undefined ? undefined : [row.by].flat();
  if (by?.some((id) => typeof id !== 'string'))
    report(`by is a policy or a list of policies, got ${shown(row.by)}`, 'Name the policies that have to decide');
  if (principal === undefined || typeof row.tool !== 'string' || (row.expect !== 'allow' && row.expect !== 'deny'))
    return undefined;
  return {
    name: typeof row.name === 'string' ? row.name : `${name}: ${row.tool} ${row.expect}`,
    caller: callerText(row, principal),
    principal,
    tool: row.tool,
    arguments: isPlainObject(row.arguments) ? row.arguments : {},
    now: time,
    expect: row.expect,
    ...(by === undefined ? {} : { by: by as string[] }),
  };
}

function callerText({ agent, caller }: { readonly [key: string]: unknown }, { id }: CedarPrincipal): string {
  const claims = caller === undefined ? '' : shown(caller);
  if (agent === undefined) return claims === '' ? id : claims;
  return claims === '' ? `agent ${agent}` : `agent ${agent}, as ${claims}`;
}

interface Claims {
  readonly [claim: string]: unknown;
}

/**
 * Claims beside an agent that its token has otherwise. Fewer scopes than the agent can get are fine, and a denial may be
 * tried with any.
 */
function contradictions({ agent, caller, expect }: Claims, callers: readonly KnownCaller[]): string[] {
  const tags = callers.find(({ name }) => name === `agent ${agent}`)?.principal.tags ?? {};
  const given = isPlainObject(caller) ? caller : {};
  return Object.entries(tags)
    .filter(([claim, known]) => Object.hasOwn(given, claim) && !isPartOf(claim, given[claim], known))
    .filter(([claim]) => claim !== 'scope' || expect !== 'deny')
    .map(([claim]) => claim);
}

function isPartOf(claim: string, given: unknown, known: string): boolean {
  if (claim !== 'scope' || typeof given !== 'string') return given === known;
  return given.split(' ').every((word) => word === '' || known.split(' ').includes(word));
}

function readCaller(
  { agent, caller, iamArn }: { readonly [key: string]: unknown },
  callers: readonly KnownCaller[],
): CedarPrincipal | undefined {
  if (iamArn !== undefined)
    return typeof iamArn === 'string' && agent === undefined && caller === undefined ? iamPrincipal(iamArn) : undefined;
  if (caller !== undefined && !isPlainObject(caller)) return undefined;
  const known = agent === undefined ? undefined : callers.find(({ name }) => name === `agent ${agent}`);
  if (agent !== undefined && known === undefined) return undefined;
  const claims = { ...known?.principal.tags, ...caller };
  return oauthPrincipal({ ...(claims.client_id === undefined ? {} : { sub: claims.client_id }), ...claims });
}

/** Runs the tests. A call that is allowed has to be listed, too: otherwise no client would find the tool. */
export function runPolicyTests(model: AuthorizationModel, tests: readonly PolicyTest[]): PolicyTestReport {
  const results = tests.map((test) => runPolicyTest(model, test));
  const known = tests.filter(({ tool }) => model.findTool(tool).tool !== undefined);
  return { results, coverage: clauseCoverage(model, known) };
}

export function runPolicyTest(model: AuthorizationModel, test: PolicyTest): PolicyTestResult {
  const { tool, problem } = model.findTool(test.tool);
  if (tool === undefined) {
    const result = { name: test.name, passed: false, tool: test.tool, decision: 'deny', policies: [] } as const;
    return { ...result, message: problem!, explanation: explainTest(test, test.tool, []) };
  }
  const answer = model.ask(test);
  const failure = uncertain(model, tool) ?? failureOf(test, answer, policyNames(model));
  const { decision, policies } = answer;
  const explanation = failure === undefined ? [] : explainTest(test, tool, explainAnswer(model, tool, test.principal));
  const passed = failure === undefined;
  return { name: test.name, passed, message: failure ?? said(answer), tool, decision, policies, explanation };
}

function explainTest(test: PolicyTest, tool: string, policies: readonly string[]): string[] {
  const rows = [
    ['caller', test.caller],
    ['tool', tool],
    ['arguments', shown(test.arguments)],
    ['at', test.now.toISOString()],
    ...policies.map((line, index) => [index === 0 ? 'policies' : '', line]),
  ];
  return rows.map(([label, value]) => `${label!.padEnd(9)}  ${value}`);
}

/** An answer that an unread policy may turn round is none, whatever is expected. */
function uncertain(model: AuthorizationModel, tool: string): string | undefined {
  const unread = model.unreadOf(tool).map(({ name, why }) => `${name}: ${why}`);
  return unread.length === 0 ? undefined : `nothing can be said about this tool, ${unread.join('; ')}`;
}

/** The end that makes the name of a generated policy unique in an account. */
const GENERATED_END = /_[0-9a-f]{10}$/;

/** The policies that a name in a test means: the one with that id, else the generated one of that name. */
function policyNames({ input }: AuthorizationModel): (name: string) => readonly string[] {
  const ids = input.policies.map(({ id }) => id);
  return (name) => (ids.includes(name) ? [name] : ids.filter((id) => id.replace(GENERATED_END, '') === name));
}

function failureOf(
  { expect, by }: PolicyTest,
  answer: CallAnswer,
  idsOf: (name: string) => readonly string[],
): string | undefined {
  if (answer.decision !== expect) return `expected ${expect}, ${said(answer)}`;
  if (answer.decision === 'allow' && !answer.listed) return 'the call is allowed, but tools/list hides the tool';
  if (by === undefined) return undefined;
  const decides = (name: string) => idsOf(name).some((id) => answer.policies.includes(id));
  const isNamed = (id: string) => by.some((name) => idsOf(name).includes(id));
  if (by.every(decides) && answer.policies.every(isNamed)) return undefined;
  return `expected to be decided by ${by.join(', ') || 'no policy'}, ${said(answer)}`;
}

function said({ decision, policies, requestError, errors }: CallAnswer): string {
  if (requestError !== undefined) return `got deny: ${requestError}`;
  if (policies.length > 0) return `got ${decision} by ${policies.join(', ')}`;
  const failed = errors.map(({ policyId, message }) => `; ${policyId} failed: ${message}`).join('');
  return `got ${decision}, no policy applies${failed}`;
}
