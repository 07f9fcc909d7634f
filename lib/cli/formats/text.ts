import { LAYERS } from '../../core/finding';
import { acknowledgmentText } from '../../rules/acknowledgment';
import type { AcknowledgedFinding, LocatedFinding } from '../../rules/run-rules';
import { type CheckReport, count, switchedOffText } from './report';

export function asText(report: CheckReport): string {
  const { findings } = report;
  const scope = `${report.stacks} ${report.stacks === 1 ? 'stack' : 'stacks'}`;
  const off = switchedOffText(report);
  const last = off === '' ? '' : `\n${off}`;
  const hidden = [
    report.acknowledged.length > 0 ? `${report.acknowledged.length} acknowledged` : '',
    report.known > 0 ? `${report.known} in the baseline` : '',
  ].filter((text) => text !== '');
  const rest = hidden.length === 0 ? '' : ` (${hidden.join(', ')})`;
  const accepted =
    report.acknowledged.length === 0 ? [] : [['acknowledged', ...report.acknowledged.map(acceptedEntry)].join('\n')];
  if (findings.length === 0)
    return [...accepted, `No findings in ${scope}, in all four layers.${rest}${last}`].join('\n\n');
  const blocks = LAYERS.map((layer) => [layer, findings.filter((finding) => finding.layer === layer)] as const)
    .filter(([, ofLayer]) => ofLayer.length > 0)
    .map(([layer, ofLayer]) => [`${layer}`, ...ofLayer.map(entry)].join('\n'));
  return [
    ...blocks,
    ...accepted,
    `${count(findings, 'error')} errors, ${count(findings, 'warning')} warnings in ${scope}${rest}${last}`,
  ].join('\n\n');
}

function entry(finding: LocatedFinding): string {
  const made = [finding.constructPath, finding.source].filter((text) => text !== undefined).join(' ');
  return [
    `  ${finding.severity === 'error' ? 'ERROR' : 'WARN '} ${finding.ruleId}  ${finding.message}`,
    `at ${finding.path}`,
    ...(made === '' ? [] : [`from ${made}`]),
    `fix: ${finding.fix}`,
  ].join('\n        ');
}

function acceptedEntry({ ruleId, message, path, acknowledgment }: AcknowledgedFinding): string {
  return [`  ${ruleId}  ${message}`, `at ${path}`, `because ${acknowledgmentText(acknowledgment)}`].join('\n        ');
}
