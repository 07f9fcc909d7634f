import { isAbsolute, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { acknowledgmentText } from '../../rules/acknowledgment';
import { RULES } from '../../rules/registry';
import { severityOf } from '../../rules/rule';
import { type LocatedFinding, PACK_NAME } from '../../rules/run-rules';
import type { CheckReport } from './report';

/** SARIF 2.1.0, as code scanning services take it. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function asSarif(report: CheckReport): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        columnKind: 'utf16CodeUnits',
        tool: {
          driver: {
            name: 'secure-mcp',
            semanticVersion: report.version,
            informationUri: 'https://github.com/cdk-secure-mcp/cdk-secure-mcp',
            rules: RULES.map((rule) => ({
              id: `${PACK_NAME}-${rule.id}`,
              name: rule.name,
              shortDescription: { text: rule.summary },
              fullDescription: { text: rule.explanation },
              help: { text: rule.fix },
              helpUri: rule.references[0],
              defaultConfiguration: { level: severityOf(rule) },
              properties: { layer: rule.layer, tags: ['security', rule.layer] },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            ruleConfigurationOverrides: report.switchedOff.map((id) => ({
              descriptor: { id: `${PACK_NAME}-${id}` },
              configuration: { enabled: false },
            })),
          },
        ],
        results: [
          ...report.findings.map((finding) => result(report, finding)),
          ...report.acknowledged.map((finding) => ({
            ...result(report, finding),
            suppressions: [
              { kind: 'external', status: 'accepted', justification: acknowledgmentText(finding.acknowledgment) },
            ],
          })),
        ],
      },
    ],
  };
  return JSON.stringify(log, undefined, 2);
}

function result(report: CheckReport, finding: LocatedFinding) {
  const ruleId = finding.ruleId.replace(/\[.*$/, '');
  const { line = 1, column = 1 } = report.placeOf(finding) ?? {};
  return {
    ruleId,
    ruleIndex: RULES.findIndex(({ id }) => `${PACK_NAME}-${id}` === ruleId),
    level: finding.severity,
    kind: 'fail',
    message: { text: `${finding.message}. ${finding.fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(report.fileOf(finding)) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [{ fullyQualifiedName: finding.constructPath ?? finding.path, kind: 'resource' }],
      },
      ...sourceLocation(finding),
    ],
    partialFingerprints: { 'secureMcp/v1': `${finding.ruleId}|${finding.path}` },
  };
}

/** Where the app made the resource: `Main (/app/stack.ts:12:5)`. */
function sourceLocation({ source }: LocatedFinding) {
  const [, file, line] = /\(?((?:file:\/\/)?[^()]+?):(\d+):\d+\)?$/.exec(source ?? '') ?? [];
  if (file === undefined) return [];
  const uri = uriOf(file.trim());
  return [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: Number(line) } } }];
}

/** Relative to the folder the command runs in, as code scanning services want it; else absolute. */
function uriOf(file: string): string {
  const path = file.startsWith('file://') ? fileURLToPath(file) : file;
  const inside = relative(process.cwd(), path);
  return inside.startsWith('..') || isAbsolute(inside)
    ? pathToFileURL(path).href
    : encodeURI(inside.replaceAll('\\', '/'));
}
