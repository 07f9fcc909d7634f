import type { AuthorizationModel } from './authorization-model';
import { expressionText } from './engine';
import { explain } from './explain';
import type { Residual } from './policy-set';
import type { CedarPrincipal } from './request';

/**
 * Why a call is decided as it is, one line per policy: what is left of each policy for this caller, computed by partial
 * evaluation; when none of them is about this caller, what they ask of a caller.
 */
export function explainAnswer(model: AuthorizationModel, tool: string, principal: CedarPrincipal): string[] {
  const own = model.residuals(tool, principal);
  const lines = own.map((residual) => sentence(residual, 'this caller'));
  if (own.some(({ effect }) => effect === 'permit')) return lines;
  const others = model.residuals(tool).filter(({ effect }) => effect === 'permit');
  if (others.length === 0) return [...lines, 'no policy permits this tool to anybody'];
  return [
    ...lines,
    'no policy permits this tool to this caller',
    ...others.map((residual) => sentence(residual, 'a caller')),
  ];
}

function sentence({ policyId, effect, condition }: Residual, whom: string): string {
  const words = explain(condition, expressionText);
  return `${policyId} ${effect}s ${whom}${words === 'always' ? '' : ` when ${words}`}`;
}
