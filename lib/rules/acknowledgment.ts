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

/** The last day counts; a month means its last day. */
export function isExpired(acknowledgment: Acknowledgment, today: string): boolean {
  const { expires } = acknowledgment;
  return expires !== undefined && (expires.length === 7 ? `${expires}-31` : expires) < today;
}

/** Whether it covers a finding: same rule (with or without key) and the same resource. */
export function covers(
  acknowledgment: Acknowledgment,
  finding: { readonly ruleId: string; readonly resource: string; readonly stack: string },
): boolean {
  const sameRule =
    acknowledgment.ruleId === finding.ruleId || finding.ruleId.startsWith(`${acknowledgment.ruleId}[`);
  const sameResource =
    acknowledgment.logicalId === undefined
      ? acknowledgment.stack === undefined || acknowledgment.stack === finding.stack
      : acknowledgment.logicalId === finding.resource &&
        (acknowledgment.stack === undefined || acknowledgment.stack === finding.stack);
  return sameRule && sameResource;
}
