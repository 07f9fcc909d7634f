import { type CedarExpression, operands } from './expression';
import { cannotFail, implies } from './implies';

/**
 * What holds of the calls that a permit allows: its condition, and that no forbid applies. A forbid that fails is skipped,
 * so of one that may fail it says nothing; neither of one that applies wherever the permit does.
 */
export function notForbidden(condition: CedarExpression, forbids: readonly CedarExpression[]): CedarExpression {
  const safe = cannotFail(condition);
  return forbids.filter(cannotFail).reduce((given, forbid) => {
    const open = operands(forbid, '&&').filter((part) => !implies(condition, part, safe));
    return open.length === 0 ? given : both(given, opposite(open.reduce(both)));
  }, condition);
}

export function both(left: CedarExpression, right: CedarExpression): CedarExpression {
  return { '&&': { left, right } };
}

/** `unless { x }` is `!x` as a condition. */
function opposite(expression: CedarExpression): CedarExpression {
  return (expression['!'] as { arg: CedarExpression } | undefined)?.arg ?? { '!': { arg: expression } };
}
