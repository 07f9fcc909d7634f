import type { Assembly } from '../assembly/read-assembly';
import { asList, within } from '../assembly/template-model';
import { isDay } from '../core/day';
import { oneLine } from '../core/errors';
import { OrderedIndex } from '../core/ordered-index';
import { METADATA_KEY } from '../protocol/template-metadata';

/** A finding that a team has decided to live with. */
export interface Acknowledgment {
  /** `SecureMcp-IN01`, or with a key: `SecureMcp-LP06[Resource::*]`. */
  readonly ruleId: string;
  readonly reason: string;
  /** Stack and logical id of the resource, or undefined for all resources of `scope`. */
  readonly stack?: string;
  readonly logicalId?: string;
  /** Where it was written: a construct path, `app` for the whole app, a file. */
  readonly scope: string;
  readonly owner?: string;
  /** `YYYY-MM-DD` or `YYYY-MM`. */
  readonly expires?: string;
}

/**
 * Reads owner and expiry out of a reason: `SEC-1412 public docs gateway, owner docs-team, expires 2027-03-31`. The CDK's
 * acknowledgments have a reason only.
 */
export function readReason(reason: string): { owner?: string; expires?: string } {
  return {
    owner: /\bowner[:=]?\s+@?([\w.@/-]+)/i.exec(reason)?.[1],
    expires: /\bexpires?[:=]?\s+(\d{4}-\d{2}(?:-\d{2})?)/i.exec(reason)?.[1],
  };
}

/** What every report says about an acknowledgment: `SEC-1412 public docs, owner docs-team, expires 2027-03-31`. */
export function acknowledgmentText({ reason, owner, expires }: Acknowledgment): string {
  const said = readReason(reason);
  const parts = [
    reason.trim() === '' ? 'no reason given' : reason.trim(),
    ...(owner === undefined || owner === said.owner ? [] : [`owner ${owner}`]),
    ...(expires === undefined || expires === said.expires ? [] : [`expires ${expires}`]),
  ];
  return oneLine(parts.join(', '));
}

/** `2027-03-31`, or the month `2027-03`. */
export function isExpiry(text: string): boolean {
  return isDay(text.length === 7 ? `${text}-01` : text);
}

/** The last day counts; a month means its last day. What is no date has expired. */
export function isExpired({ expires }: Acknowledgment, today: string): boolean {
  if (expires === undefined) return false;
  return !isExpiry(expires) || (expires.length === 7 ? `${expires}-31` : expires) < today;
}

/** What LP18 says about an acknowledgment can be put right, and not be acknowledged in turn. */
export function judgesAcknowledgments(ruleId: string): boolean {
  return /^SecureMcp-LP18\[(expired|reason|scope):/.test(ruleId);
}

/** A resource; without logical id, all of a stack; without stack, those of that name in any stack, or all. */
export function placeKey(stack: string | undefined, logicalId: string | undefined): string {
  return JSON.stringify([stack ?? null, logicalId ?? null]);
}

/** Every key that stands for a resource. */
export function placeKeys(stack: string, logicalId: string): string[] {
  return [stack, undefined].flatMap((each) => [placeKey(each, logicalId), placeKey(each, undefined)]);
}

/** Finds those that cover a finding: same rule (with or without key) and the same resource. */
export function coverage(
  acknowledgments: readonly Acknowledgment[],
): (finding: { readonly ruleId: string; readonly resource: string; readonly stack: string }) => Acknowledgment[] {
  const byPlace = new OrderedIndex(acknowledgments, ({ stack, logicalId }) => [placeKey(stack, logicalId)]);
  return ({ ruleId, resource, stack }) => {
    if (judgesAcknowledgments(ruleId)) return [];
    const ofPlace = byPlace.under(placeKeys(stack, resource));
    return ofPlace.filter((each) => each.ruleId === ruleId || ruleId.startsWith(`${each.ruleId}[`));
  };
}

/** Acknowledgments that stand in an assembly: those of the CDK, and those in the metadata of resources. */
export function readAcknowledgments(assembly: Assembly): Acknowledgment[] {
  return [...cdkAcknowledgments(assembly), ...metadataAcknowledgments(assembly)];
}

/** Those of `Validations.of(construct).acknowledge(...)`, which cover what is below a construct. */
export function cdkAcknowledgments(assembly: Assembly): Acknowledgment[] {
  return assembly.stacks.flatMap((stack) => {
    const above = [stack, ...assembly.stacks.filter((each) => stack.name.startsWith(`${each.name}/`))];
    const acknowledged = above.flatMap((each) => each.acknowledged ?? []).filter(({ id }) => id.includes('SecureMcp-'));
    return Object.keys(stack.template.Resources).flatMap((logicalId) => {
      const path = stack.constructs?.get(logicalId)?.path;
      return acknowledged
        .filter(({ scope }) => path !== undefined && isBelow(path, scope))
        .map(({ id, reason, scope }) => ({
          ruleId: ruleIdOf(id),
          reason,
          scope,
          stack: stack.name,
          logicalId,
          ...readReason(reason),
        }));
    });
  });
}

/**
 * Those in the metadata of a resource, for templates that the CDK did not write:
 * `Metadata: { cdk-secure-mcp: { acknowledge: [{ id, reason, owner, expires }] } }`.
 */
export function metadataAcknowledgments(assembly: Assembly): Acknowledgment[] {
  return assembly.stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources).flatMap(([logicalId, resource]) =>
      asList(within(resource.Metadata, METADATA_KEY, 'acknowledge')).map((each) => {
        const text = (name: string) => {
          const value = within(each, name);
          return value === undefined ? undefined : String(value);
        };
        const reason = text('reason') ?? '';
        return {
          ruleId: ruleIdOf(text('id') ?? ''),
          reason,
          scope: `${stack.name}/${logicalId}`,
          stack: stack.name,
          logicalId,
          owner: text('owner') ?? readReason(reason).owner,
          expires: text('expires') ?? readReason(reason).expires,
        };
      }),
    ),
  );
}

function isBelow(path: string, scope: string): boolean {
  return path === scope || path.startsWith(`${scope}/`);
}

/** The CDK writes the plugin in front, and hyphens for spaces: `SecureMcp::SecureMcp-IN01`. */
export function ruleIdOf(id: string): string {
  const name = id.replace(/^[\w-]+::/, '').replaceAll(' ', '-');
  return name.startsWith('SecureMcp-') ? name : `SecureMcp-${name}`;
}
