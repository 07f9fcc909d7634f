import { isObject, own } from '../assembly/cloudformation';
import { type Problem, SecureMcpError, shown } from '../core/errors';
import { nearest } from '../core/suggest';
import { type Acknowledgment, isExpiry, readReason, ruleIdOf } from './acknowledgment';
import type { RuleOptions } from './options';
import { RULES } from './registry';

/** `secure-mcp.json`: options of the rules, severities, acknowledgments. */
export interface CheckConfig {
  readonly options: Partial<RuleOptions>;
  /** Path of the lock of the tools. */
  readonly toolLock?: string;
  readonly acknowledgments: readonly Acknowledgment[];
}

type Check = (value: unknown) => string | undefined;

const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value as string) ? undefined : `takes ${words.join(', ')}`;
const text: Check = (value) => (typeof value === 'string' ? undefined : 'takes a text');
const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'takes a list of texts';
const positive: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : 'takes a number above 0';
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'takes true or false');
const list: Check = (value) => (Array.isArray(value) ? undefined : 'takes a list');

/** What the file may hold. Not the date: acknowledgments expire by the real one. */
const OPTIONS: { readonly [name: string]: Check } = {
  profile: oneOf('default', 'strict', 'private'),
  approvedIssuers: texts,
  approvedHosts: texts,
  allowLocalCallbacks: flag,
  maxAccessTokenMinutes: positive,
  maxRefreshTokenDays: positive,
  maxSessionSeconds: positive,
  maxTimeoutSeconds: positive,
  minLogRetentionDays: positive,
  maxToolsPerTarget: positive,
  toolLock: text,
  severities: (value) => (isObject(value) ? undefined : 'takes an object'),
  acknowledgments: list,
} satisfies { readonly [name in Exclude<keyof RuleOptions, 'today'>]: Check } & { readonly acknowledgments: Check };

const ACKNOWLEDGMENT: { readonly [name: string]: Check } = {
  id: text,
  stack: text,
  resource: text,
  reason: text,
  owner: text,
  expires: (value) =>
    typeof value === 'string' && isExpiry(value) ? undefined : 'takes a day as YYYY-MM-DD or a month as YYYY-MM',
};

/**
 * Reads a configuration of the checks; `path` is for messages.
 *
 * @throws SecureMcpError CHECK_CONFIG, with everything that is wrong
 */
export function parseCheckConfig(config: unknown, path: string): CheckConfig {
  const problems = [...problemsOf(config)].map(
    ([message, fix]): Problem => ({ code: 'CHECK_CONFIG', message, fix, at: path }),
  );
  if (problems.length > 0) throw new SecureMcpError(problems);
  const { acknowledgments = [], toolLock, ...options } = config as { readonly [name: string]: unknown };
  return {
    options: options as Partial<RuleOptions>,
    ...(toolLock === undefined ? {} : { toolLock: String(toolLock) }),
    acknowledgments: (acknowledgments as unknown[]).map((each) => acknowledgmentOf(each, path)),
  };
}

function* problemsOf(config: unknown): Iterable<readonly [message: string, fix: string]> {
  if (!isObject(config)) {
    yield ['the configuration is no object', 'See `secure-mcp check --help`'];
    return;
  }
  for (const [name, value] of Object.entries(config)) {
    const check = own(OPTIONS, name) as Check | undefined;
    if (check === undefined) yield unknownName('option', name, OPTIONS);
    const problem = check?.(value);
    if (problem !== undefined) yield [`${name} ${problem}, got ${shown(value)}`, `Change ${name}`];
  }
  yield* severityProblems(own(config, 'severities'));
  for (const each of (Array.isArray(config.acknowledgments) ? config.acknowledgments : []) as unknown[])
    yield* acknowledgmentProblems(each);
}

function* acknowledgmentProblems(acknowledgment: unknown): Iterable<readonly [message: string, fix: string]> {
  const id = own(acknowledgment, 'id');
  if (typeof id !== 'string' || !isRule(ruleIdOf(id)))
    yield [`an acknowledgment names no rule, got ${shown(id)}`, 'Give it an id, see `secure-mcp list`'];
  for (const [name, value] of Object.entries(isObject(acknowledgment) ? acknowledgment : {})) {
    const check = own(ACKNOWLEDGMENT, name) as Check | undefined;
    if (check === undefined) yield unknownName('key of an acknowledgment', name, ACKNOWLEDGMENT);
    const problem = name === 'id' ? undefined : check?.(value);
    if (problem !== undefined)
      yield [`${name} of an acknowledgment ${problem}, got ${shown(value)}`, `Change ${name} of ${shown(id)}`];
  }
}

function unknownName(what: string, name: string, known: object): readonly [message: string, fix: string] {
  const near = nearest(name, Object.keys(known));
  return [
    `unknown ${what}, got ${shown(name)}${near === undefined ? '' : `, did you mean ${near}?`}`,
    `Use ${Object.keys(known).join(', ')}`,
  ];
}

function* severityProblems(severities: unknown): Iterable<readonly [message: string, fix: string]> {
  for (const [id, severity] of Object.entries(isObject(severities) ? severities : {})) {
    if (!RULES.some((rule) => rule.id === id))
      yield [`severities names no rule, got ${shown(id)}`, 'Use ids such as IN01, see `secure-mcp list`'];
    const problem = oneOf('error', 'warning', 'off')(severity);
    if (problem !== undefined)
      yield [`the severity of ${id} ${problem}, got ${shown(severity)}`, 'Change the severity'];
  }
}

function isRule(ruleId: string): boolean {
  return RULES.some(({ id }) => ruleId === `SecureMcp-${id}` || ruleId.startsWith(`SecureMcp-${id}[`));
}

function acknowledgmentOf(each: unknown, path: string): Acknowledgment {
  const given = (name: string) => (own(each, name) === undefined ? undefined : String(own(each, name)));
  const reason = given('reason') ?? '';
  return {
    ruleId: ruleIdOf(String(own(each, 'id'))),
    reason,
    stack: given('stack'),
    logicalId: given('resource'),
    scope: given('resource') === undefined ? 'app' : path,
    owner: given('owner') ?? readReason(reason).owner,
    expires: given('expires') ?? readReason(reason).expires,
  };
}
