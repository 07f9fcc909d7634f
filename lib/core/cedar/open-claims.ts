import { type CedarExpression, tagOf } from './expression';

const HAS = 'hasTag:';
const GET = 'getTag:';
const ID = 'principal.id';

/**
 * Puts an unknown in place of what a policy reads of the caller and nobody knows: the claims that are not in `known`,
 * and whose token it is. For a caller of whom only the client is known, because people log in with it.
 */
export function openClaims<T>(policy: T, known: readonly string[]): T {
  if (Array.isArray(policy)) return policy.map((item) => openClaims(item, known)) as T;
  if (typeof policy !== 'object' || policy === null) return policy;
  const unknown = unknownOf(policy as CedarExpression, known);
  if (unknown !== undefined) return { unknown: [{ Value: unknown }] } as T;
  return Object.fromEntries(Object.entries(policy).map(([key, value]) => [key, openClaims(value, known)])) as T;
}

/** What an unknown of {@link openClaims} stands for. */
export function openedClaim(unknown: string): CedarExpression | undefined {
  const principal = { Var: 'principal' };
  if (unknown === ID) return { '.': { left: principal, attr: 'id' } };
  for (const [prefix, operator] of [
    [HAS, 'hasTag'],
    [GET, 'getTag'],
  ] as const) {
    if (unknown.startsWith(prefix))
      return { [operator]: { left: principal, right: { Value: unknown.slice(prefix.length) } } };
  }
  return undefined;
}

function unknownOf(expression: CedarExpression, known: readonly string[]): string | undefined {
  const has = tagOf(expression, 'hasTag');
  if (has !== undefined && !known.includes(has)) return HAS + has;
  const get = tagOf(expression, 'getTag');
  if (get !== undefined && !known.includes(get)) return GET + get;
  const access = expression['.'] as { left?: CedarExpression; attr?: string } | undefined;
  return access?.left?.Var === 'principal' && access.attr === 'id' ? ID : undefined;
}
