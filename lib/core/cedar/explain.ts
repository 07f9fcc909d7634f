import { CEDAR_ENTITY } from '../../protocol/cedar-entities';
import {
  type CedarExpression,
  choiceOf,
  contextPath,
  hasPath,
  inputPath,
  literalOf,
  literalSet,
  operands,
  operatorOf,
  sides,
  tagOf,
} from './expression';

/** Turns an expression into Cedar text, for what has no words of ours. */
export type CedarText = (expression: CedarExpression) => string;

type Pattern = readonly ('Wildcard' | { readonly Literal: string })[];

const COMPARISON: { readonly [operator: string]: string } = {
  '==': 'is',
  '!=': 'is not',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  lessThan: '<',
  lessThanOrEqual: '<=',
  greaterThan: '>',
  greaterThanOrEqual: '>=',
};

const INVERSE: { readonly [operator: string]: string } = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};

/**
 * A condition in words, for reviewers who do not read Cedar. Guards (`has`, `hasTag`) of what the condition reads
 * anyway are left out; the exact tests of scopes and lists are recognized as a whole.
 */
export function explain(condition: CedarExpression, text: CedarText): string {
  const all = operands(condition, '&&');
  const words = all.filter((part) => !isGuard(part, all)).map((part) => explainPart(part, text));
  return words.length === 0 ? 'always' : mergeBounds(words).join(' and ');
}

function isGuard(part: CedarExpression, all: readonly CedarExpression[]): boolean {
  const read = JSON.stringify(all.filter((other) => other !== part && impliesPresence(other)));
  const tag = tagOf(part, 'hasTag');
  if (tag !== undefined) {
    return read.includes(`"getTag":{"left":{"Var":"principal"},"right":${JSON.stringify({ Value: tag })}}`);
  }
  const input = { '.': { left: { Var: 'context' }, attr: 'input' } };
  const path = hasPath(part);
  const access = path?.reduce<object>((left, attr) => ({ '.': { left, attr } }), input);
  return access !== undefined && read.includes(JSON.stringify(access));
}

/** Whether the words for a test say by themselves that what it reads is there; "is not" and "or" do not. */
function impliesPresence(test: CedarExpression): boolean {
  const denied = (test['!'] as { arg: CedarExpression } | undefined)?.arg;
  const unequal =
    Object.hasOwn(test, '!=') || (denied !== undefined && !['<', '>', '<=', '>='].includes(operatorOf(denied)));
  return !unequal && choiceOf(test) === undefined && hasPath(test) === undefined && isOneTest(test);
}

function explainPart(part: CedarExpression, text: CedarText): string {
  const alternatives = operands(part, '||');
  if (alternatives.length > 1) {
    const word = exactWord(alternatives) ?? exactElements(alternatives);
    return word ?? `(${alternatives.map((each) => inParentheses(explain(each, text))).join(' or ')})`;
  }
  if (sides(part, '&&') !== undefined) return explain(part, text);
  const not = part['!'] as { arg: CedarExpression } | undefined;
  if (not !== undefined) return explainNot(not.arg, text);
  const choice = choiceOf(part);
  if (choice?.else.Value === true && hasPath(choice.if) !== undefined) {
    return `(${named(hasPath(choice.if)!)} is absent or ${explain(choice.then, text)})`;
  }
  return comparison(part) ?? sets(part) ?? presence(part) ?? like(part) ?? truth(part) ?? text(part);
}

function inParentheses(words: string): string {
  return words.includes(' and ') ? `(${words})` : words;
}

/** Whether a disjunction is one test of a claim: the four arms of a word, the three of an element. */
export function isOneTest(expression: CedarExpression): boolean {
  const alternatives = operands(expression, '||');
  return alternatives.length === 1 || (exactWord(alternatives) ?? exactElements(alternatives)) !== undefined;
}

