import { matchesAction } from '../core/iam/match';
import type { AccessFinding, DeclaredAccess, OutsideGrant } from './access-finding';
import { accessLineWith } from './access-line';
import { actionsOf } from './declared-actions';
import { excess } from './excess';
import { type Grant, grantsOf, isCustom } from './grant';
import type { HandlerAnalysis, ResourceExpression, UnreachedCommand, UsedPermission } from './handler-analysis';
import { allowedBeside, outsideExcess } from './outside';
import { coversPart } from './part';
import { isLibraryFile } from './source-positions';

/**
 * Compares what a tool declares with what its code does. Never widens anything: it only reports. `settings` are the
 * environment variables that the author sets: what they name is not known. `outside` is what was added to the role beside
 * the declared access: it counts as granted, and is compared as everything else.
 */
export function compareAccess(
  declared: readonly DeclaredAccess[],
  analyzed: HandlerAnalysis,
  settings: readonly string[] = [],
  outside: readonly OutsideGrant[] = [],
): AccessFinding[] {
  const analysis = { ...analyzed, used: analyzed.used.map((used) => withAccessNames(used, declared, settings)) };
  const grants = declared.flatMap(grantsOf);
  return [
    ...once(analysis.used.flatMap((used) => judgeUse(used, declared, grants, outside))),
    ...excess(grants, analysis),
    ...outsideExcess(outside, analysis, declared),
    ...notComeTo(grants, analysis.unreached, outside),
    ...calledByOthers(analysis.unreached),
    ...unknownOperations(declared),
    ...analysis.unverifiable.map(
      ({ service, reason, at }): AccessFinding => ({
        kind: 'unverifiable',
        severity: 'info',
        message: `${service === '*' ? 'what is not used' : `what is not used of ${service}`} cannot be told: the code ${reason}`,
        fix: 'Call the operation by its name, on a client that the handler makes itself',
        at,
      }),
    ),
  ];
}

/** The same use, its resources by the variables of accesses. */
function withAccessNames(
  used: UsedPermission,
  declared: readonly DeclaredAccess[],
  settings: readonly string[],
): UsedPermission {
  const resources = used.resources.map((resource): ResourceExpression => {
    if (resource.kind !== 'env' || declared.some(({ env }) => env === resource.name)) return resource;
    const access = declared.find(({ companions }) => companions?.includes(resource.name));
    if (access !== undefined) return { kind: 'env', name: access.env };
    return settings.includes(resource.name) ? { kind: 'unknown' } : resource;
  });
  return { ...used, resources };
}

function judgeUse(
  used: UsedPermission,
  declared: readonly DeclaredAccess[],
  grants: readonly Grant[],
  outside: readonly OutsideGrant[],
): AccessFinding[] {
  const findings: AccessFinding[] = [];
  const { action, at } = used;
  const isFromInput = used.resources.some(({ kind }) => kind === 'input');
  if (isFromInput) {
    findings.push({
      kind: 'resource-from-input',
      severity: 'warning',
      message: `the caller of the tool chooses the resource of ${action}`,
      fix: 'Take the name from an environment variable that an access sets, or pick one of several by a fixed list',
      at,
      action,
    });
  }
  const allowing = grants.filter((grant) => matchesAction(grant.action, action) && partIsCovered(grant, used));
  const names = used.resources.flatMap((resource) => (resource.kind === 'env' ? [resource.name] : []));
  const beside = allowedBeside(outside, action);
  const onlyNames = names.length > 0 && names.length === used.resources.length;
  // Where the resource is not known, any access that allows the action may be the one.
  const lacking = onlyNames
    ? names.filter(
        (name) =>
          !allowing.some((grant) => grant.access.env === name || isCustom(grant)) &&
          !beside.allows(name) &&
          !(allowing.length > 0 && isMixedUp(name, used, declared)),
      )
    : allowing.length > 0 || beside.allows(undefined)
      ? []
      : [...names, undefined].slice(0, Math.max(names.length, 1));
  const nothingAllows = beside.isOpen ? false : onlyNames ? lacking.length === names.length : allowing.length === 0;
  for (const env of lacking) {
    const certain = used.certainty === 'must' && nothingAllows && lacking.length === 1;
    findings.push(missing(used, env, certain || (used.certainty === 'must' && nothingAllows), declared));
  }
  if (!onlyNames && !isFromInput && isOwnCode(used) && allowing.length > 0 && used.resources.length > 0) {
    findings.push({
      kind: 'unverifiable',
      severity: 'info',
      message: `the resource of ${action} is not named by an environment variable of an access`,
      fix: `Name it by one of: ${[...new Set(allowing.map((grant) => `process.env.${grant.access.env}`))].join(', ')}`,
      at,
      action,
    });
  }
  return findings;
}

