import { LAYERS } from '../../core/finding';
import { acknowledgmentText } from '../../rules/acknowledgment';
import { type CheckReport, count, switchedOffText } from './report';

/** A table a layer, for a pull request comment. */
export function asMarkdown(report: CheckReport): string {
  const { findings } = report;
  const head = `## secure-mcp: ${count(findings, 'error')} errors, ${count(findings, 'warning')} warnings`;
  const tables = LAYERS.flatMap((layer) => {
    const own = findings.filter((finding) => finding.layer === layer);
    if (own.length === 0) return [];
    const rows = own.map(
      (finding) =>
        `| ${finding.severity} | ${cell(finding.ruleId)} | ${cell(finding.message)} | \`${cell(finding.path)}\` | ${cell(finding.fix)} |`,
    );
    return [`### ${layer}\n\n| | rule | what | where | fix |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`];
  });
  return [head, ...tables, acknowledgedTable(report), switchedOffText(report)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function acknowledgedTable({ acknowledged }: CheckReport): string {
  if (acknowledged.length === 0) return '';
  const rows = acknowledged.map(
    ({ ruleId, message, path, acknowledgment }) =>
      `| ${cell(ruleId)} | ${cell(message)} | \`${cell(path)}\` | ${cell(acknowledgmentText(acknowledgment))} |`,
  );
  return `### acknowledged\n\n| rule | what | where | why |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function cell(text: string): string {
  return text.replace(/[\\|`<]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
