import { isContradiction } from './contradiction';
import { type CedarExpression, operands, tagOf } from './expression';
import { implies } from './implies';
import { notForbidden } from './not-forbidden';
import type { AnalyzedCaller, AnalyzedTool, PolicyFinding, PolicyPart } from './policy-finding';
import type { PolicySet, Residual } from './policy-set';
import { iamPrincipal, oauthPrincipal, withoutSubject } from './request';

interface ToolRequest {
  readonly action: string;
  readonly gatewayArn: string;
}

/** What is left of each policy when only tool and gateway are known. */
export interface ToolResiduals {
  readonly tool: AnalyzedTool;
  readonly request: ToolRequest;
  readonly residuals: readonly Residual[];
}

/** A token with a subject and nothing else, and a role that no policy names: who passes with it, passes with any. */
const STRANGERS = [
  ['with a token', oauthPrincipal({ sub: 'somebody-without-any-claim' })!],
  ['whom IAM lets in', iamPrincipal('arn:aws:sts::000000000000:assumed-role/Somebody/s')],
] as const;

/** Who can call a tool who should not, and whether anybody can. */
export function toolFindings(
  { tool: each, request, residuals }: ToolResiduals,
  set: PolicySet,
  callers: readonly AnalyzedCaller[],
): PolicyFinding[] {
  const tool = request.action;
  if (passing(residuals).length === 0) {
    const message = `no policy permits tool '${tool}', so every call to it is denied`;
    return [{ kind: 'tool-unreachable', severity: 'error', tool, message, fix: 'Permit it to somebody, or remove it' }];
  }
  const withoutScope = callers.filter(({ scopes }) => each.scope !== undefined && !scopes.includes(each.scope));
  return [
    ...openToEverybody(request, residuals, set),
    ...withoutScope.flatMap((caller) => widerThanScopes(caller, each.scope!, request, set)),
  ];
}

function openToEverybody(request: ToolRequest, residuals: readonly Residual[], set: PolicySet): PolicyFinding[] {
  if (residuals.every(asksForClaim)) return [];
  const tool = request.action;
  for (const [who, principal] of STRANGERS) {
    const because = passing(set.residuals({ ...request, principal }));
    if (because.length === 0) continue;
    const message = `everybody ${who} can call tool '${tool}'`;
    const fix = 'Ask for a scope, group, client or role';
    return [{ kind: 'tool-open-to-everybody', severity: 'warning', tool, message, fix, because }];
  }
  return [];
}

function widerThanScopes(
  { name, principal, open = false }: AnalyzedCaller,
  scope: string,
  request: ToolRequest,
  set: PolicySet,
): PolicyFinding[] {
  const asItself = passing(set.residuals({ ...request, principal }));
  const loggedIn = () => passing(set.residuals({ ...request, principal: withoutSubject(principal), open }));
  const because = asItself.length > 0 || !open ? asItself : loggedIn();
  if (because.length === 0) return [];
  const tool = request.action;
  const sure = asItself.length > 0;
  const message = `${name} may call tool '${tool}' without its scope '${scope}'`;
  return [
    {
      kind: 'wider-than-scopes',
      severity: sure ? 'error' : 'warning',
      tool,
      message: sure ? message : `${message}, with claims of somebody who logs in to it`,
      fix: 'Ask for the scope in the permit, or give it to the client',
      because,
    },
  ];
}

/** Whether a permit plainly asks for a claim that the stranger lacks, which saves asking the engine. */
function asksForClaim({ effect, condition }: Residual): boolean {
  const asks = (part: CedarExpression): boolean => {
    const tag = tagOf(part, 'hasTag');
    if (tag !== undefined) return tag !== 'sub';
    const both = operands(part, '&&');
    if (both.length > 1) return both.some(asks);
    const either = operands(part, '||');
    return either.length > 1 && either.every(asks);
  };
  return effect === 'forbid' || asks(condition);
}

/** The permits that may apply to a call that no forbid applies to. */
function passing(residuals: readonly Residual[]): PolicyPart[] {
  const forbids = residuals.filter(({ effect }) => effect === 'forbid').map(({ condition }) => condition);
  const permits = residuals.filter(
    ({ effect, condition }) =>
      effect === 'permit' &&
      !forbids.some((forbid) => implies(condition, forbid, false)) &&
      !isContradiction(notForbidden(condition, forbids)),
  );
  return permits.map(({ policyId }) => ({ policyId }));
}