/**
 * In a library the arguments of all calls of a function come together, and classes share what they inherit: that one of
 * the names is of another service says no more than that.
 */
function isMixedUp(name: string, used: UsedPermission, declared: readonly DeclaredAccess[]): boolean {
  const access = declared.find(({ env }) => env === name);
  if (isOwnCode(used) || access === undefined) return false;
  // One that names actions itself may be of several services.
  return access.service !== used.service && !access.operations.some((operation) => operation.includes(':'));
}

/** Of a library's calls it is no news that they name no variable of the handler. */
function isOwnCode({ certainty, reason }: UsedPermission): boolean {
  return certainty === 'must' || reason?.startsWith('library code') !== true;
}

function partIsCovered(grant: Grant, used: UsedPermission): boolean {
  return grant.part === undefined || used.parts.every((part) => coversPart(grant.part!, part));
}

function missing(
  used: UsedPermission,
  env: string | undefined,
  certain: boolean,
  declared: readonly DeclaredAccess[],
): AccessFinding {
  const part = used.parts.find((text) => text !== '');
  const on = env === undefined ? 'its resource' : `process.env.${env}${part === undefined ? '' : ` (${part})`}`;
  const because = used.reason === undefined ? '' : ` (${used.reason})`;
  return {
    kind: certain ? 'missing' : 'possibly-missing',
    severity: certain ? 'error' : 'info',
    message: `the code ${certain ? 'needs' : 'may need'} ${used.action} on ${on}, and no access allows it${because}`,
    fix: accessLineWith(
      declared.find((access) => access.env === env),
      env,
      used,
    ),
    at: used.at,
    env,
    action: used.action,
  };
}

/** Calls that stand in the code and were not come to, of what no access allows: one finding for all of them. */
function notComeTo(
  grants: readonly Grant[],
  unreached: readonly UnreachedCommand[],
  outside: readonly OutsideGrant[],
): AccessFinding[] {
  const open = unreached.filter(({ service, operation, at, guessed, byOthers }) => {
    if (guessed === true || byOthers === true) return false;
    const actions = operation === '*' ? [] : actionsOf(service, operation);
    const isAllowed = actions.some(
      (action) =>
        grants.some((grant) => matchesAction(grant.action, action)) || allowedBeside(outside, action).allows(undefined),
    );
    return actions.length > 0 && !isAllowed && !isLibraryFile(at.file);
  });
  if (open.length === 0) return [];
  const names = open.map(({ service, operation, at }) => `${service} ${operation} (${at.file}:${at.line})`);
  return [
    {
      kind: 'unverifiable',
      severity: 'info',
      message: `whether the code calls ${names.join(', ')} cannot be told, and no access allows it`,
      fix: 'Remove code that the tool does not run; what it runs has to be declared, or it is denied',
      at: open[0]!.at,
    },
  ];
}

/** Calls with other credentials than the role's: one finding for all of them. */
function calledByOthers(unreached: readonly UnreachedCommand[]): AccessFinding[] {
  const calls = unreached.filter(({ byOthers }) => byOthers === true);
  if (calls.length === 0) return [];
  const names = calls.map(({ service, operation, at }) => `${service} ${operation} (${at.file}:${at.line})`);
  return [
    {
      kind: 'unverifiable',
      severity: 'info',
      message: `calls with credentials of their own are not compared with the role: ${names.join(', ')}`,
      fix: 'Declare what these credentials need where they come from; take a client without credentials to call as the tool',
      at: calls[0]!.at,
    },
  ];
}

function unknownOperations(declared: readonly DeclaredAccess[]): AccessFinding[] {
  return declared.flatMap((access) =>
    access.operations
      .filter((operation) => actionsOf(access.service, operation).length === 0)
      .map((operation) => ({
        kind: 'unverifiable' as const,
        severity: 'info' as const,
        message: `the permissions of ${access.service} ${operation} are not known, so its use is not checked`,
        fix: 'Compare the declaration with the code by hand',
        env: access.env,
      })),
  );
}

/** The same finding at the same place, once. */
function once(findings: readonly AccessFinding[]): AccessFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
