import { SecretValue } from 'aws-cdk-lib';
import { CfnKnowledgeBase } from 'aws-cdk-lib/aws-bedrock';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ConfigurationSet, EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { Access, type DeclaredAccess } from 'cdk-secure-mcp';
import { isEscalating } from '../../../lib/least-privilege/access/custom-access';
import { ToolStack } from '../support';

const shop = new ToolStack();
const { stack } = shop;
const table = Access.table(Table.fromTableName(stack, 'Orders', 'orders'));
const bucket = Access.bucket(Bucket.fromBucketName(stack, 'Bucket', 'orders'));
const bus = Access.eventBus(EventBus.fromEventBusName(stack, 'Bus', 'orders'));
const email = Access.emailIdentity(EmailIdentity.fromEmailIdentityName(stack, 'Mail', 'orders.example'));
const key = Access.key(Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1'));
const arn = 'arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.model';
const custom = (actions: string[], resources: string[], reason: string) =>
  Access.custom({ actions, resources, reason });
const valued = (environmentValue: string) =>
  Access.custom({ actions: ['a:B'], resources: ['x'], reason: 'no other method describes it', environmentValue });
const base = Access.knowledgeBase(
  CfnKnowledgeBase.fromKnowledgeBaseArn(stack, 'Base', 'arn:aws:bedrock:eu-west-1:111122223333:knowledge-base/ABC'),
);
const sendIn = (set: string) =>
  email.send({
    from: 'x@a.b',
    configurationSet: ConfigurationSet.fromConfigurationSetName(stack, `Set${set}`, set),
  });
const cluster = DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Cluster', { clusterIdentifier: 'orders' });
const sqlAs = (name: string) => {
  const secretArn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
  return Access.database(cluster, Secret.fromSecretCompleteArn(stack, `Secret${name}`, secretArn)).execute();
};
const encryptedBy = (id: string) => {
  const encryptionKey = Key.fromKeyArn(stack, `Key${id}`, `arn:aws:kms:eu-west-1:111122223333:key/${id}`);
  return Access.table(Table.fromTableAttributes(stack, `Table${id}`, { tableName: 'orders', encryptionKey })).get();
};

let next = 0;
function problemsOf(access: DeclaredAccess) {
  const before = shop.problems.length;
  shop.add(`Tool${next++}`, { access: { ORDERS: access } });
  return shop.problems.slice(before);
}

/** What is wrong, what is refused, a fragment of the message, and the same without the fault. */
test.each<[string, DeclaredAccess, string, string, DeclaredAccess]>([
  ['no operation', table, 'ACCESS_INVALID', 'Access.table(Orders)', table.get()],
  ['a wild index', table.query({ index: '*' }), 'ACCESS_WILDCARD', '"*"', table.query({ index: 'byCustomer' })],
  ['an empty index', table.query({ index: ' ' }), 'ACCESS_INVALID', 'index', table.query({ index: 'byCustomer' })],
  ['all leading keys', table.get({ leadingKeys: ['*'] }), 'ACCESS_WILDCARD', '"*"', table.get({ leadingKeys: ['a*'] })],
  [
    'no leading key',
    table.get({ leadingKeys: [] }),
    'ACCESS_INVALID',
    'leadingKeys',
    table.get({ leadingKeys: ['a'] }),
  ],
  ['no attribute', table.get({ attributes: [] }), 'ACCESS_INVALID', 'attributes', table.get({ attributes: ['a'] })],
  ['a wild attribute', table.get({ attributes: ['a*'] }), 'ACCESS_WILDCARD', '"a*"', table.get({ attributes: ['a'] })],
  [
    'a wild table',
    Access.table(Table.fromTableArn(stack, 'All', 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders-*')).get(),
    'ACCESS_WILDCARD',
    'table/orders-*',
    Access.table(Table.fromTableArn(stack, 'One', 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders-1')).get(),
  ],
  ['a wild prefix', bucket.get({ prefix: '*/in' }), 'ACCESS_WILDCARD', '"*/in"', bucket.get({ prefix: 'in/' })],
  ['a wild object key', bucket.put({ key: 'a?' }), 'ACCESS_WILDCARD', '"a?"', bucket.put({ key: 'a' })],
  ['prefix and key', bucket.get({ prefix: 'a/', key: 'b' }), 'ACCESS_INVALID', 'exclude', bucket.get({ key: 'b' })],
  ['a wild list prefix', bucket.list({ prefix: '*' }), 'ACCESS_WILDCARD', '"*"', bucket.list({ prefix: 'a' })],
  [
    'a wild event source',
    bus.put({ sources: ['shop.*'] }),
    'ACCESS_WILDCARD',
    'shop.*',
    bus.put({ sources: ['shop'] }),
  ],
  ['no event source', bus.put({ sources: [] }), 'ACCESS_INVALID', 'sources', bus.put({ sources: ['shop'] })],
  ['a wild sender', email.send({ from: '*@a.b' }), 'ACCESS_WILDCARD', '*@a.b', email.send({ from: 'x@a.b' })],
  [
    'all recipients',
    email.send({ from: 'x@a.b', recipients: ['*@*'] }),
    'ACCESS_WILDCARD',
    '*@*',
    email.send({ from: 'x@a.b', recipients: ['*@a.b'] }),
  ],
  [
    'a wild encryption context',
    key.decrypt({ encryptionContext: { tenant: '*' } }),
    'ACCESS_WILDCARD',
    '"*"',
    key.decrypt({ encryptionContext: { tenant: 'red' } }),
  ],
  [
    'an empty encryption context',
    key.decrypt({ encryptionContext: {} }),
    'ACCESS_INVALID',
    'encryption context',
    key.decrypt(),
  ],
  [
    'a wild path of parameters',
    Access.parameterPath('/*').getByPath(),
    'ACCESS_WILDCARD',
    '"*"',
    Access.parameterPath('/shop').getByPath(),
  ],
  [
    'the root path',
    Access.parameterPath('/').getByPath(),
    'ACCESS_INVALID',
    'path',
    Access.parameterPath('/a').getByPath(),
  ],
  [
    'an inference profile without models',
    Access.inferenceProfile({ profileArn: arn, modelArns: [] }).invoke(),
    'ACCESS_INVALID',
    'modelArns',
    Access.inferenceProfile({ profileArn: arn, modelArns: ['arn:aws:bedrock:eu-west-1::foundation-model/m'] }).invoke(),
  ],
  [
    'a wild model',
    Access.model({ modelArn: 'arn:aws:bedrock:eu-west-1::foundation-model/*' }).invoke(),
    'ACCESS_WILDCARD',
    'foundation-model/*',
    Access.model({ modelArn: 'arn:aws:bedrock:eu-west-1::foundation-model/m' }).invoke(),
  ],
  [
    'a wild model of a knowledge base',
    base.retrieveAndGenerate({ modelArn: 'arn:aws:bedrock:eu-west-1::foundation-model/*' }),
    'ACCESS_WILDCARD',
    'foundation-model/*',
    base.retrieveAndGenerate({ modelArn: 'arn:aws:bedrock:eu-west-1::foundation-model/m' }),
  ],
  ['a wild configuration set', sendIn('*'), 'ACCESS_WILDCARD', 'configuration set', sendIn('orders')],
  ['a wild secret of a database', sqlAs('*'), 'ACCESS_WILDCARD', 'secret:*-AbCdEf', sqlAs('orders')],
  ['a wild encryption key', encryptedBy('*'), 'ACCESS_WILDCARD', 'key/*', encryptedBy('1')],
  [
    'a custom access with a reason of one letter',
    custom(['translate:TranslateText'], ['arn:aws:translate:::x'], 'x'),
    'REASON_MISSING',
    'translate:TranslateText',
    custom(['translate:TranslateText'], ['arn:aws:translate:::x'], 'translates answers'),
  ],
  [
    'a secret as the value of a custom access, by its look',
    valued('AKIAIOSFODNN7EXAMPLE'),
    'ENVIRONMENT_SECRET',
    'ORDERS',
    valued('AKI'),
  ],
  [
    'a secret as the value of a custom access, by reference',
    valued(SecretValue.secretsManager('orders').unsafeUnwrap()),
    'ENVIRONMENT_SECRET',
    'ORDERS',
    valued('orders'),
  ],
  [
    'a custom access without a reason',
    custom(['translate:TranslateText'], ['arn:aws:translate:::x'], ' '),
    'REASON_MISSING',
    'translate:TranslateText',
    custom(['translate:TranslateText'], ['arn:aws:translate:::x'], 'translates answers'),
  ],
  [
    'a custom wildcard without a reason',
    custom(['translate:TranslateText'], ['*'], ''),
    'REASON_MISSING',
    'wider than one tool needs',
    custom(['translate:TranslateText'], ['*'], 'the action takes no resource'),
  ],
  [
    'an escalating action without a reason',
    custom(['iam:PassRole'], ['arn:aws:iam::111122223333:role/job'], ''),
    'REASON_MISSING',
    'iam:PassRole',
    custom(['iam:PassRole'], ['arn:aws:iam::111122223333:role/job'], 'starts jobs under their own role'),
  ],
  [
    'something that is no action',
    custom(['TranslateText'], ['*'], 'no other method describes it'),
    'ACCESS_INVALID',
    '"TranslateText"',
    custom(['translate:TranslateText'], ['*'], 'the action takes no resource'),
  ],
  [
    'a custom access to nothing',
    custom(['a:B'], [], 'no other method describes it'),
    'ACCESS_INVALID',
    '1 and 0',
    custom(['a:B'], ['x'], 'no other method describes it'),
  ],
])('%s is refused', (_name, wrong, code, fragment, right) => {
  const problems = problemsOf(wrong);

  expect(problems).toEqual([expect.objectContaining({ code, message: expect.stringContaining(fragment) })]);
  expect(problems[0]!.at).toMatch(/^Shop\/Tool\d+\/Handler$/);
  expect(problemsOf(right)).toEqual([]);
});

test('all problems of all entries are reported together', () => {
  shop.problems.length = 0;
  shop.add('Several', {
    access: { AA: table, BB: bucket.get({ prefix: '*' }), CC: custom(['iam:PassRole'], ['*'], '') },
  });

  expect(shop.codes()).toEqual(['ACCESS_INVALID', 'ACCESS_WILDCARD', 'REASON_MISSING']);
});

test.each([
  ['iam:CreateRole', true],
  ['iam:PassRole', true],
  ['sts:AssumeRole', true],
  ['sts:GetCallerIdentity', false],
  ['lambda:UpdateFunctionCode', true],
  ['lambda:InvokeFunction', false],
  ['kms:CreateGrant', true],
  ['kms:Decrypt', false],
  ['s3:PutBucketPolicy', true],
  ['s3:PutObject', false],
  ['bedrock-agentcore:UpdateGateway', true],
  ['bedrock-agentcore:GetGateway', false],
  ['*', true],
])('%s widens rights: %s', (action, expected) => {
  expect(isEscalating(action)).toBe(expected);
  expect(isEscalating(action.toUpperCase())).toBe(expected);
});

test('the reason of a custom access stands in the template', () => {
  const other = new ToolStack();
  other.add('Tool', { access: { TERMS: custom(['translate:TranslateText'], ['*'], 'takes no resource') } });

  other.template().hasResource('AWS::Lambda::Function', {
    Metadata: {
      'cdk-secure-mcp': { weakenings: [{ weakening: 'Access.custom', reason: 'takes no resource' }] },
    },
  });
});
