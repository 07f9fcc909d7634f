import type { Finding } from '../../core/finding';
import type { LocatedFinding } from '../../rules/run-rules';
import type { CheckReport } from './report';

/**
 * `{ "findings": [{ ruleId, severity, layer, resource, path, message, fix }], "acknowledged": [{ …, reason, owner, expires }],
 * "switchedOff": ["IN16"] }`
 */
export function asJson(report: CheckReport): string {
  const acknowledged = report.acknowledged.map(({ acknowledgment: { reason, owner, expires }, ...finding }) => ({
    ...published(finding),
    reason,
    owner,
    expires,
  }));
  const { switchedOff } = report;
  return JSON.stringify({ findings: report.findings.map(published), acknowledged, switchedOff }, undefined, 2);
}

function published({ ruleId, severity, layer, resource, path, message, fix }: LocatedFinding): Finding {
  return { ruleId, severity, layer, resource, path, message, fix };
}
