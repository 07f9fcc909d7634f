import { LITERAL, matchesArn, matchesPattern } from './match';
import { type ConditionBlock, type ConditionValue, many } from './policy-document';

/** Values of condition keys in a request; names are compared without regard to case. */
export type RequestContext = { readonly [key: string]: ContextValue | undefined };
export type ContextValue = string | number | boolean | readonly string[];

export interface ConditionResult {
  readonly holds: boolean;
  /** `StringEquals aws:SourceAccount`, the first one that does not hold. */
  readonly failed?: string;
}

/**
 * All operators and all keys must hold; of several values one is enough (of a negated operator: none may match).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function evaluateConditions(
  block: ConditionBlock | undefined,
  context: RequestContext,
  effect = 'Allow',
): ConditionResult {
  for (const [operator, keys] of Object.entries(block ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      if (!holds(operator, key, many<ConditionValue>(values), context, effect))
        return { holds: false, failed: `${operator} ${key}` };
    }
  }
  return { holds: true };
}

export function contextValue(context: RequestContext, key: string): ContextValue | undefined {
  const name = Object.keys(context).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : context[name];
}

function holds(
  operatorText: string,
  key: string,
  values: readonly ConditionValue[],
  context: RequestContext,
  effect: string,
): boolean {
  const [, quantifier, name, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operatorText) ?? [];
  const given = contextValue(context, key);

  // `Null: true` asks that the key is absent.
  if (name === 'Null') return values.some((value) => String(value) === String(given === undefined));
  const operator = name === undefined || !Object.hasOwn(OPERATORS, name) ? undefined : OPERATORS[name];
  // An operator that is not known must not open anything: it narrows no Deny and completes no Allow.
  if (operator === undefined) return effect === 'Deny';

  const substituted = values.map((value) => substitute(String(value), context));
  const expected = substituted.filter((value) => value !== undefined);
  // What differs from a variable without value differs from nothing: that opens nothing, either.
  if (operator.negated && given !== undefined && expected.length < values.length && effect !== 'Deny') return false;
  const matches = (one: string) => {
    const some = expected.some((value) => operator.matches(value, one));
    return operator.negated ? !some : some;
  };

  if (quantifier === 'ForAllValues') {
    // True when the key is absent: a limit on the values of a key says nothing about requests without it.
    return given === undefined || many<string | number | boolean>(given as never).every((one) => matches(String(one)));
  }
  if (given === undefined) {
    // A negated operator holds when the key is absent; ForAnyValue never does.
    return quantifier === 'ForAnyValue' ? false : ifExists !== undefined || operator.negated;
  }
  const all = many<string | number | boolean>(given as never).map(String);
  if (quantifier === 'ForAnyValue') return all.some(matches);
  return operator.negated ? all.every(matches) : all.some(matches);
}

interface Operator {
  readonly negated: boolean;
  readonly matches: (expected: string, given: string) => boolean;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: { readonly [name: string]: Operator } = {
  // `*` and `?` are ordinary characters for the Equals operators.
  StringEquals: is((expected, given) => literal(expected) === given),
  StringNotEquals: not((expected, given) => literal(expected) === given),
  StringEqualsIgnoreCase: is((expected, given) => literal(expected).toLowerCase() === given.toLowerCase()),
  StringNotEqualsIgnoreCase: not((expected, given) => literal(expected).toLowerCase() === given.toLowerCase()),
  StringLike: is(matchesPattern),
  StringNotLike: not(matchesPattern),
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
  Bool: is((expected, given) => expected.toLowerCase() === given.toLowerCase()),
  BinaryEquals: is((expected, given) => literal(expected) === given),
  IpAddress: is(inNetwork),
  NotIpAddress: not(inNetwork),
  // ArnEquals and ArnLike behave identically.
  ArnEquals: is(matchesArn),
  ArnLike: is(matchesArn),
  ArnNotEquals: not(matchesArn),
  ArnNotLike: not(matchesArn),
};

function is(matches: Operator['matches']): Operator {
  return { negated: false, matches };
}

function not(matches: Operator['matches']): Operator {
  return { negated: true, matches };
}

function numeric(compare: (expected: number, given: number) => boolean): Operator['matches'] {
  return (expected, given) => {
    const [a, b] = [Number(expected), Number(given)];
    return expected.trim() !== '' && given.trim() !== '' && !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b);
  };
}

/** ISO 8601 or seconds since the epoch. */
function date(compare: (expected: number, given: number) => boolean): Operator['matches'] {
  const time = (text: string) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text));
  return (expected, given) => {
    const [a, b] = [time(expected), time(given)];
    return !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b);
  };
}

function literal(text: string): string {
  return text.replaceAll(LITERAL.star, '*').replaceAll(LITERAL.question, '?').replaceAll(LITERAL.dollar, '$');
}

/**
 * Replaces `${key}` and `${key, 'default'}`. `undefined` when a key is absent and there is no default: then the value
 * matches nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
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
    // A multivalued key cannot be used as a variable.
    const single = value === undefined || typeof value === 'object' ? fallback : String(value);
    if (single === undefined) missing = true;
    return (single ?? '').replaceAll('*', LITERAL.star).replaceAll('?', LITERAL.question);
  });
  return missing ? undefined : result;
}

/** CIDR or single address, IPv4 and IPv6. */
function inNetwork(network: string, address: string): boolean {
  const [base, length] = network.split('/');
  const [a, b] = [addressBits(base ?? ''), addressBits(address)];
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  const prefix = length === undefined ? a.length : Number(length);
  return Number.isInteger(prefix) && prefix >= 0 && prefix <= a.length && a.slice(0, prefix) === b.slice(0, prefix);
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
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
