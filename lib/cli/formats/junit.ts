import { acknowledgmentText } from '../../rules/acknowledgment';
import { RULES } from '../../rules/registry';
import { type AcknowledgedFinding, type LocatedFinding, PACK_NAME } from '../../rules/run-rules';
import type { CheckReport } from './report';

/** One test case a rule: without findings it passes, switched off it is skipped; what is acknowledged is its output. */
export function asJunit(report: CheckReport): string {
  const cases = RULES.map((rule) => {
    const name = `${PACK_NAME}-${rule.id}`;
    const isOwn = ({ ruleId }: LocatedFinding) => ruleId === name || ruleId.startsWith(`${name}[`);
    const own = report.findings.filter(isOwn);
    const accepted = report.acknowledged.filter(isOwn);
    const open = `  <testcase classname="secure-mcp.${rule.layer}" name="${escaped(`${rule.id} ${rule.name}`)}"`;
    if (report.switchedOff.includes(rule.id))
      return `${open}><skipped message="switched off by the configuration"/></testcase>`;
    if (own.length + accepted.length === 0) return `${open}/>`;
    const failures = own.map(
      ({ message, path, fix, severity }) =>
        `    <failure type="${severity}" message="${escaped(message)}">${escaped(`${path}\n${fix}`)}</failure>`,
    );
    return [`${open}>`, ...failures, ...acceptedOutput(accepted), '  </testcase>'].join('\n');
  });
  const failed = cases.filter((text) => text.includes('<failure')).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="secure-mcp" tests="${cases.length}" failures="${failed}" errors="0" skipped="${report.switchedOff.length}">`,
    ...cases,
    '</testsuite>',
  ].join('\n');
}

function acceptedOutput(accepted: readonly AcknowledgedFinding[]): string[] {
  if (accepted.length === 0) return [];
  const lines = accepted.map(
    ({ path, message, acknowledgment }) =>
      `acknowledged: ${path}: ${message}, because ${acknowledgmentText(acknowledgment)}`,
  );
  return [`    <system-out>${escaped(lines.join('\n'))}</system-out>`];
}

/** Characters that XML 1.0 cannot hold at all are left out. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
  );
}
