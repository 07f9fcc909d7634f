import { Token } from 'aws-cdk-lib';
import type { FilePolicy } from '../core/cedar/policy-file';
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

/** The text that is deployed: placeholders filled, without the `@id` that has become the name of the resource. */
export function fillPlaceholders(policy: FilePolicy, values: { readonly [name: string]: string }): FilledPolicy {
  const problems: Problem[] = [];
  const at = `${policy.file}:${policy.line}`;
  const text = policy.text.replace(COMMENT_OR_STRING, (part) => {
    if (part.startsWith('//')) return part;
    return part.replace(PLACEHOLDER, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value !== undefined && fits(value)) return deployTimeLiteral(value).slice(1, -1);
      problems.push({ ...(value === undefined ? missing(name, Object.keys(values)) : unfit(name, value)), at });
      return whole;
    });
  });
  return { text: text.replace(ID, '').trim(), problems };
}

/** In a pattern an asterisk would become a wildcard, whatever was meant. */
function fits(value: string): boolean {
  return Token.isUnresolved(value) || (/^[\x20-\x7e]*$/.test(value) && !/["\\*]/.test(value));
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
    message: `the value of {{${name}}} is not printable ASCII without " \\ and *, got ${shown(value)}`,
    fix: 'Write such text into the file',
  };
}
