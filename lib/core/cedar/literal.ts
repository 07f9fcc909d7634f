import { decimalText } from './request';

/**
 * The only functions that put values of the caller into Cedar text.
 *
 * Why a value cannot change the structure of a policy: a literal is `"`, then for each code point of the value either
 * the code point itself, when it is printable ASCII other than `"` and `\`, or the escape `\u{<hex>}`, then `"`. So
 * between the quotes there is no quote, no line break, and no backslash that is not the start of a complete escape; the
 * lexer can end the literal at our closing quote only, and reads back exactly the value. In a `like` pattern `*` is
 * written `\*`, which is the same argument with one more escape.
 */
export function stringLiteral(value: string): string {
  return `"${escaped(value)}"`;
}

/** A part of a `like` pattern that matches exactly the value; the caller adds wildcards outside of it. */
export function patternText(value: string): string {
  return escaped(value).replaceAll('*', '\\*');
}

/** Text that UTF-8, and so a policy, cannot hold. */
export function isEncodable(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}

/** Apart from Latin letters, which occur in escapes, and from what belongs to no script. */
const SCRIPTS = [
  'Cyrillic',
  'Greek',
  'Han',
  'Hangul',
  'Hiragana',
  'Katakana',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Thai',
];
const LATIN = /^[\p{scx=Latin}\p{scx=Common}\p{scx=Inherited}]*$/u;
const ONE_SCRIPT = new RegExp(
  `^(?:${SCRIPTS.map((script) => `[\\p{scx=${script}}\\p{scx=Common}]*`).join('|')})$`,
  'u',
);

/**
 * Whether Cedar takes a text without a warning about how it looks: of one script, and without marks that turn the
 * direction of writing. `false` for some that it would take.
 */
export function looksPlain(value: string): boolean {
  if (/[\p{Bidi_Control}\p{Unassigned}]/u.test(value)) return false;
  return LATIN.test(value) || (ONE_SCRIPT.test(value) && !/[\p{C}\p{M}]/u.test(value));
}

/** `undefined` when a Long cannot hold it or JavaScript has rounded it. */
export function longLiteral(value: number): string | undefined {
  return Number.isSafeInteger(value) ? String(value + 0) : undefined;
}

/** `undefined` when a decimal cannot hold it: more than four digits after the point, or too large. */
export function decimalLiteral(value: number): string | undefined {
  const text = decimalText(value);
  return text === undefined ? undefined : `decimal("${text}")`;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const RESERVED = ['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar'];

/** `.name`, or `["name"]` where a name is no identifier. */
export function attributeAccess(name: string): string {
  return isIdentifier(name) ? `.${name}` : `[${stringLiteral(name)}]`;
}

/** The right side of `has`. */
export function attributeName(name: string): string {
  return isIdentifier(name) ? name : stringLiteral(name);
}

function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name) && !RESERVED.includes(name);
}

function escaped(value: string): string {
  return Array.from(value, (character) => {
    const plain = character >= ' ' && character <= '~' && character !== '"' && character !== '\\';
    return plain ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
  }).join('');
}
