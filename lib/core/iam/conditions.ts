import { isArn, LITERAL, matchesArn, matchesPattern } from './match';
import { type ConditionBlock, type ConditionValue, many } from './policy-document';

/** Values of condition keys in a request; names are compared without regard to case. */
export type RequestContext = { readonly [key: string]: ContextValue | undefined };
export type ContextValue = string | number | boolean | readonly string[];

export interface ConditionResult {
  readonly holds: boolean;
  /** `StringEquals aws:SourceAccount`, the first one that does not hold. */
  readonly failed?: string;
}

/** The statement that a condition is in. */
export interface ConditionScope {
  readonly effect: string;
  /** Language version of the policy; variables exist from `2012-10-17` on. */
  readonly version?: string;
}

/**
 * All operators and all keys must hold; of several values one is enough (of a negated operator: none may match).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function evaluateConditions(
  block: ConditionBlock | undefined,
  context: RequestContext,
  scope: ConditionScope = { effect: 'Allow', version: VARIABLES_SINCE },
): ConditionResult {
  for (const [operator, keys] of Object.entries(block ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      if (!holds(operator, key, many<ConditionValue>(values), context, scope))
        return { holds: false, failed: `${operator} ${key}` };
    }
  }
  return { holds: true };
}

/**
 * The value of a condition key, whose name is compared without regard to case.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export function contextValue(context: RequestContext, key: string): ContextValue | undefined {
  const name = Object.keys(context).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : context[name];
}

function holds(
  operatorText: string,
  key: string,
  values: readonly ConditionValue[],
  context: RequestContext,
  { effect, version }: ConditionScope,
): boolean {
  const [, quantifier, name, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operatorText) ?? [];
  const given = contextValue(context, key);

  // `Null: true` asks that the key is absent; an empty value is null, too, so that `Null: false` guards ForAllValues.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
  if (name === 'Null') return values.some((value) => String(value).toLowerCase() === String(isNull(given)));
  const operator = name === undefined || !Object.hasOwn(OPERATORS, name) ? undefined : OPERATORS[name];
  // What cannot be compared must not open anything: it narrows no Deny and completes no Allow.
  const undecided = effect === 'Deny';
  if (operator === undefined) return undecided;

  const expected = values.flatMap((value) => {
    if (!operator.variables || !hasVariables(version)) return [String(value)];
    // A variable without value is equal to nothing and like nothing: an inverted operator holds against it.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
    return substitute(String(value), context) ?? [];
  });
  const matches = (one: string): boolean => {
    const verdicts = expected.map((value) => operator.matches(value, one));
    if (verdicts.includes(true)) return !operator.negated;
    return verdicts.includes(undefined) ? undecided : operator.negated;
  };

  if (quantifier !== undefined) {
    // Without the key `IfExists` says true and ForAnyValue says false; which of them counts is not documented.
    if (given === undefined && quantifier === 'ForAnyValue' && ifExists !== undefined) return undecided;
    // Without the key, and for a null data set such as an empty string, ForAllValues holds and ForAnyValue does not.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    if (given === undefined || isNull(given)) return quantifier === 'ForAllValues';
    const all = texts(given);
    return quantifier === 'ForAllValues' ? all.every(matches) : all.some(matches);
  }
  // Without its key a condition does not hold, unless it is negated or says `IfExists`.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
  if (given === undefined) return ifExists !== undefined || operator.negated;
  // Several values need a set operator; what they are without one is not documented.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  const [one, ...others] = texts(given);
  return one === undefined || others.length > 0 ? undecided : matches(one);
}

function isNull(given: ContextValue | undefined): boolean {
  return given === undefined || texts(given).every((one) => one === '');
}

function texts(value: ContextValue): string[] {
  return many<string | number | boolean>(value as string).map(String);
}

interface Operator {
  readonly negated: boolean;
  /**
   * Whether its values may hold policy variables: those of strings and of ARNs.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-conditionelement
   */
  readonly variables: boolean;
  /** `undefined` when the two cannot be compared. */
  readonly matches: (expected: string, given: string) => boolean | undefined;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: { readonly [name: string]: Operator } = {
  // `*` and `?` are ordinary characters for the Equals operators.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String
  StringEquals: is((expected, given) => literal(expected) === given, true),
  StringNotEquals: not((expected, given) => literal(expected) === given, true),
  StringEqualsIgnoreCase: is((expected, given) => literal(expected).toLowerCase() === given.toLowerCase(), true),
  StringNotEqualsIgnoreCase: not((expected, given) => literal(expected).toLowerCase() === given.toLowerCase(), true),
  StringLike: is(matchesPattern, true),
  StringNotLike: not(matchesPattern, true),
  NumericEquals: is(numeric((expected, given) => given === expected)),
  NumericNotEquals: not(numeric((expected, given) => given === expected)),
  NumericLessThan: is(numeric((expected, given) => given < expected)),
  NumericLessThanEquals: is(numeric((expected, given) => given <= expected)),
  NumericGreaterThan: is(numeric((expected, given) => given > expected)),
  NumericGreaterThanEquals: is(numeric((expected, given) => given >= expected)),
  DateEquals: is(date((expected, given) => given === expected)),
  DateNotEquals: not(date((expected, given) => given === expected)),
  DateLessThan: is(date((expected, given) => given < expected)),
  DateLessThanEquals: is(date((expected, given) => given <= expected)),
  DateGreaterThan: is(date((expected, given) => given > expected)),
  DateGreaterThanEquals: is(date((expected, given) => given >= expected)),
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean
  Bool: is((expected, given) => expected.toLowerCase() === given.toLowerCase()),
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_BinaryEquals
  BinaryEquals: is((expected, given) => literal(expected) === given),
  IpAddress: is(inNetwork),
  NotIpAddress: not(inNetwork),
  // ArnEquals and ArnLike behave identically.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
  ArnEquals: is(compareArns, true),
  ArnLike: is(compareArns, true),
  ArnNotEquals: not(compareArns, true),
  ArnNotLike: not(compareArns, true),
};

