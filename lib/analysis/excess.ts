import { matchesAction } from '../core/iam/match';
import type { AccessFinding } from './access-finding';
import { accessLineWithout } from './access-line';
import { actionsOf } from './declared-actions';
import { type Grant, isCustom } from './grant';
import type { HandlerAnalysis, UnreachedCommand, UsedPermission } from './handler-analysis';
import { coversPart } from './part';

/** What an access allows and no code uses; where that cannot be told, this is said instead. */
export function excess(grants: readonly Grant[], analysis: HandlerAnalysis): AccessFinding[] {
  return grants.flatMap((grant): AccessFinding[] => {
    const { access, action, part } = grant;
    if (analysis.unverifiable.some(({ service }) => concerns(service, grant))) return [];
    const isUsed = analysis.used.some(
      (used) =>
        matchesAction(grant.action, used.action) &&
        (isCustom(grant) || mayBeOn(used, access.env)) &&
        (part === undefined || used.parts.some((usedPart) => coversPart(part, usedPart))),
    );
    if (isUsed) return [];
    const siblings = actionsOf(access.service, grant.operation);
    // One operation may need one of several actions: it is not excess while another of them is used.
    if (
      siblings.length > 1 &&
      analysis.used.some((used) => siblings.includes(used.action) && mayBeOn(used, access.env))
    )
      return [];
    const unreached = analysis.unreached.find(
      ({ service, operation }) =>
        concerns(service, grant) &&
        (operation === '*' || actionsOf(service, operation).some((other) => matchesAction(action, other))),
    );
    if (unreached !== undefined) return [undecided(grant, unreached)];
    const named = nameWithoutUse(grant, analysis);
    if (named !== undefined) return [named];
    return [
      {
        kind: 'excess',
        severity: 'warning',
        message: `${access.env} allows ${action}${part ? ` on ${part}` : ''}, and no code uses it`,
        fix: accessLineWithout(access, action, part),
        env: access.env,
        action,
      },
    ];
  });
}

/** The code makes such calls and reads the variable, and it is not seen that the two come together. */
function nameWithoutUse(
  { access, action, part }: Grant,
  { used, variables }: HandlerAnalysis,
): AccessFinding | undefined {
  const at = variables?.get(access.env);
  const isFollowed = used.some(({ resources }) =>
    resources.some((resource) => resource.kind === 'env' && resource.name === access.env),
  );
  if (at === undefined || isFollowed || !used.some((use) => matchesAction(action, use.action))) return undefined;
  return {
    kind: 'unverifiable',
    severity: 'info',
    message: `whether the code uses ${action}${part ? ` on ${part}` : ''}, which ${access.env} allows, cannot be told: it reads ${access.env}, and what it does with it is not seen`,
    fix: `Hand process.env.${access.env} to the call so that it is seen, or remove it there and the access ${access.env}`,
    at,
    env: access.env,
    action,
  };
}

/** An access that names actions itself may name those of several services. */
function concerns(service: string, { access, action }: Grant): boolean {
  return service === '*' || service === access.service || service === action.slice(0, action.indexOf(':'));
}

/** Code that was not come to may be what an access is for. */
function undecided({ access, action, part }: Grant, unreached: UnreachedCommand): AccessFinding {
  const { service, operation, at, byOthers } = unreached;
  const what = operation === '*' ? `a call of ${service === '*' ? 'AWS' : service}` : operation;
  return {
    kind: 'unverifiable',
    severity: 'info',
    message: `whether the code uses ${action}${part ? ` on ${part}` : ''}, which ${access.env} allows, cannot be told: ${what} ${byOthers ? 'is called with credentials of its own' : 'stands in the code, and how it is called is not seen'}`,
    fix: byOthers
      ? `Remove it from the access ${access.env}, unless these credentials are those of the tool`
      : `Call it so that its client and its caller are seen, or remove it there and from the access ${access.env}`,
    at,
    env: access.env,
    action,
  };
}

function mayBeOn(used: UsedPermission, env: string): boolean {
  return (
    used.resources.length === 0 || used.resources.some((resource) => resource.kind !== 'env' || resource.name === env)
  );
}
