import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { resourcePlaces, templatePlaces } from '../../lib/cli/template-places';
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

/** The text from the place of a resource on, up to the end of the next line. */
function at(text: string, resource: string): string | undefined {
  const templateFile = join(mkdtempSync(join(tmpdir(), 'places-')), 't');
  writeFileSync(templateFile, text);
  const place = templatePlaces()({ templateFile, resource } as LocatedFinding);
  if (place === undefined) return undefined;
  const [first, ...others] = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .slice(place.line - 1, place.line + 1);
  return [first!.slice(place.column - 1), ...others].join('').replace(/[\s"{]|,\s*$/g, '');
}

test.each([
  ...[1, 2, 4, 8].map((indent) => [`JSON, ${indent} spaces`, JSON.stringify(TEMPLATE, undefined, indent)]),
  ['JSON, tabs', JSON.stringify(TEMPLATE, undefined, '\t')],
  ['JSON, a byte order mark and CRLF', `\uFEFF${JSON.stringify(TEMPLATE, undefined, 2).replaceAll('\n', '\r\n')}`],
  ...[1, 2, 4, 8].map((indent) => [`YAML, ${indent} spaces`, stringify(TEMPLATE, { indent })]),
  ['YAML, a comment and a start of document', `# Gw:\n---\n${stringify(TEMPLATE)}`],
])('the place of a resource is found in %s', (_name, text) => {
  expect(at(text!, 'Fn')).toBe('Fn:Type:AWS::Lambda::Function');
  expect(at(text!, 'Gw')).toBe('Gw:Type:AWS::BedrockAgentCore::Gateway');
  expect(at(text!, 'Role')).toBe('Role:Type:AWS::IAM::Role');
});

test.each(['Late', 'Properties', 'Resources', 'constructor'])('%s is no resource, so it has no place', (name) => {
  expect(at(JSON.stringify(TEMPLATE, undefined, 2), name)).toBeUndefined();
  expect(at(stringify(TEMPLATE), name)).toBeUndefined();
});

test('a template on one line has its places in columns', () => {
  const hostile = { 'Gw"x\n': { Type: 'AWS::SNS::Topic', Properties: { Name: '{"Resources": {"Role": [' } } };
  const text = JSON.stringify({ ...TEMPLATE, Resources: { ...hostile, ...TEMPLATE.Resources } });

  expect(at(text, 'Gw')).toMatch(/^Gw:Type:AWS::BedrockAgentCore::Gateway/);
  expect(at(text, 'Role')).toMatch(/^Role:Type:AWS::IAM::Role\}/);
  expect(at(text, 'Gw"x\n')).toMatch(/^Gw\\x\\n:Type:AWS::SNS::Topic/);
  expect(at(text, 'Late')).toBeUndefined();
});

test('a place says column and line, also where the text indents and where it does not', () => {
  const places = (text: string) => [...resourcePlaces(text)];

  expect(places('{"Resources":{"A":{},\n  "B":{}}}')).toEqual([
    ['A', { line: 1, column: 15 }],
    ['B', { line: 2, column: 3 }],
  ]);
  expect(places('Resources:\n   A:\n     Type: x\n')).toEqual([['A', { line: 2, column: 4 }]]);
});

test('a template of 8 MB with one very long text is read through once', () => {
  const text = JSON.stringify({
    Resources: { A: { Type: 'x', Properties: { Code: '\\"'.repeat(2_000_000) } }, B: {} },
  });

  expect(resourcePlaces(text).get('B')).toEqual({ line: 1, column: text.length - 7 });
});
