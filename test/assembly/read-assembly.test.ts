import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { parseTemplateYaml, parseYaml } from '../../lib/assembly/parse-yaml';
import { readAssembly } from '../../lib/assembly/read-assembly';

const folder = () => mkdtempSync(join(tmpdir(), 'assembly-'));

function file(name: string, text: string): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

test('stacks, stages and nested stacks are all read', () => {
  const app = new App({ outdir: folder() });
  new Queue(new Stack(app, 'Plain', { env: { account: '111122223333', region: 'eu-west-1' } }), 'Queue');
  new Queue(new Stack(new Stage(app, 'Prod'), 'Staged'), 'Queue');
  const parent = new Stack(app, 'Parent');
  new Topic(new NestedStack(new NestedStack(parent, 'Child'), 'Grandchild'), 'Topic');

  const { stacks } = readAssembly(app.synth().directory);

  const names = stacks.map((stack) => stack.name.replace(/NestedStack\w+/g, ''));
  const named = (name: string) => stacks[names.indexOf(name)]!;

  expect([...names].sort()).toEqual(['Parent', 'Parent/Child', 'Parent/Child/Grandchild', 'Plain', 'Prod-Staged']);
  expect(named('Plain')).toMatchObject({ account: '111122223333', region: 'eu-west-1' });
  expect(named('Parent').account).toBeUndefined();
  expect(Object.values(named('Parent/Child/Grandchild').template.Resources).map((r) => r.Type)).toContain(
    'AWS::SNS::Topic',
  );
});

test('a stack without resources is an empty one, and hides no other', () => {
  const app = new App({ outdir: folder() });
  new Stack(app, 'Empty');
  const parent = new Stack(app, 'Parent');
  new NestedStack(parent, 'Child');
  const { directory } = app.synth();
  expect(JSON.parse(readFileSync(join(directory, 'Empty.template.json'), 'utf8'))).not.toHaveProperty('Resources');

  const { stacks, unread } = readAssembly(directory);

  expect(stacks.map(({ template }) => Object.values(template.Resources).map(({ Type }) => Type))).toEqual([
    [],
    ['AWS::CloudFormation::Stack'],
    [],
  ]);
  expect(unread).toEqual([]);
});

test.each([
  ['a macro, which may bring them', '{"Transform":"Include"}'],
  ['resources that are none', '{"Resources":null}'],
  ['a list', '[]'],
])('a stack with %s and no resources is refused, and so is its template by itself', (_name, text) => {
  const app = new App({ outdir: folder() });
  new Stack(app, 'Empty');
  const template = join(app.synth().directory, 'Empty.template.json');
  writeFileSync(template, text);

  for (const path of [dirname(template), template]) {
    expect(() => readAssembly(path)).toThrow(/no Resources.*\[ASSEMBLY_UNREADABLE\]/);
  }
});

test('a nested stack whose template is elsewhere is said to be unread', () => {
  const stack = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://example.com/t.json' } };
  const path = file('shop.json', JSON.stringify({ Resources: { Network: stack } }));

  expect(readAssembly(path).unread).toEqual([{ stack: 'shop', logicalId: 'Network' }]);
});

test('the code of a function is found by its object key', () => {
  const app = new App({ outdir: folder() });
  const stack = new Stack(app, 'Plain');
  const code = folder();
  writeFileSync(join(code, 'index.js'), 'exports.handler = async () => 1;');
  new LambdaFunction(stack, 'Fn', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
  });

  const [plain] = readAssembly(app.synth().directory).stacks;
  const fn = Object.values(plain!.template.Resources).find((r) => r.Type === 'AWS::Lambda::Function');
  const key = (fn!.Properties as { Code: { S3Key: string } }).Code.S3Key;

  expect(plain!.assets.get(key)).toMatchObject({ packaging: 'zip' });
});

test('a single template file is a stack of that name', () => {
  const path = file('shop.template.json', '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}}');

  expect(readAssembly(path).stacks).toMatchObject([{ name: 'shop' }]);
});

test('YAML is read by the parser that is passed in', () => {
  const path = file('shop.yaml', 'anything');

  expect(readAssembly(path, { parseYaml: () => ({ Resources: {} }) }).stacks).toHaveLength(1);
  expect(() => readAssembly(path)).toThrow(/YAML.*\[ASSEMBLY_UNREADABLE\]/);
});

test('in templates "no" is false as for CloudFormation, in other documents it is text', () => {
  const text = 'Country: NO\nName: !Ref Shop\n';

  expect(parseTemplateYaml(text)).toEqual({ Country: false, Name: { Ref: 'Shop' } });
  expect(parseYaml('country: NO\nopen: true\n')).toEqual({ country: 'NO', open: true });
  expect(() => parseYaml('a: [')).toThrow();
});

test.each([
  ['a path that does not exist', () => join(folder(), 'cdk.out'), 'does not exist'],
  ['a folder without manifest', () => folder(), 'neither manifest.json nor a template'],
  ['truncated JSON', () => file('t.json', '{"Resources":'), 'not JSON'],
  ['JSON that is no template', () => file('t.json', '[]'), 'no Resources'],
  ['a resource without type', () => file('t.json', '{"Resources":{"A":{}}}'), 'no Type'],
  ['a hostile key in place of resources', () => file('t.json', '{"__proto__":{"Resources":{}}}'), 'no Resources'],
])('%s is refused', (_name, path, why) => {
  expect(() => readAssembly(path())).toThrow(new RegExp(`${why}.*\\[ASSEMBLY_UNREADABLE\\]`));
});
