import type { CheckReport } from './report';

/** `{ "findings": [{ ruleId, severity, layer, resource, path, message, fix }], switchedOff: ['IN16'] }` */
export function asJson(report: CheckReport): string {
  const findings = report.findings.map(({ ruleId, severity, layer, resource, path, message, fix }) => ({
    ruleId,
    severity,
    layer,
    resource,
    path,
    message,
    fix,
  }));
  return JSON.stringify({ findings, switchedOff: report.switchedOff }, undefined, 2);
}