function explainNot(arg: CedarExpression, text: CedarText): string {
  const path = hasPath(arg);
  if (path !== undefined) return `${named(path)} is absent`;
  const operator = operatorOf(arg);
  // Cedar keeps `a >= b` as `!(a < b)`.
  const inverse = comparison({ [INVERSE[operator] ?? '']: arg[operator] });
  if (INVERSE[operator] !== undefined && inverse !== undefined) return inverse;
  const empty = arg.isEmpty as { arg: CedarExpression } | undefined;
  const list = empty === undefined ? undefined : subject(empty.arg);
  return list === undefined ? `not (${explain(arg, text)})` : `${list} is not empty`;
}

/** What a condition is about: an argument, a claim, the caller, the time. */
function subject(expression: CedarExpression): string | undefined {
  const path = inputPath(expression);
  if (path !== undefined && path.length > 0) return named(path);
  if (contextPath(expression)?.join('.') === 'system.now') return 'time';
  const timeOfDay = expression.toTime as CedarExpression[] | undefined;
  if (timeOfDay?.[0] !== undefined && subject(timeOfDay[0]) === 'time') return 'time of day';
  const tag = tagOf(expression);
  if (tag !== undefined) return `claim ${shown(tag)}`;
  const attribute = expression['.'] as { left: CedarExpression; attr: string } | undefined;
  return attribute?.left.Var === 'principal' && attribute.attr === 'id' ? 'caller' : undefined;
}

function comparison(part: CedarExpression): string | undefined {
  const operator = operatorOf(part);
  const word = COMPARISON[operator];
  if (word === undefined) return undefined;
  const [left, right] = Array.isArray(part[operator])
    ? (part[operator] as CedarExpression[])
    : [sides(part, operator)!.left, sides(part, operator)!.right];
  const name = subject(left!);
  const value = literalOf(right!);
  if (name === undefined) return undefined;
  if (value !== undefined) return `${name} ${word} ${right!.Value === undefined ? plain(String(value)) : shown(value)}`;
  const other = subject(right!);
  return other === undefined ? undefined : `${name} ${word} ${other}`;
}

function sets(part: CedarExpression): string | undefined {
  const one = sides(part, 'contains');
  if (one !== undefined) return memberOf(one.right, one.left, 'is one of');
  const any = sides(part, 'containsAny');
  if (any !== undefined) return memberOf(any.left, any.right, 'has one of');
  const all = sides(part, 'containsAll');
  if (all !== undefined)
    return memberOf(all.left, all.right, 'has all of') ?? memberOf(all.right, all.left, 'has only');
  const empty = part.isEmpty as { arg: CedarExpression } | undefined;
  const name = empty === undefined ? undefined : subject(empty.arg);
  return name === undefined ? undefined : `${name} is empty`;
}

function memberOf(about: CedarExpression, set: CedarExpression, words: string): string | undefined {
  const [name, values] = [subject(about), literalSet(set)];
  return name === undefined || values === undefined ? undefined : `${name} ${words} ${values.map(shown).join(', ')}`;
}

function presence(part: CedarExpression): string | undefined {
  const path = hasPath(part);
  if (path !== undefined) return `${named(path)} is given`;
  const tag = tagOf(part, 'hasTag');
  if (tag !== undefined) return `claim ${shown(tag)} is present`;
  const is = part.is as { left: CedarExpression; entity_type: string } | undefined;
  if (is?.left.Var !== 'principal') return undefined;
  return is.entity_type === CEDAR_ENTITY.oauthUser ? 'caller has a token' : `caller is ${is.entity_type}`;
}

function like(part: CedarExpression): string | undefined {
  const test = part.like as { left: CedarExpression; pattern: Pattern } | undefined;
  const name = test === undefined ? undefined : subject(test.left);
  if (test === undefined || name === undefined) return undefined;
  return `${name} looks like '${patternText(test.pattern)}'`;
}

function truth(part: CedarExpression): string | undefined {
  if (part.Value === true) return 'always';
  if (part.Value === false) return 'never';
  const path = inputPath(part);
  return path === undefined || path.length === 0 ? undefined : `${named(path)} is true`;
}

