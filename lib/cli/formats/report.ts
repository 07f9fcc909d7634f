import type { AcknowledgedFinding, LocatedFinding } from '../../rules/run-rules';
import type { TextPlace } from '../template-places';

/** What a check has to say, before it is written in a format. */
export interface CheckReport {
  readonly findings: readonly LocatedFinding[];
  /** Covered by a valid acknowledgment. */
  readonly acknowledged: readonly AcknowledgedFinding[];
  /** Known from the baseline. */
  readonly known: number;
  /** Rules that the configuration switches off, such as `IN16`. */
  readonly switchedOff: readonly string[];
  readonly stacks: number;
  readonly version: string;
  /** Where a resource stands in its template. */
  readonly placeOf: (finding: LocatedFinding) => TextPlace | undefined;
  /** Path of a template as a report should show it. */
  readonly fileOf: (finding: LocatedFinding) => string;
}

export function count(findings: readonly LocatedFinding[], severity: string): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

/** Nothing when every rule ran. */
export function switchedOffText({ switchedOff }: CheckReport): string {
  return switchedOff.length === 0 ? '' : `Switched off by the configuration: ${switchedOff.join(', ')}`;
}
