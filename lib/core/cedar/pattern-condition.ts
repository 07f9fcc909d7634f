import { type LiteralMatch, literalMatches } from '../schema/literal-pattern';
import { looksPlain, patternText, stringLiteral } from './literal';

/**
 * The condition that a text matches a regular expression, as far as `==`, sets and `like` can say it; `undefined` where
 * they cannot say exactly the same.
 */
export function patternCondition(pattern: string, access: string): string | undefined {
  const matches = plainMatches(pattern);
  if (matches === undefined) return undefined;
  const whole = matches.filter(isWhole).map(({ text }) => text);
  const tests = [
    ...(whole.length === 0 ? [] : [oneOf(whole.map(stringLiteral), access)]),
    ...matches.filter((match) => !isWhole(match)).map((match) => `${access} like "${likePattern(match)}"`),
  ];
  return tests.length === 1 ? tests[0] : `(${tests.join(' || ')})`;
}

/** The same of every item of a list: only whole texts, since Cedar has no quantifier. */
export function itemsPatternCondition(pattern: string, access: string): string | undefined {
  const matches = plainMatches(pattern);
  if (matches === undefined || !matches.every(isWhole)) return undefined;
  return `[${matches.map(({ text }) => stringLiteral(text)).join(', ')}].containsAll(${access})`;
}

/** That a value is one of some literals. */
export function oneOf(literals: readonly string[], access: string): string {
  return literals.length === 1 ? `${access} == ${literals[0]}` : `[${literals.join(', ')}].contains(${access})`;
}

/** A policy that Cedar warns about is refused, which a pattern that the runtime can check is no reason for. */
function plainMatches(pattern: string): readonly LiteralMatch[] | undefined {
  const matches = literalMatches(pattern);
  return matches?.every(({ text }) => looksPlain(text)) ? matches : undefined;
}

function isWhole({ atStart, atEnd }: LiteralMatch): boolean {
  return atStart && atEnd;
}

function likePattern({ text, atStart, atEnd }: LiteralMatch): string {
  return `${atStart ? '' : '*'}${patternText(text)}${atEnd ? '' : '*'}`;
}
