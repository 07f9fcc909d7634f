import { Token } from 'aws-cdk-lib';
import { type FilePolicy, sourcePlaces } from '../core/cedar/policy-file';
import { type Problem, shown } from '../core/errors';
import { nearest } from '../core/suggest';
import { deployTimeLiteral } from './deploy-time-text';

export interface FilledPolicy {
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** Comments, and strings: the only places where braces can be a placeholder. */
const COMMENT_OR_STRING = /\/\/[^\n]*|"(?:[^"\\]|\\[\s\S])*"/g;
const PLACEHOLDER = /\{\{([A-Za-z][A-Za-z0-9_]*)\}\}/g;
const ID = /^[ \t]*@id\("[^"\\]*"\)[ \t]*\n?/m;

/** By name. */
export interface PlaceholderValues {
  readonly [name: string]: string;
}

/** The text that is deployed: placeholders filled, without the `@id` that has become the name of the resource. */
export function fillPlaceholders(policy: FilePolicy, values: PlaceholderValues): FilledPolicy {
  const problems: Problem[] = [];
  const at = sourcePlaces(policy, policy.line).join(', ');
  const text = withPlaceholders(policy.text, (whole, name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined && (Token.isUnresolved(value) || fits(value))) return deployTimeLiteral(value).slice(1, -1);
    problems.push({ ...(value === undefined ? missing(name, Object.keys(values)) : unfit(name, value)), at });
    return whole;
  });
  return { text: text.replace(ID, '').trim(), problems };
}

/**
 * What {@link fillPlaceholders} could not see: values that are resolved at synthesis, and the text around references.
 * What a reference itself becomes at deployment is trusted.
 */
export function unfitWhenResolved(
  policy: FilePolicy,
  values: PlaceholderValues,
  resolve: (value: string) => unknown,
): Problem[] {
  const used = new Set<string>();
  withPlaceholders(policy.text, (whole, name) => {
    if (Object.hasOwn(values, name) && Token.isUnresolved(values[name])) used.add(name);
    return whole;
  });
  return [...used].flatMap((name) => {
    const resolved = resolve(values[name]!);
    const nothing = resolved === '' || resolved === undefined || resolved === null;
    const wrong = nothing ? '' : textsIn(resolved).find((text) => text !== '' && !fits(text));
    return wrong === undefined ? [] : [{ ...unfit(name, wrong), at: sourcePlaces(policy, policy.line).join(', ') }];
  });
}

function withPlaceholders(text: string, replace: (whole: string, name: string) => string): string {
  return text.replace(COMMENT_OR_STRING, (part) => (part.startsWith('//') ? part : part.replace(PLACEHOLDER, replace)));
}

/** Every text in intrinsic functions; names of resources and attributes among them always fit. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** In a pattern an asterisk would become a wildcard, whatever was meant; without text it would match too much. */
function fits(value: string): boolean {
  return /^[\x20-\x7e]+$/.test(value) && !/["\\*]/.test(value);
}

function missing(name: string, known: readonly string[]): Problem {
  const meant = nearest(name, known);
  return {
    code: 'CEDAR_FILE',
    message: `the placeholder {{${name}}} has no value`,
    fix: meant === undefined ? 'Pass it in the values of addPolicies' : `Did you mean {{${meant}}}?`,
  };
}

function unfit(name: string, value: string): Problem {
  return {
    code: 'CEDAR_FILE',
    message: `the value of {{${name}}} is empty or not printable ASCII without " \\ and *, got ${shown(value)}`,
    fix: 'Write such text into the file',
  };
}
