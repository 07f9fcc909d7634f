/**
 * Patterns of IAM: `*` is any run of characters, `?` is any one character. Everything else stands for itself, and there
 * is no escape but `${*}` and `${?}`, which the policy variables put in as literals.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

/**
 * Stand-ins for `${*}`, `${?}` and `${$}` while a pattern is matched: noncharacters, which Unicode keeps out of texts
 * that are exchanged. A private use character would not do, the key of an object may have one.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
 */
export const LITERAL = { star: '\uFDD0', question: '\uFDD1', dollar: '\uFDD2' } as const;

type Token = { readonly kind: 'star' } | { readonly kind: 'one' } | { readonly kind: 'char'; readonly char: string };

function tokens(pattern: string): Token[] {
  return [...pattern].map((char) => {
    if (char === '*') return { kind: 'star' };
    if (char === '?') return { kind: 'one' };
    if (char === LITERAL.star) return { kind: 'char', char: '*' };
    if (char === LITERAL.question) return { kind: 'char', char: '?' };
    if (char === LITERAL.dollar) return { kind: 'char', char: '$' };
    return { kind: 'char', char };
  });
}

/** Linear in pattern and text: no regular expression, so no pattern can make it hang. */
export function matchesPattern(pattern: string, text: string): boolean {
  const expected = tokens(pattern);
  const given = [...text];
  let [p, t, starAt, resume] = [0, 0, -1, 0];
  while (t < given.length) {
    const token = expected[p];
    if (token?.kind === 'star') {
      starAt = p++;
      resume = t;
    } else if (token !== undefined && (token.kind === 'one' || token.char === given[t])) {
      p++;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++resume;
    } else return false;
  }
  while (expected[p]?.kind === 'star') p++;
  return p === expected.length;
}

/**
 * The prefix and the name of an action are compared without regard to case, and `*` and `?` are patterns in both.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
 */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesPattern(pattern.toLowerCase(), action.toLowerCase());
}

/**
 * ARN operators compare each of the six parts on its own, so `*` in one part does not reach into the next.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const [expected, given] = [arnParts(pattern), arnParts(arn)];
  return isArn(pattern) && isArn(arn) && expected.every((part, index) => matchesPattern(part, given[index]!));
}

/** Whether a text has the six parts of an ARN; patterns count. */
export function isArn(text: string): boolean {
  return text.startsWith('arn:') && arnParts(text).length === 6;
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/**
 * Whether an entry of `Resource` or `NotResource` names the resource, its policy variables already filled in.
 *
 * @param entry `*`, or an ARN in which `*` and `?` are patterns
 * @param completes whether missing parts of an ARN stand for all, as they do in the policies of identities
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */
export function matchesResource(entry: string, resource: string, completes: boolean): boolean {
  const text = completes ? completed(entry) : entry;
  return matchesParts(arnParts(text), resource.split(':')) && !hasWildType(arnParts(text)[5] ?? '', resource);
}

/**
 * Whether an entry may name the resource where the documentation leaves it open: a star that crosses a colon, a pattern
 * in the type, an incomplete ARN in any kind of policy.
 */
export function mayMatchResource(entry: string, resource: string): boolean {
  return matchesPattern(entry, resource) || matchesPattern(completed(entry), resource);
}

function completed(entry: string): string {
  return entry.startsWith('arn:') ? [...arnParts(entry), '*', '*', '*', '*'].slice(0, 6).join(':') : entry;
}

/** A pattern stays within its part, but for a star at the end of the part, which may run on beyond the colons. */
function matchesParts(parts: readonly string[], given: readonly string[]): boolean {
  // Where in the text the next part may begin.
  let begins = [0];
  for (const part of parts.slice(0, -1)) {
    const ends = begins.filter((at) => at < given.length - 1 && matchesPattern(part, given[at]!));
    if (ends.length === 0) return false;
    const from = ends[0]! + 1;
    begins = part.endsWith('*') ? given.slice(from).map((_, index) => from + index) : ends.map((at) => at + 1);
  }
  const last = parts[parts.length - 1]!;
  const isWhole = parts.length === 6 || last.endsWith('*');
  return begins.some((at) => (isWhole || at === given.length - 1) && matchesPattern(last, given.slice(at).join(':')));
}

/** Services whose resources are named without a type, so that a pattern may begin anywhere. */
export const WITHOUT_TYPE = ['s3', 'sns', 'sqs', 'execute-api', 'codecommit', 'codepipeline'];

/**
 * The type of a resource, up to the first `/` or `:`, takes no pattern: `functi*:orders` names nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-paths-wildcards
 */
function hasWildType(pattern: string, resource: string): boolean {
  const [, , service = '', , , name = ''] = arnParts(resource);
  return !WITHOUT_TYPE.includes(service) && /[/:]/.test(name) && /^[^/:]*[*?][^/:]*[/:]/.test(pattern);
}

/** Whether some text matches both patterns: exact, by walking both at once. */
export function patternsIntersect(a: string, b: string): boolean {
  const [left, right] = [tokens(a), tokens(b)];
  const seen = new Set<number>();
  const pending: [number, number][] = [[0, 0]];
  while (pending.length > 0) {
    const [i, j] = pending.pop()!;
    const key = i * (right.length + 1) + j;
    if (seen.has(key)) continue;
    seen.add(key);
    const [x, y] = [left[i], right[j]];
    if (x === undefined && y === undefined) return true;
    // A star may stand for nothing,
    if (x?.kind === 'star') pending.push([i + 1, j]);
    if (y?.kind === 'star') pending.push([i, j + 1]);
    if (x === undefined || y === undefined) continue;
    // or take one character that the other side has, too.
    if (x.kind === 'char' && y.kind === 'char' && x.char !== y.char) continue;
    if (x.kind === 'star' && y.kind === 'star') continue;
    pending.push([x.kind === 'star' ? i : i + 1, y.kind === 'star' ? j : j + 1]);
  }
  return false;
}
