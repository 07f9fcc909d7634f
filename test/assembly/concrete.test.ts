import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { ConcreteAssembly } from '../../lib/assembly/concrete';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { isUnresolved } from '../../lib/assembly/unresolved';

const folder = () => mkdtempSync(join(tmpdir(), 'concrete-'));

function concrete(template: object, options?: ConstructorParameters<typeof ConcreteAssembly>[1]): ConcreteAssembly {
  const file = join(folder(), 'shop.json');
  writeFileSync(file, JSON.stringify(template));
  return new ConcreteAssembly(readAssembly(file), options);
}

/** Resolves one expression as a property of a resource. */
function resolved(value: unknown, rest: object = {}): unknown {
  const assembly = concrete({
    Resources: { Thing: { Type: 'Test::Thing', Properties: { value } }, ...OTHERS },
    ...rest,
  });
  return assembly.ofType('Test::Thing')[0]!.properties.value;
}

const OTHERS = {
  Fn: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'worker' } },
  Odd: { Type: 'Custom::Odd' },
};
const CONTEXT = {
  Parameters: { Size: { Type: 'String', Default: 'small' }, Open: { Type: 'String' } },
  Mappings: { Map: { a: { b: 'mapped' } } },
  Conditions: {
    IsSmall: { 'Fn::Equals': [{ Ref: 'Size' }, 'small'] },
    IsOpen: { 'Fn::Equals': [{ Ref: 'Open' }, 'x'] },
    Not: { 'Fn::Not': [{ Condition: 'IsSmall' }] },
    And: { 'Fn::And': [{ Condition: 'IsSmall' }, { Condition: 'Not' }] },
    Or: { 'Fn::Or': [{ Condition: 'IsOpen' }, { Condition: 'IsSmall' }] },
  },
};
const WORKER = 'arn:aws:lambda:us-east-1:123456789012:function:worker';

test.each([
  ['text', 'plain', 'plain'],
  ['numbers and booleans', [1, true, null], [1, true, null]],
  ['Ref of a resource', { Ref: 'Fn' }, 'worker'],
  ['Ref of a parameter with a default', { Ref: 'Size' }, 'small'],
  ['Ref AWS::Region', { Ref: 'AWS::Region' }, 'us-east-1'],
  ['Ref AWS::AccountId', { Ref: 'AWS::AccountId' }, '123456789012'],
  ['Ref AWS::Partition', { Ref: 'AWS::Partition' }, 'aws'],
  ['AWS::NoValue as an item', ['a', { Ref: 'AWS::NoValue' }], ['a']],
  ['AWS::NoValue as a value', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Fn', 'Arn'] }, WORKER],
  ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Fn.Arn' }, WORKER],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Size' }, 1]] }, 'a-small-1'],
  ['Fn::Sub', { 'Fn::Sub': 'fn ${Fn.Arn} ${Size} ${!Size} ${AWS::Region}' }, `fn ${WORKER} small \${Size} us-east-1`],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${a}/${Size}', { a: { Ref: 'Fn' } }] }, 'worker/small'],
  ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ['Fn::FindInMap', { 'Fn::FindInMap': ['Map', 'a', 'b'] }, 'mapped'],
  ['Fn::If, true', { 'Fn::If': ['IsSmall', 'yes', 'no'] }, 'yes'],
  ['Fn::If, not', { 'Fn::If': ['Not', 'yes', 'no'] }, 'no'],
  ['Fn::If, and', { 'Fn::If': ['And', 'yes', 'no'] }, 'no'],
  ['Fn::If, or with an unknown part', { 'Fn::If': ['Or', 'yes', 'no'] }, 'yes'],
  ['Fn::Base64', { 'Fn::Base64': 'text' }, 'dGV4dA=='],
  ['Fn::ToJsonString', { 'Fn::ToJsonString': { arn: { Ref: 'Fn' } } }, '{"arn":"worker"}'],
  ['Fn::Length', { 'Fn::Length': ['a', 'b'] }, 2],
  ['Fn::GetAZs', { 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
  ['an argument called Condition', { Condition: 'IsSmall' }, { Condition: 'IsSmall' }],
  ['an argument called Ref beside others', { Ref: 'Fn', other: 1 }, { Ref: 'Fn', other: 1 }],
])('%s', (_name, expression, expected) => {
  expect(resolved(expression, CONTEXT)).toEqual(expected);
});

test.each([
  ['a parameter without default', { Ref: 'Open' }, 'Ref Open'],
  ['a name that does not exist', { Ref: 'Nobody' }, 'Ref Nobody'],
  ['an attribute of a type that is not known', { 'Fn::GetAtt': ['Odd', 'Token'] }, 'GetAtt Odd.Token'],
  ['an attribute that the type does not have', { 'Fn::GetAtt': ['Fn', 'Nothing'] }, 'GetAtt Fn.Nothing'],
  ['an export of another app', { 'Fn::ImportValue': 'elsewhere' }, 'ImportValue elsewhere'],
  ['a function that is not known', { 'Fn::Transform': {} }, 'Fn::Transform'],
  ['a condition that is not known', { 'Fn::If': ['IsOpen', 'yes', 'no'] }, 'If IsOpen'],
  ['a secret', '{{resolve:secretsmanager:db:SecretString:password}}', 'secretsmanager:db:SecretString:password'],
  ['a secret in parts', { 'Fn::Join': ['', ['{{resolve:ssm:', { Ref: 'Size' }, '}}']] }, 'ssm:small'],
  ['a property of Object', { Ref: 'constructor' }, 'Ref constructor'],
  ['a pseudo function of Object', { 'Fn::toString': [] }, 'Fn::toString'],
])('%s is marked and reported, never thrown', (_name, expression, what) => {
  const assembly = concrete({
    Resources: { Thing: { Type: 'Test::Thing', Properties: { at: ['x', expression] } }, ...OTHERS },
    ...CONTEXT,
  });
  const [thing] = assembly.ofType('Test::Thing');

  expect(thing!.unresolved).toEqual([what]);
  expect(isUnresolved((thing!.properties.at as string[])[1]!)).toBe(true);
});