function is(matches: Operator['matches'], variables = false): Operator {
  return { negated: false, variables, matches };
}

function not(matches: Operator['matches'], variables = false): Operator {
  return { negated: true, variables, matches };
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric */
function numeric(compare: (expected: number, given: number) => boolean): Operator['matches'] {
  return (expected, given) => {
    const [a, b] = [expected, given].map((text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined));
    return a === undefined || b === undefined ? undefined : compare(a, b);
  };
}

/**
 * The W3C's formats of ISO 8601, or seconds since the epoch.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
 */
function date(compare: (expected: number, given: number) => boolean): Operator['matches'] {
  return (expected, given) => {
    const [a, b] = [instant(expected), instant(given)];
    return Number.isNaN(a) || Number.isNaN(b) ? undefined : compare(a, b);
  };
}

/** Milliseconds. A time without zone is none of the formats: read as local time, it would depend on the machine. */
function instant(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  return W3C_DATE.test(text) ? Date.parse(text) : Number.NaN;
}

/** @see https://www.w3.org/TR/NOTE-datetime */
const W3C_DATE = /^\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?$/;

function compareArns(expected: string, given: string): boolean | undefined {
  return isArn(expected) && isArn(given) ? matchesArn(expected, given) : undefined;
}

function literal(text: string): string {
  return text.replaceAll(LITERAL.star, '*').replaceAll(LITERAL.question, '?').replaceAll(LITERAL.dollar, '$');
}

/** Variables came with this version of the policy language; before, `${…}` is text. */
const VARIABLES_SINCE = '2012-10-17';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html */
export function hasVariables(version: string | undefined): boolean {
  return version !== undefined && version >= VARIABLES_SINCE;
}

/**
 * Replaces `${key}` and `${key, 'default'}`. `undefined` when a key has no value and there is no default: then the text
 * matches nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-default-values
 */
export function substitute(text: string, context: RequestContext): string | undefined {
  let missing = false;
  const result = text.replace(/\$\{([^}]*)\}/g, (_whole, inner: string) => {
    const name = inner.trim();
    if (name === '*') return LITERAL.star;
    if (name === '?') return LITERAL.question;
    if (name === '$') return LITERAL.dollar;
    const [, key, fallback] = /^([^,]+?)(?:\s*,\s*'([^']*)')?$/.exec(name) ?? [];
    const value = key === undefined ? undefined : contextValue(context, key);
    // A multivalued key cannot be used as a variable, and an empty value is none.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-using-variables
    const single = value === undefined || value === '' || typeof value === 'object' ? fallback : String(value);
    if (single === undefined) missing = true;
    return (single ?? '').replaceAll('*', LITERAL.star).replaceAll('?', LITERAL.question);
  });
  return missing ? undefined : result;
}

/**
 * CIDR or single address, IPv4 and IPv6. An address of one family is outside every network of the other.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
 */
function inNetwork(network: string, address: string): boolean | undefined {
  const [base = '', length] = network.split('/');
  const [a, b] = [addressBits(base), addressBits(address)];
  const prefix = length === undefined ? a?.length : Number(length || Number.NaN);
  if (a === undefined || b === undefined || prefix === undefined) return undefined;
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > a.length) return undefined;
  return a.length === b.length && a.slice(0, prefix) === b.slice(0, prefix);
}

function addressBits(address: string): string | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const bytes = address.split('.').map(Number);
    return bytes.every((byte) => byte < 256)
      ? bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
      : undefined;
  }
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined;
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const missing = 8 - groups(head).length - groups(tail ?? '').length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  const all = [...groups(head), ...Array(tail === undefined ? 0 : missing).fill('0'), ...groups(tail ?? '')];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
