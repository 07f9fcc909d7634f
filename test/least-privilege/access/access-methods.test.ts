import { Stack } from 'aws-cdk-lib';
import { accessLineWith, accessLineWithout } from '../../../lib/analysis/access-line';
import { ACCESS_FACTORIES, ACCESS_METHODS } from '../../../lib/analysis/access-methods';
import type { UsedPermission } from '../../../lib/analysis/handler-analysis';
import { ACCOUNT, REGION } from '../../support/rendered-role';
import { accessCases } from './cases';

const stack = new Stack(undefined, 'Shop', { env: { account: ACCOUNT, region: REGION } });
const declared = accessCases(stack)
  .map(({ name, access }) => ({ name, ...access._render(stack) }))
  .filter(({ reason }) => reason === undefined)
  .map(({ name, operations, declaration, service }) => ({
    name,
    service,
    declaration,
    actions: [...new Set(operations.flatMap(({ actions }) => actions))],
  }));

const used = (action: string, ...parts: string[]): UsedPermission => ({
  service: action.split(':')[0]!,
  operation: action.split(':')[1]!,
  action,
  resources: [],
  parts: parts.length === 0 ? [''] : parts,
  certainty: 'must',
  at: { file: 'a.ts', line: 1 },
});
const access = (declaration: string) => ({ env: 'X', service: '', operations: [], resource: '', declaration });

test.each(declared)('the line for each action of $name names its factory and method', ({ declaration, actions }) => {
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) {
    const how = ACCESS_METHODS.get(action);
    if (how === undefined) throw new Error(`no line for ${action}`);
    const factory = /^Access\.(\w+)/.exec(declaration)![1]!.replace('inferenceProfile', 'model');
    // A knowledge base that answers needs its model, too.
    expect(action === 'bedrock:InvokeModel' && factory === 'knowledgeBase' ? 'knowledgeBase' : how.factory).toBe(
      factory,
    );
  }
});

test.each([...ACCESS_METHODS])('%s is what its line really allows', (action, { factory, method, option }) => {
  const [optionName] = option?.split(':') ?? [];
  const name = factory === 'model' ? '(model|inferenceProfile)' : factory;
  const call = new RegExp(
    `^Access\\.${name}\\(.*\\.${method}\\(.*${action === 'ses:SendRawEmail' ? 'raw' : (optionName ?? '')}`,
  );

  expect(declared.filter(({ declaration, actions }) => call.test(declaration) && actions.includes(action))).not.toEqual(
    [],
  );
  expect(ACCESS_FACTORIES[factory]).toBeDefined();
});

test.each<[string, string | undefined, string | undefined, UsedPermission, string]>([
  ['a new table', undefined, 'T', used('dynamodb:GetItem'), 'Write T: Access.table(<the table that T names>).get()'],
  [
    'one more operation',
    'Access.queue(Jobs).send()',
    'X',
    used('sqs:ReceiveMessage'),
    'Write X: Access.queue(Jobs).send().receive()',
  ],
  [
    'objects under a prefix that is known in part',
    'Access.bucket(B).list()',
    'X',
    used('s3:GetObject', '/texts/2026-*.txt'),
    "Write X: Access.bucket(B).list().get({ prefix: 'texts/' })",
  ],
  [
    'one object with a version',
    undefined,
    'B',
    used('s3:GetObjectVersion', '/a.txt'),
    "Write B: Access.bucket(<the bucket that B names>).get({ key: 'a.txt', versions: true })",
  ],
  ['any object', undefined, 'B', used('s3:PutObject', '/*'), 'Write B: Access.bucket(<the bucket that B names>).put()'],
  [
    'a variable that names something else',
    'Access.bucket(B).get()',
    'X',
    used('dynamodb:Query', '/index/byDate'),
    "Write TABLE: Access.table(<the table that TABLE names>).query({ index: 'byDate' }), and read process.env.TABLE: X is Access.bucket(B).get()",
  ],
  [
    'no variable',
    undefined,
    undefined,
    used('secretsmanager:GetSecretValue'),
    'Write SECRET: Access.secret(<the secret that SECRET names>).read(), and name the resource by process.env.SECRET',
  ],
  [
    'what no method describes',
    undefined,
    'X',
    used('dynamodb:DescribeTable'),
    "Write X: Access.custom({ actions: ['dynamodb:DescribeTable'], resources: [<the ARN of what X names>], reason: '<why the tool needs it>' })",
  ],
  [
    'a custom access',
    "Access.custom({ actions: ['a:B'], … })",
    'X',
    used('a:C'),
    "Add 'a:C' to the actions of X: Access.custom({ actions: ['a:B'], … })",
  ],
])('the line for %s', (_name, declaration, env, use, line) => {
  expect(accessLineWith(declaration === undefined ? undefined : access(declaration), env, use)).toBe(line);
});

test.each<[string, string, string | undefined, string]>([
  ["Access.bucket(B).get({ prefix: 'in/' }).list()", 's3:GetObject', '/in/*', 'Write X: Access.bucket(B).list()'],
  ["Access.bucket(B).get().get({ prefix: 'in/' })", 's3:GetObject', '/in/*', 'Write X: Access.bucket(B).get()'],
  [
    "Access.bucket(B).get({ prefix: 'in/' }).get()",
    's3:GetObject',
    '/*',
    "Write X: Access.bucket(B).get({ prefix: 'in/' })",
  ],
  ['Access.bucket(B).put({ tags: true })', 's3:PutObjectTagging', '/*', 'Write X: Access.bucket(B).put()'],
  [
    "Access.bucket(B).put({ prefix: 'in/', tags: true })",
    's3:PutObjectTagging',
    '/in/*',
    "Write X: Access.bucket(B).put({ prefix: 'in/' })",
  ],
  ['Access.topic(T).publish()', 'sns:Publish', undefined, 'Remove the access X'],
  ["Access.custom({ actions: ['a:B'], … })", 'a:B', undefined, "Remove 'a:B' from the actions of X"],
])('%s without %s', (declaration, action, part, line) => {
  expect(accessLineWithout(access(declaration), action, part)).toBe(line);
});
