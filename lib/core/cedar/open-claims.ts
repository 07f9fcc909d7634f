import type { CedarPolicyJson } from './engine';
import { type CedarExpression, tagOf } from './expression';

const HAS = 'hasTag:';
const GET = 'getTag:';
const ID = 'principal.id';
const PRINCIPAL = 'principal';

/**
 * Puts an unknown in place of what a policy reads of the caller and nobody knows: the claims that are not in `known`,
 * and whose token it is. For a caller of whom only the client is known, because people log in with it.
 */
export function openClaims(policy: CedarPolicyJson, known: readonly string[]): CedarPolicyJson {
  const { principal, conditions } = policy;
  const bodies = conditions.map((clause) => ({ ...clause, body: opened(clause.body, known) }));
  const asked = askedOf(principal);
  if (asked === undefined) return { ...policy, conditions: bodies };
  const first = { kind: 'when' as const, body: asked.test as (typeof bodies)[number]['body'] };
  return { ...policy, principal: asked.principal, conditions: [first, ...bodies] };
}

type PrincipalScope = CedarPolicyJson['principal'];

/** The entity that a scope names, as a condition: whoever it is may be the one who logs in. */
function askedOf(scope: PrincipalScope): { principal: PrincipalScope; test: CedarExpression } | undefined {
  const holder = scope.op === 'is' ? scope.in : scope;
  if (holder === undefined || !('entity' in holder)) return undefined;
  const entity = '__entity' in holder.entity ? holder.entity.__entity : holder.entity;
  const type = scope.op === 'is' ? scope.entity_type : scope.op === '==' ? entity.type : undefined;
  const named = { left: unknownFor(PRINCIPAL), right: { Value: { __entity: entity } } };
  return {
    principal: type === undefined ? { op: 'All' } : { op: 'is', entity_type: type },
    test: { [scope.op === '==' ? '==' : 'in']: named },
  };
}

/** What an unknown of {@link openClaims} stands for. */
export function openedClaim(unknown: string): CedarExpression | undefined {
  const principal = { Var: 'principal' };
  if (unknown === PRINCIPAL) return principal;
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

function opened<T>(part: T, known: readonly string[]): T {
  if (Array.isArray(part)) return part.map((item) => opened(item, known)) as T;
  if (typeof part !== 'object' || part === null) return part;
  const expression = part as CedarExpression;
  const unknown = unknownOf(expression, known);
  if (unknown !== undefined) return unknownFor(unknown) as T;
  if (isKnown(expression)) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, opened(value, known)])) as T;
}

function unknownFor(name: string): CedarExpression {
  return { unknown: [{ Value: name }] };
}

function unknownOf(expression: CedarExpression, known: readonly string[]): string | undefined {
  const has = tagOf(expression, 'hasTag');
  if (has !== undefined && !known.includes(has)) return HAS + has;
  const get = tagOf(expression, 'getTag');
  if (get !== undefined && !known.includes(get)) return GET + get;
  if (expression.Var === 'principal') return PRINCIPAL;
  const access = expression['.'] as { left?: CedarExpression; attr?: string } | undefined;
  return access?.left?.Var === 'principal' && access.attr === 'id' ? ID : undefined;
}

/** Claims that are known, and the type of the caller. */
function isKnown(expression: CedarExpression): boolean {
  if (tagOf(expression, 'hasTag') !== undefined || tagOf(expression, 'getTag') !== undefined) return true;
  const is = expression.is as { left?: CedarExpression; in?: unknown } | undefined;
  return is?.left?.Var === 'principal' && is.in === undefined;
}
