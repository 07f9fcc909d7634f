import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { templateLines } from '../../lib/cli/read-check-files';
import type { LocatedFinding } from '../../lib/rules/run-rules';

const TEMPLATE = {
  Outputs: { Role: { Value: 'x' }, Gw: { Value: 'x' } },
  Resources: {
    Fn: {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Description: 'first\n  Gw: text\nGw: text\n' },
    },
    Gw: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { Name: 'gw' } },
    Role: { Type: 'AWS::IAM::Role' },
  },
  Parameters: { Late: { Type: 'String' } },
};

/** The line of a resource and the one that follows, as they stand in the file. */
function at(text: string, resource: string): string | undefined {
  const templateFile = join(mkdtempSync(join(tmpdir(), 'lines-')), 't');
  writeFileSync(templateFile, text);
  const line = templateLines()({ templateFile, resource } as LocatedFinding);
  return line === undefined
    ? undefined
    : text
        .split('\n')
        .slice(line - 1, line + 1)
        .join('')
        .replace(/[\s"{,]/g, '');
}

test.each([
  ...[1, 2, 4, 8].map((indent) => [`JSON, ${indent} spaces`, JSON.stringify(TEMPLATE, undefined, indent)]),
  ['JSON, tabs', JSON.stringify(TEMPLATE, undefined, '\t')],
  ['JSON, a byte order mark and CRLF', `\uFEFF${JSON.stringify(TEMPLATE, undefined, 2).replaceAll('\n', '\r\n')}`],
  ...[1, 2, 4, 8].map((indent) => [`YAML, ${indent} spaces`, stringify(TEMPLATE, { indent })]),
  ['YAML, a comment and a start of document', `# Gw:\n---\n${stringify(TEMPLATE)}`],
])('the line of a resource is found in %s', (_name, text) => {
  expect(at(text!, 'Fn')).toBe('Fn:Type:AWS::Lambda::Function');
  expect(at(text!, 'Gw')).toBe('Gw:Type:AWS::BedrockAgentCore::Gateway');
  expect(at(text!, 'Role')).toBe('Role:Type:AWS::IAM::Role');
});

test.each(['Late', 'Properties', 'Resources', 'constructor'])('%s is no resource, so it has no line', (name) => {
  expect(at(JSON.stringify(TEMPLATE, undefined, 2), name)).toBeUndefined();
  expect(at(stringify(TEMPLATE), name)).toBeUndefined();
});

test('a template in one line names none', () => {
  expect(at(JSON.stringify(TEMPLATE), 'Gw')).toBeUndefined();
});
