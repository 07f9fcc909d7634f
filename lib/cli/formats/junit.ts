import { RULES } from '../../rules/registry';
import { PACK_NAME } from '../../rules/run-rules';
import type { CheckReport } from './report';

/** One test case a rule: a rule without findings passes, one that is switched off is skipped. */
export function asJunit(report: CheckReport): string {
  const cases = RULES.map((rule) => {
    const name = `${PACK_NAME}-${rule.id}`;
    const own = report.findings.filter(({ ruleId }) => ruleId === name || ruleId.startsWith(`${name}[`));
    const open = `  <testcase classname="secure-mcp.${rule.layer}" name="${escaped(`${rule.id} ${rule.name}`)}"`;
    if (report.switchedOff.includes(rule.id))
      return `${open}><skipped message="switched off by the configuration"/></testcase>`;
    if (own.length === 0) return `${open}/>`;
    const failures = own.map(
      ({ message, path, fix, severity }) =>
        `    <failure type="${severity}" message="${escaped(message)}">${escaped(`${path}\n${fix}`)}</failure>`,
    );
    return [`${open}>`, ...failures, '  </testcase>'].join('\n');
  });
  const failed = cases.filter((text) => text.includes('<failure')).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="secure-mcp" tests="${cases.length}" failures="${failed}" errors="0" skipped="${report.switchedOff.length}">`,
    ...cases,
    '</testsuite>',
  ].join('\n');
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