/** The four arms that test one of the words of a claim. */
function exactWord(alternatives: readonly CedarExpression[]): string | undefined {
  const equal = sides(alternatives[0]!, '==');
  const word = equal === undefined ? undefined : literalOf(equal.right);
  const claim = equal === undefined ? undefined : tagOf(equal.left);
  if (claim === undefined || typeof word !== 'string' || alternatives.length !== 4) return undefined;
  const patterns = alternatives.slice(1).map((part) => likeOf(part, claim));
  const text = literalText(word);
  const expected = [`${text} *`, `* ${text}`, `* ${text} *`];
  return patterns.every((pattern, index) => pattern === expected[index])
    ? `claim ${shown(claim)} has ${shown(word)}`
    : undefined;
}

/** The three arms, for each element, that test the elements of a claim that is a list. */
function exactElements(alternatives: readonly CedarExpression[]): string | undefined {
  const claim = tagOf((alternatives[0]!.like as { left: CedarExpression } | undefined)?.left ?? {});
  if (claim === undefined || alternatives.length % 3 !== 0) return undefined;
  const elements: string[] = [];
  for (let index = 0; index < alternatives.length; index += 3) {
    const patterns = alternatives.slice(index, index + 3).map((part) => likeOf(part, claim));
    const element = /^\["(.*)"\*$/s.exec(patterns[0] ?? '')?.[1];
    if (element === undefined || patterns[1] !== `*,"${element}"*` || patterns[2] !== `* "${element}"*`)
      return undefined;
    elements.push(`'${element}'`);
  }
  return `claim ${shown(claim)} lists ${elements.join(' or ')}`;
}

function likeOf(part: CedarExpression, claim: string): string | undefined {
  const test = part.like as { left: CedarExpression; pattern: Pattern } | undefined;
  return test !== undefined && tagOf(test.left) === claim ? patternText(test.pattern) : undefined;
}

/** As inside a quotation; a literal asterisk is `\*`, as in Cedar, and no text reads like another pattern. */
function patternText(pattern: Pattern): string {
  return pattern.map((part) => (part === 'Wildcard' ? '*' : literalText(part.Literal))).join('');
}

function literalText(text: string): string {
  return shown(text).slice(1, -1).replaceAll('*', '\\*');
}

const BOUND = /^(\()?(\S+) (?:is absent or \2 )?(>=|<=) (-?\d[\d.]*)(\))?$/;

/** `amount >= 0`, `amount <= 500` as `amount 0 to 500`; of two bounds on one side the one that counts. */
function mergeBounds(words: readonly string[]): string[] {
  const merged: string[] = [];
  const places = new Map<string, { readonly index: number; lower?: string; upper?: string }>();
  for (const word of new Set(words)) {
    const [, optional = '', name, operator, bound] = BOUND.exec(word) ?? [];
    if (name === undefined || bound === undefined) {
      merged.push(word);
      continue;
    }
    const place = places.get(optional + name) ?? { index: merged.push(word) - 1 };
    places.set(optional + name, place);
    if (operator === '>=' && !(Number(place.lower) >= Number(bound))) place.lower = bound;
    if (operator === '<=' && !(Number(place.upper) <= Number(bound))) place.upper = bound;
    const range = rangeText(name, place.lower, place.upper);
    merged[place.index] = optional === '' ? range : `(${name} is absent or ${range})`;
  }
  return merged;
}

function rangeText(name: string, lower: string | undefined, upper: string | undefined): string {
  if (lower === undefined) return `${name} <= ${upper}`;
  return upper === undefined ? `${name} >= ${lower}` : `${name} ${lower} to ${upper}`;
}

/** `500` for the decimal `500.0`, `08:30` for the time of day `510m`. */
function plain(text: string): string {
  const [, minutes] = /^(\d+)m$/.exec(text) ?? [];
  if (minutes === undefined) return text.replace(/^(-?\d+)\.0+$/, '$1');
  const [hour, minute] = [Math.floor(Number(minutes) / 60), Number(minutes) % 60];
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Quoted, with everything escaped that could end the quotation or hide in it. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const text = value.replace(/['\\\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "'" || character === '\\' ? `\\${character}` : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return `'${text}'`;
}

/** Names come from the schemas of tools, which may be imported: what is no plain name is quoted. */
function named(path: readonly string[]): string {
  return path.map((name) => (/^[\w-]+$/.test(name) ? name : shown(name))).join('.');
}
