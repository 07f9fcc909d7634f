import { patternText, stringLiteral } from '../core/cedar/literal';

/** A `scope-token` of RFC 6749: printable ASCII without space, quote and backslash. */
export const SCOPE_PATTERN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** `principal.hasTag(...) && (...)`: without the guard the validator refuses `getTag`. */
export function claimTest(claim: string, test: (value: string) => string): string {
  const tag = stringLiteral(claim);
  return `(principal.hasTag(${tag}) && ${test(`principal.getTag(${tag})`)})`;
}

/**
 * One of the space-separated words of a claim, exactly. With these four arms and no fewer: `like "*s*"` also matches
 * `s-readonly` and `other/s`, `==` alone no token with two scopes.
 */
export function wordTest(value: string, word: string): string {
  const text = patternText(word);
  return anyOf([
    `${value} == ${stringLiteral(word)}`,
    `${value} like "${text} *"`,
    `${value} like "* ${text}"`,
    `${value} like "* ${text} *"`,
  ]);
}

/**
 * Characters that every JSON writer leaves as they are; how the service escapes others is not documented. A first `,`,
 * `]` or space is left out because of the proof below.
 */
export const ELEMENT_PATTERN = /^(?![,\] ])[\x20\x21\x23-\x25\x28-\x3B\x3F-\x5B\x5D-\x7E]+$/;

/**
 * An element of a claim that is a list of strings, exactly. The claim arrives as JSON text, `["a","b"]`.
 *
 * Why it is exact: the quote before the element follows `[`, `,` or a space, not a backslash, so it is no character of a
 * string but opens or closes one. After a closing quote JSON has `,`, `]` or a space, with which an element never starts
 * here, so it opens one. The element has no character that JSON escapes, so the quote after it closes that string.
 */
export function elementTest(value: string, element: string): string {
  const text = `\\"${patternText(element)}\\"`;
  return anyOf([`${value} like "[${text}*"`, `${value} like "*,${text}*"`, `${value} like "* ${text}*"`]);
}

export function anyOf(tests: readonly string[]): string {
  return tests.length === 1 ? tests[0]! : `(${tests.join(' || ')})`;
}
