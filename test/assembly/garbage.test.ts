import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseTemplateYaml } from '../../lib/assembly/parse-yaml';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { runRules } from '../../lib/rules/run-rules';

function file(text: string, name = 't.json'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'garbage-')), name);
  writeFileSync(path, text);
  return path;
}

const read = (path: string) => readAssembly(path, { parseYaml: parseTemplateYaml });

test.each([
  ['truncated JSON', '{"Resources": {"A": {', 't.json', 'it is not JSON'],
  ['nothing', '', 't.json', 'it is not JSON'],
  ['a list', '[]', 't.json', 'it has no Resources'],
  ['a text', '"Resources"', 't.json', 'it has no Resources'],
  ['resources that are no object', '{"Resources": []}', 't.json', 'it has no Resources'],
  ['a resource that is no object', '{"Resources": {"A": null}}', 't.json', 'resource "A" has no Type'],
  ['truncated YAML', 'Resources: {A: [', 't.yaml', 'it is not YAML'],
  [
    'two resources of one name',
    'Resources:\n  A: {Type: X}\n  A: {Type: Y}',
    't.yaml',
    'at line 3, column 3. Check the file',
  ],
  [
    'a bomb of aliases',
    `a: &a [x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((c, i) => `${c}: &${c} [${Array(8).fill(`*${'abcdefg'[i]}`).join(',')}]`).join('\n')}\nResources: *h\n`,
    't.yaml',
    'it is not YAML',
  ],
  [
    'absurd nesting',
    `{"Resources": {"A": {"Type": "X", "Properties": ${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}}}`,
    't.json',
    'nested more than 200 levels',
  ],
  [
    '20 MB',
    JSON.stringify({ Resources: { A: { Type: 'X', Properties: { a: 'x'.repeat(20 * 1024 * 1024) } } } }),
    't.json',
    'CloudFormation accepts 1 MB',
  ],
])('%s is refused with what to do next', (_name, text, name, fragment) => {
  const path = file(text, name);

  expect(() => read(path)).toThrow(expect.objectContaining({ code: 'ASSEMBLY_UNREADABLE' }));
  expect(() => read(path)).toThrow(fragment);
});

test('an assembly that holds itself is refused, one in an assembly is read', () => {
  const holding = (directoryName: string) =>
    file(
      JSON.stringify({ artifacts: { Stage: { type: 'cdk:cloud-assembly', properties: { directoryName } } } }),
      'manifest.json',
    );
  const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 't.json' } };
  const inner = dirname(file(JSON.stringify({ artifacts: { Shop: stack } }), 'manifest.json'));
  writeFileSync(join(inner, 't.json'), '{"Resources": {"A": {"Type": "X"}}}');

  for (const itself of ['.', '']) {
    expect(() => read(dirname(holding(itself)))).toThrow(/holds itself.*\[ASSEMBLY_UNREADABLE\]/);
  }
  expect(read(dirname(holding(join('..', basename(inner))))).stacks.map(({ name }) => name)).toEqual(['Shop']);
});

test.each([
  ['t.json', '{"Resources": {"A": {"Type": "X"}}}'],
  ['t.template', '{"Resources": {"A": {"Type": "X"}}}'],
  ['t.yaml', 'Resources: {A: {Type: X}}'],
])('%s with a byte order mark is read', (name, text) => {
  const path = file(`\uFEFF${text}`, name);

  expect(read(path).stacks[0]!.template.Resources.A).toEqual({ Type: 'X' });
  expect(read(dirname(path)).stacks).toHaveLength(1);
});

test('hostile keys change nothing outside of their template', () => {
  const hostile =
    '{"Resources":{"__proto__":{"Type":"AWS::BedrockAgentCore::Gateway","Properties":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"AuthorizerType":{"Ref":"__proto__"},"RoleArn":{"Fn::GetAtt":["constructor","name"]}}},"toString":{"Type":"AWS::IAM::Role"}}}';

  expect(() => runRules(read(file(hostile)))).not.toThrow();
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('a good template of the same kind is read', () => {
  expect(read(file('{"Resources": {"A": {"Type": "X"}}}')).stacks).toHaveLength(1);
  expect(
    read(file('Resources: {A: {Type: X, Properties: {B: !Sub "${C}"}}}', 't.yaml')).stacks[0]!.template.Resources.A,
  ).toEqual({
    Type: 'X',
    Properties: { B: { 'Fn::Sub': '${C}' } },
  });
});

test('a template that is its own nested stack ends, and one outside of its folder is not opened', () => {
  const nested = (url: string) => ({ Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } });
  const self = file(
    JSON.stringify({ Resources: { A: nested('t.json'), B: nested('t.json'), C: nested('../x.json') } }),
  );
  const { stacks, unread } = read(self);

  expect(stacks.length).toBeLessThanOrEqual(501);
  expect(unread.map(({ logicalId }) => logicalId)).toContain('C');
  expect(runRules({ path: self, stacks, unread }).some(({ ruleId }) => ruleId.includes('LP18[Unknown'))).toBe(true);
});