test('resources whose names need each other are reported', () => {
  const named = (other: string) => ({ Type: 'AWS::Lambda::Function', Properties: { FunctionName: { Ref: other } } });
  const [a] = concrete({ Resources: { A: named('B'), B: named('A') } }).resources;

  expect(a!.unresolved.length).toBe(1);
});

test('a condition that needs itself is not known', () => {
  const Conditions = { A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { Condition: 'A' } };
  expect(resolved({ 'Fn::If': ['A', 'yes', 'no'] }, { Conditions })).toContain('If A');
});

test('a resource whose condition does not hold is not there', () => {
  const thing = (Condition: string) => ({ Type: 'Test::Thing', Condition });
  const { resources } = concrete({
    Resources: { In: thing('IsSmall'), Out: thing('Not'), Maybe: thing('IsOpen') },
    ...CONTEXT,
  });

  expect(resources.map(({ logicalId }) => logicalId)).toEqual(['In', 'Maybe']);
});

test('ids are the same in every run, and differ between resources and stacks', () => {
  const template = { Resources: { A: { Type: 'AWS::Cognito::UserPool' }, B: { Type: 'AWS::Cognito::UserPool' } } };
  const ids = () => concrete(template).resources.map(({ ref }) => ref);

  expect(ids()).toEqual(ids());
  expect(new Set(ids()).size).toBe(2);
  expect(ids()[0]).toMatch(/^us-east-1_[a-z0-9]{9}$/);
});

test.each([
  [
    'AWS::BedrockAgentCore::Gateway',
    { Name: 'Shop' },
    /^shop-[a-z0-9]{10}$/,
    'GatewayArn',
    /:gateway\/shop-[a-z0-9]{10}$/,
  ],
  ['AWS::BedrockAgentCore::PolicyEngine', { Name: 'e' }, /^e-\w{10}$/, 'PolicyEngineArn', /:policy-engine\/e-\w{10}$/],
  ['AWS::Cognito::UserPoolClient', {}, /^[a-z0-9]{26}$/, 'ClientId', /^[a-z0-9]{26}$/],
  ['AWS::DynamoDB::Table', {}, /^shop-Thing-/, 'Arn', /^arn:aws:dynamodb:us-east-1:123456789012:table\/shop-Thing-/],
  ['AWS::IAM::Role', { Path: '/a/' }, /^shop-Thing-/, 'Arn', /^arn:aws:iam::123456789012:role\/a\/shop-Thing-/],
  ['AWS::KMS::Key', {}, /^[0-9a-f]{8}-/, 'Arn', /:key\/[0-9a-f]{8}-/],
  ['AWS::Lambda::Alias', { Name: 'live', FunctionName: 'f' }, /:function:f:live$/, 'AliasArn', /:function:f:live$/],
  ['AWS::Lambda::Version', { FunctionName: WORKER }, /:function:worker:1$/, 'Version', /^1$/],
  ['AWS::Logs::LogGroup', { LogGroupName: '/x' }, /^\/x$/, 'Arn', /:log-group:\/x:\*$/],
  ['AWS::S3::Bucket', { BucketName: 'b' }, /^b$/, 'Arn', /^arn:aws:s3:::b$/],
  ['AWS::SQS::Queue', { QueueName: 'q' }, /^https:.*\/q$/, 'Arn', /:q$/],
  ['AWS::SecretsManager::Secret', { Name: 's' }, /:secret:s-\w{6}$/, 'Id', /:secret:s-\w{6}$/],
])('%s has the ids of its documentation', (Type, Properties, ref, attribute, value) => {
  const [thing] = concrete({ Resources: { Thing: { Type, Properties } } }).resources;

  expect(thing!.ref).toMatch(ref);
  expect(thing!.attribute(attribute)).toMatch(value);
});

test('the environment can be given, or comes from the assembly', () => {
  const template = { Resources: { Thing: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't' } } } };
  const environment = { partition: 'aws-cn', region: 'cn-north-1', account: '111122223333' };
  const arn = (assembly: ConcreteAssembly) => assembly.resources[0]!.attribute('Arn');

  expect(arn(concrete(template, { environment }))).toBe('arn:aws-cn:dynamodb:cn-north-1:111122223333:table/t');
});

test('exports, nested stacks and their parameters are followed', () => {
  const app = new App({ outdir: folder() });
  const producer = new Stack(app, 'Producer', { env: { region: 'eu-west-1', account: '111122223333' } });
  new CfnOutput(producer, 'Out', { value: new Queue(producer, 'Made').queueArn, exportName: 'shared' });
  const consumer = new Stack(app, 'Consumer');
  new CfnQueue(consumer, 'Importing', { queueName: Fn.importValue('shared') });
  const nested = new NestedStack(consumer, 'Child');
  new CfnQueue(nested, 'Inner', {
    queueName: `inner-${new CfnQueue(consumer, 'Outer', { queueName: 'outer' }).attrQueueName}`,
  });
  new CfnParameter(nested, 'Given', { default: 'x' });

  const { resources } = new ConcreteAssembly(readAssembly(app.synth().directory));
  const named = (id: string) => resources.find(({ logicalId }) => logicalId === id)!.properties.QueueName;

  expect(named('Importing')).toMatch(/^arn:aws:sqs:eu-west-1:111122223333:/);
  expect(named('Inner')).toBe('inner-outer');
});
