import type { CfnElement, Stack } from 'aws-cdk-lib';
import { Application, ConfigurationContent, Environment, HostedConfiguration } from 'aws-cdk-lib/aws-appconfig';
import { CfnKnowledgeBase } from 'aws-cdk-lib/aws-bedrock';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ConfigurationSet, EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Access, type DeclaredAccess } from 'cdk-secure-mcp';
import type { RequestContext } from '../../../lib/core/iam/conditions';
import { ACCOUNT, REGION } from '../../support/rendered-role';

/** Action, resource, context. */
export type Call = readonly [string, string, RequestContext?];

export interface Case {
  readonly name: string;
  readonly access: DeclaredAccess;
  readonly allows: readonly Call[];
  /** Neighbours that are not found by changing action, name or account of what is allowed. */
  readonly denies?: readonly Call[];
}

const local = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const TABLE = local('dynamodb', 'table/orders');
const BUCKET = 'arn:aws:s3:::orders';
const KEY = local('kms', 'key/11111111-2222-3333-4444-555555555555');
const MODEL = `arn:aws:bedrock:${REGION}::foundation-model/orders-model`;
const OTHER_MODEL = 'arn:aws:bedrock:eu-central-1::foundation-model/orders-model';
const PROFILE = local('bedrock', 'inference-profile/eu.orders-model');
const via = (service: string): RequestContext => ({ 'kms:ViaService': `${service}.${REGION}.amazonaws.com` });

/** Resources named `orders`, imported by ARN so that the rendered statements hold literal ARNs. */
export function accessCases(stack: Stack): Case[] {
  const key = Key.fromKeyArn(stack, 'DataKey', KEY);
  return [
    ...tableCases(stack, key),
    ...bucketCases(stack, key),
    ...configurationCases(stack, key),
    ...messagingCases(stack, key),
    ...computeCases(stack, key),
    ...keyCases(key),
    ...bedrockCases(stack),
    ...emailCases(stack),
    ...dataCases(stack, key),
    {
      name: 'custom',
      access: Access.custom({
        actions: ['translate:TranslateText'],
        resources: [local('translate', 'terminology/orders/LATEST')],
        reason: 'no other method describes it',
      }),
      allows: [['translate:TranslateText', local('translate', 'terminology/orders/LATEST')]],
    },
  ];
}

function tableCases(stack: Stack, key: IKey): Case[] {
  const table = Access.table(Table.fromTableArn(stack, 'Table', TABLE));
  const encrypted = Access.table(
    Table.fromTableAttributes(stack, 'EncryptedTable', { tableArn: TABLE, encryptionKey: key }),
  );
  const index: Call[] = [
    ['dynamodb:Query', `${TABLE}/index/byCustomer`],
    ['dynamodb:Scan', `${TABLE}/index/byCustomer`],
  ];
  const one = (name: string, access: DeclaredAccess, operation: string): Case => ({
    name: `table ${name}`,
    access,
    allows: [[`dynamodb:${operation}`, TABLE]],
    denies: [[`dynamodb:${operation}`, `${TABLE}/index/byCustomer`]],
  });
  const keyed = (value: string | string[]): RequestContext => ({ 'dynamodb:LeadingKeys': value });
  return [
    one('get', table.get(), 'GetItem'),
    one('batchGet', table.batchGet(), 'BatchGetItem'),
    one('query', table.query(), 'Query'),
    one('scan', table.scan(), 'Scan'),
    one('put', table.put(), 'PutItem'),
    one('update', table.update(), 'UpdateItem'),
    one('delete', table.delete(), 'DeleteItem'),
    one('batchWrite', table.batchWrite(), 'BatchWriteItem'),
    one('conditionCheck', table.conditionCheck(), 'ConditionCheckItem'),
    {
      name: 'table query of one index',
      access: table.query({ index: 'byCustomer' }),
      allows: [index[0]!],
      denies: [
        ['dynamodb:Query', TABLE],
        ['dynamodb:Query', `${TABLE}/index/byCustomer2`],
        ['dynamodb:Query', `${TABLE}/index/byDate`],
      ],
    },
    {
      name: 'table scan of one index',
      access: table.scan({ index: 'byCustomer' }),
      allows: [index[1]!],
      denies: [
        ['dynamodb:Scan', TABLE],
        ['dynamodb:Scan', `${TABLE}/index/byDate`],
      ],
    },
    {
      name: 'table get with leading keys',
      access: table.get({ leadingKeys: ['tenant-1'] }),
      allows: [['dynamodb:GetItem', TABLE, keyed('tenant-1')]],
      denies: [
        ['dynamodb:GetItem', TABLE, keyed('tenant-2')],
        ['dynamodb:GetItem', TABLE, keyed(['tenant-1', 'tenant-2'])],
        ['dynamodb:GetItem', TABLE],
      ],
    },
    {
      name: 'table query with a pattern of leading keys',
      access: table.query({ leadingKeys: ['tenant-1#*'] }),
      allows: [['dynamodb:Query', TABLE, keyed('tenant-1#2026')]],
      denies: [
        ['dynamodb:Query', TABLE, keyed('tenant-10#2026')],
        ['dynamodb:Query', TABLE],
      ],
    },
    {
      name: 'table get with leading keys from a tag',
      access: table.get({ leadingKeys: ['${aws:PrincipalTag/tenant}'] }),
      allows: [['dynamodb:GetItem', TABLE, { ...keyed('red'), 'aws:PrincipalTag/tenant': 'red' }]],
      denies: [
        ['dynamodb:GetItem', TABLE, { ...keyed('blue'), 'aws:PrincipalTag/tenant': 'red' }],
        ['dynamodb:GetItem', TABLE, keyed('red')],
      ],
    },
    {
      name: 'table query with attributes',
      access: table.query({ attributes: ['orderId', 'total'] }),
      allows: [
        [
          'dynamodb:Query',
          TABLE,
          { 'dynamodb:Attributes': ['orderId', 'total'], 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
        ],
      ],
      denies: [
        ['dynamodb:Query', TABLE, { 'dynamodb:Attributes': ['orderId', 'iban'] }],
        ['dynamodb:Query', TABLE, { 'dynamodb:Attributes': ['orderId'], 'dynamodb:Select': 'ALL_ATTRIBUTES' }],
        ['dynamodb:Query', TABLE],
      ],
    },
    {
      name: 'table update with attributes',
      access: table.update({ attributes: ['orderId', 'total'] }),
      allows: [
        ['dynamodb:UpdateItem', TABLE, { 'dynamodb:Attributes': ['orderId', 'total'] }],
        ['dynamodb:UpdateItem', TABLE, { 'dynamodb:Attributes': ['total'], 'dynamodb:ReturnValues': 'UPDATED_NEW' }],
      ],
      denies: [
        ['dynamodb:UpdateItem', TABLE, { 'dynamodb:Attributes': ['total'], 'dynamodb:ReturnValues': 'ALL_NEW' }],
        ['dynamodb:UpdateItem', TABLE, { 'dynamodb:Attributes': ['iban'] }],
      ],
    },
    {
      name: 'table put in transactions only',
      access: table.put({ transactionOnly: true }),
      allows: [['dynamodb:PutItem', TABLE, { 'dynamodb:EnclosingOperation': 'TransactWriteItems' }]],
      denies: [
        ['dynamodb:PutItem', TABLE],
        ['dynamodb:PutItem', TABLE, { 'dynamodb:EnclosingOperation': 'TransactGetItems' }],
      ],
    },
    {
      name: 'table get in transactions only',
      access: table.get({ transactionOnly: true }),
      allows: [['dynamodb:GetItem', TABLE, { 'dynamodb:EnclosingOperation': 'TransactGetItems' }]],
      denies: [['dynamodb:GetItem', TABLE]],
    },
    {
      name: 'encrypted table get',
      access: encrypted.get(),
      allows: [
        ['dynamodb:GetItem', TABLE],
        ['kms:Decrypt', KEY, via('dynamodb')],
      ],
      denies: [
        ['kms:Decrypt', KEY],
        ['kms:Decrypt', KEY, via('s3')],
        ['kms:GenerateDataKey', KEY, via('dynamodb')],
      ],
    },
    {
      name: 'encrypted table put',
      access: encrypted.put(),
      allows: [
        ['dynamodb:PutItem', TABLE],
        ['kms:Decrypt', KEY, via('dynamodb')],
        ['kms:GenerateDataKey', KEY, via('dynamodb')],
      ],
      denies: [['kms:GenerateDataKey', KEY]],
    },
  ];
}

function bucketCases(stack: Stack, key: IKey): Case[] {
  const bucket = Access.bucket(Bucket.fromBucketName(stack, 'Bucket', 'orders'));
  const encrypted = Access.bucket(
    Bucket.fromBucketAttributes(stack, 'EncryptedBucket', { bucketArn: BUCKET, encryptionKey: key }),
  );
  return [
    {
      name: 'bucket get under a prefix',
      access: bucket.get({ prefix: 'in/' }),
      allows: [['s3:GetObject', `${BUCKET}/in/a.txt`]],
      denies: [
        ['s3:GetObject', `${BUCKET}/out/a.txt`],
        ['s3:GetObject', `${BUCKET}/inbox/a.txt`],
        ['s3:GetObject', BUCKET],
      ],
    },
    {
      name: 'bucket get of one object, with versions',
      access: bucket.get({ key: 'in/a.txt', versions: true }),
      allows: [
        ['s3:GetObject', `${BUCKET}/in/a.txt`],
        ['s3:GetObjectVersion', `${BUCKET}/in/a.txt`],
      ],
      denies: [['s3:GetObject', `${BUCKET}/in/a.txt.bak`]],
    },
    {
      name: 'bucket delete with versions',
      access: bucket.delete({ prefix: 'in/', versions: true }),
      allows: [
        ['s3:DeleteObject', `${BUCKET}/in/a.txt`],
        ['s3:DeleteObjectVersion', `${BUCKET}/in/a.txt`],
      ],
      denies: [['s3:DeleteObjectVersion', `${BUCKET}/out/a.txt`]],
    },
    {
      name: 'bucket get',
      access: bucket.get(),
      allows: [['s3:GetObject', `${BUCKET}/anything`]],
    },
    {
      name: 'encrypted bucket get of everything',
      access: encrypted.get(),
      allows: [
        ['s3:GetObject', `${BUCKET}/anything`],
        ['kms:Decrypt', KEY, via('s3')],
      ],
    },
    {
      name: 'bucket put under a prefix',
      access: bucket.put({ prefix: 'out/' }),
      allows: [
        ['s3:PutObject', `${BUCKET}/out/a.txt`],
        ['s3:AbortMultipartUpload', `${BUCKET}/out/a.txt`],
      ],
      denies: [['s3:PutObject', `${BUCKET}/in/a.txt`]],
    },
    {
      name: 'bucket put with tags',
      access: bucket.put({ key: 'a', tags: true }),
      allows: [
        ['s3:PutObject', `${BUCKET}/a`],
        ['s3:PutObjectTagging', `${BUCKET}/a`],
        ['s3:AbortMultipartUpload', `${BUCKET}/a`],
      ],
    },
    {
      name: 'bucket delete',
      access: bucket.delete({ prefix: 'tmp/' }),
      allows: [['s3:DeleteObject', `${BUCKET}/tmp/a`]],
      denies: [['s3:DeleteObject', `${BUCKET}/a`]],
    },
    {
      name: 'bucket list under a prefix',
      access: bucket.list({ prefix: 'in/' }),
      allows: [
        ['s3:ListBucket', BUCKET, { 's3:prefix': 'in/' }],
        ['s3:ListBucket', BUCKET, { 's3:prefix': 'in/2026/' }],
      ],
      denies: [
        ['s3:ListBucket', BUCKET, { 's3:prefix': 'out/' }],
        ['s3:ListBucket', BUCKET],
      ],
    },
    { name: 'bucket list', access: bucket.list(), allows: [['s3:ListBucket', BUCKET]] },
    {
      name: 'encrypted bucket get',
      access: encrypted.get({ prefix: 'in/' }),
      allows: [
        ['s3:GetObject', `${BUCKET}/in/a`],
        ['kms:Decrypt', KEY, via('s3')],
      ],
      denies: [['kms:Decrypt', KEY]],
    },
    {
      name: 'encrypted bucket put',
      access: encrypted.put({ prefix: 'in/' }),
      allows: [
        ['s3:PutObject', `${BUCKET}/in/a`],
        ['s3:AbortMultipartUpload', `${BUCKET}/in/a`],
        ['kms:Decrypt', KEY, via('s3')],
        ['kms:GenerateDataKey', KEY, via('s3')],
      ],
    },
    {
      name: 'encrypted bucket list and delete need no key',
      access: encrypted.list().delete({ key: 'a' }),
      allows: [
        ['s3:ListBucket', BUCKET],
        ['s3:DeleteObject', `${BUCKET}/a`],
      ],
      denies: [['kms:Decrypt', KEY, via('s3')]],
    },
  ];
}

function configurationCases(stack: Stack, key: IKey): Case[] {
  const SECRET = local('secretsmanager', 'secret:orders-AbCdEf');
  const secret = Access.secret(
    Secret.fromSecretAttributes(stack, 'Secret', { secretCompleteArn: SECRET, encryptionKey: key }),
  );
  const byName = Access.secret(Secret.fromSecretNameV2(stack, 'SecretByName', 'orders'));
  const PARAMETER = local('ssm', 'parameter/orders/limit');
  const parameter = Access.parameter(StringParameter.fromStringParameterName(stack, 'Parameter', '/orders/limit'));
  const secure = Access.parameter(
    StringParameter.fromSecureStringParameterAttributes(stack, 'Secure', {
      parameterName: '/orders/limit',
      encryptionKey: key,
    }),
  );
  const path = Access.parameterPath('/orders/');
  const PATH = local('ssm', 'parameter/orders');
  const application = Application.fromApplicationId(stack, 'Application', 'orders1');
  const environment = Environment.fromEnvironmentAttributes(stack, 'Environment', {
    application,
    environmentId: 'prod',
  });
  const configuration = new HostedConfiguration(stack, 'Flags', {
    application,
    content: ConfigurationContent.fromInlineText('{}'),
  });
  (configuration.node.findChild('ConfigurationProfile') as CfnElement).overrideLogicalId('OrderFlags');
  const CONFIGURATION = local('appconfig', 'application/orders1/environment/prod/configuration/OrderFlags');
  return [
    {
      name: 'secret read',
      access: secret.read(),
      allows: [
        ['secretsmanager:GetSecretValue', SECRET],
        ['kms:Decrypt', KEY, via('secretsmanager')],
      ],
      denies: [
        ['secretsmanager:GetSecretValue', local('secretsmanager', 'secret:orders-XbCdEf')],
        ['kms:Decrypt', KEY],
      ],
    },
    {
      name: 'secret read by name',
      access: byName.read(),
      allows: [['secretsmanager:GetSecretValue', SECRET]],
      denies: [
        ['secretsmanager:GetSecretValue', local('secretsmanager', 'secret:orders-admin-AbCdEf')],
        ['secretsmanager:GetSecretValue', local('secretsmanager', 'secret:orders')],
      ],
    },
    {
      name: 'secret read of one stage',
      access: byName.read({ versionStage: 'AWSCURRENT' }),
      allows: [['secretsmanager:GetSecretValue', SECRET, { 'secretsmanager:VersionStage': 'AWSCURRENT' }]],
      denies: [
        ['secretsmanager:GetSecretValue', SECRET, { 'secretsmanager:VersionStage': 'AWSPREVIOUS' }],
        ['secretsmanager:GetSecretValue', SECRET],
      ],
    },
    {
      name: 'secret describe needs no key',
      access: secret.describe(),
      allows: [['secretsmanager:DescribeSecret', SECRET]],
      denies: [['kms:Decrypt', KEY, via('secretsmanager')]],
    },
    {
      name: 'secret putValue',
      access: byName.putValue(),
      allows: [['secretsmanager:PutSecretValue', SECRET]],
    },
    { name: 'parameter get', access: parameter.get(), allows: [['ssm:GetParameter', PARAMETER]] },
    { name: 'parameter batchGet', access: parameter.batchGet(), allows: [['ssm:GetParameters', PARAMETER]] },
    { name: 'parameter put', access: parameter.put(), allows: [['ssm:PutParameter', PARAMETER]] },
    {
      name: 'secure parameter get',
      access: secure.get(),
      allows: [
        ['ssm:GetParameter', PARAMETER],
        ['kms:Decrypt', KEY, via('ssm')],
      ],
      denies: [['kms:Decrypt', KEY]],
    },
    {
      name: 'secure parameter put',
      access: secure.put(),
      allows: [
        ['ssm:PutParameter', PARAMETER],
        ['kms:Encrypt', KEY, via('ssm')],
        ['kms:GenerateDataKey', KEY, via('ssm')],
      ],
      denies: [['kms:Decrypt', KEY, via('ssm')]],
    },
    {
      name: 'parameters by path',
      access: path.getByPath(),
      allows: [
        ['ssm:GetParametersByPath', PATH, { 'ssm:Recursive': 'false' }],
        ['ssm:GetParametersByPath', `${PATH}/`, {}],
      ],
      denies: [
        ['ssm:GetParametersByPath', PATH, { 'ssm:Recursive': 'true' }],
        ['ssm:GetParametersByPath', `${PATH}/deeper`],
        ['ssm:GetParametersByPath', local('ssm', 'parameter/')],
      ],
    },
    {
      name: 'parameters by path, recursive',
      access: path.getByPath({ recursive: true }),
      allows: [['ssm:GetParametersByPath', PATH, { 'ssm:Recursive': 'true' }]],
    },
    {
      name: 'configuration read',
      access: Access.configuration(configuration, environment).read(),
      allows: [
        ['appconfig:StartConfigurationSession', CONFIGURATION],
        ['appconfig:GetLatestConfiguration', CONFIGURATION],
      ],
      denies: [['appconfig:GetLatestConfiguration', CONFIGURATION.replace('/prod/', '/test/')]],
    },
  ];
}

function messagingCases(stack: Stack, key: IKey): Case[] {
  const QUEUE = local('sqs', 'orders');
  const queue = Access.queue(Queue.fromQueueArn(stack, 'Queue', QUEUE));
  const encryptedQueue = Access.queue(
    Queue.fromQueueAttributes(stack, 'EncryptedQueue', { queueArn: QUEUE, keyArn: key.keyArn }),
  );
  const TOPIC = local('sns', 'orders');
  const topic = Access.topic(Topic.fromTopicAttributes(stack, 'Topic', { topicArn: TOPIC, keyArn: key.keyArn }));
  const BUS = local('events', 'event-bus/orders');
  const bus = Access.eventBus(EventBus.fromEventBusArn(stack, 'Bus', BUS));
  const event = (source: string | string[], type = 'paid'): RequestContext => ({
    'events:source': source,
    'events:detail-type': type,
  });
  return [
    { name: 'queue send', access: queue.send(), allows: [['sqs:SendMessage', QUEUE]] },
    { name: 'queue receive', access: queue.receive(), allows: [['sqs:ReceiveMessage', QUEUE]] },
    { name: 'queue delete', access: queue.delete(), allows: [['sqs:DeleteMessage', QUEUE]] },
    {
      name: 'queue changeVisibility',
      access: queue.changeVisibility(),
      allows: [['sqs:ChangeMessageVisibility', QUEUE]],
    },
    { name: 'queue attributes', access: queue.attributes(), allows: [['sqs:GetQueueAttributes', QUEUE]] },
    {
      name: 'encrypted queue send',
      access: encryptedQueue.send(),
      allows: [
        ['sqs:SendMessage', QUEUE],
        ['kms:Decrypt', KEY, via('sqs')],
        ['kms:GenerateDataKey', KEY, via('sqs')],
      ],
      denies: [['kms:Decrypt', KEY]],
    },
    {
      name: 'encrypted topic publish',
      access: topic.publish(),
      allows: [
        ['sns:Publish', TOPIC],
        ['kms:Decrypt', KEY, via('sns')],
        ['kms:GenerateDataKey', KEY, via('sns')],
      ],
      denies: [['sns:Publish', '+4912345']],
    },
    { name: 'event bus put', access: bus.put(), allows: [['events:PutEvents', BUS]] },
    {
      name: 'event bus put of some events',
      access: bus.put({ sources: ['shop.orders'], detailTypes: ['paid', 'sent'] }),
      allows: [['events:PutEvents', BUS, event('shop.orders')]],
      denies: [
        ['events:PutEvents', BUS, event('shop.users')],
        ['events:PutEvents', BUS, event(['shop.orders', 'shop.users'])],
        ['events:PutEvents', BUS, event('shop.orders', 'deleted')],
        ['events:PutEvents', BUS],
      ],
    },
  ];
}

function computeCases(stack: Stack, key: IKey): Case[] {
  const MACHINE = local('states', 'stateMachine:orders');
  const EXECUTION = local('states', 'execution:orders:run-1');
  const machine = Access.stateMachine(StateMachine.fromStateMachineArn(stack, 'Machine', MACHINE));
  const encrypted = Access.stateMachine(StateMachine.fromStateMachineArn(stack, 'EncryptedMachine', MACHINE), {
    encryptionKey: key,
  });
  const FUNCTION = local('lambda', 'function:orders');
  const fn = LambdaFunction.fromFunctionArn(stack, 'OtherFunction', FUNCTION);
  return [
    { name: 'state machine start', access: machine.start(), allows: [['states:StartExecution', MACHINE]] },
    { name: 'state machine startSync', access: machine.startSync(), allows: [['states:StartSyncExecution', MACHINE]] },
    {
      name: 'state machine describeExecution',
      access: machine.describeExecution(),
      allows: [['states:DescribeExecution', EXECUTION]],
      denies: [['states:DescribeExecution', EXECUTION.replace(':orders:', ':orders2:')]],
    },
    {
      name: 'state machine stopExecution',
      access: machine.stopExecution(),
      allows: [['states:StopExecution', EXECUTION]],
    },
    {
      name: 'encrypted state machine startSync and describeExecution',
      access: encrypted.startSync().describeExecution(),
      allows: [
        ['states:StartSyncExecution', MACHINE],
        ['states:DescribeExecution', EXECUTION],
        ['kms:Decrypt', KEY, via('states')],
      ],
      denies: [['kms:Decrypt', KEY]],
    },
    {
      name: 'encrypted state machine start and stopExecution need no key',
      access: encrypted.start().stopExecution(),
      allows: [
        ['states:StartExecution', MACHINE],
        ['states:StopExecution', EXECUTION],
      ],
      denies: [['kms:Decrypt', KEY, via('states')]],
    },
    {
      name: 'function invoke',
      access: Access.lambdaFunction(fn).invoke(),
      allows: [['lambda:InvokeFunction', FUNCTION]],
      denies: [['lambda:InvokeFunction', `${FUNCTION}:live`]],
    },
    {
      name: 'function alias invoke',
      access: Access.lambdaFunction(LambdaFunction.fromFunctionArn(stack, 'Alias', `${FUNCTION}:live`)).invoke(),
      allows: [['lambda:InvokeFunction', `${FUNCTION}:live`]],
      denies: [
        ['lambda:InvokeFunction', FUNCTION],
        ['lambda:InvokeFunction', `${FUNCTION}:test`],
      ],
    },
  ];
}

function keyCases(key: IKey): Case[] {
  const access = Access.key(key);
  const one = (name: string, declared: DeclaredAccess, operation: string): Case => ({
    name: `key ${name}`,
    access: declared,
    allows: [[`kms:${operation}`, KEY]],
    denies: [[`kms:${operation}`, local('kms', 'key/99999999-2222-3333-4444-555555555555')]],
  });
  return [
    one('encrypt', access.encrypt(), 'Encrypt'),
    one('decrypt', access.decrypt(), 'Decrypt'),
    one('generateDataKey', access.generateDataKey(), 'GenerateDataKey'),
    one('sign', access.sign(), 'Sign'),
    one('verify', access.verify(), 'Verify'),
    one('generateMac', access.generateMac(), 'GenerateMac'),
    one('verifyMac', access.verifyMac(), 'VerifyMac'),
    one('publicKey', access.publicKey(), 'GetPublicKey'),
    {
      name: 'key decrypt of one context',
      access: access.decrypt({ encryptionContext: { tenant: 'red' } }),
      allows: [['kms:Decrypt', KEY, { 'kms:EncryptionContext:tenant': 'red' }]],
      denies: [
        ['kms:Decrypt', KEY, { 'kms:EncryptionContext:tenant': 'blue' }],
        ['kms:Decrypt', KEY],
      ],
    },
  ];
}

function bedrockCases(stack: Stack): Case[] {
  const model = { modelArn: MODEL };
  const GUARDRAIL = local('bedrock', 'guardrail/orders');
  const guarded: RequestContext = { 'bedrock:GuardrailIdentifier': `${GUARDRAIL}:1` };
  const profile = Access.inferenceProfile({ profileArn: PROFILE, modelArns: [MODEL, OTHER_MODEL] });
  const through: RequestContext = { 'bedrock:InferenceProfileArn': PROFILE };
  const BASE = local('bedrock', 'knowledge-base/ORDERS0001');
  const base = Access.knowledgeBase(CfnKnowledgeBase.fromKnowledgeBaseArn(stack, 'KnowledgeBase', BASE));
  return [
    { name: 'model invoke', access: Access.model(model).invoke(), allows: [['bedrock:InvokeModel', MODEL]] },
    {
      name: 'model invokeStreaming',
      access: Access.model(model).invokeStreaming(),
      allows: [['bedrock:InvokeModelWithResponseStream', MODEL]],
    },
    {
      name: 'model invoke with a guardrail',
      access: Access.model(model).invoke({ guardrailArn: GUARDRAIL, guardrailVersion: '1' }),
      allows: [
        ['bedrock:InvokeModel', MODEL, guarded],
        ['bedrock:ApplyGuardrail', GUARDRAIL],
      ],
      denies: [
        ['bedrock:InvokeModel', MODEL],
        ['bedrock:InvokeModel', MODEL, { 'bedrock:GuardrailIdentifier': `${GUARDRAIL}:2` }],
      ],
    },
    {
      name: 'inference profile invoke',
      access: profile.invoke(),
      allows: [
        ['bedrock:InvokeModel', PROFILE],
        ['bedrock:InvokeModel', MODEL, through],
        ['bedrock:InvokeModel', OTHER_MODEL, through],
      ],
      denies: [
        ['bedrock:InvokeModel', MODEL],
        ['bedrock:InvokeModel', MODEL, { 'bedrock:InferenceProfileArn': local('bedrock', 'inference-profile/us.x') }],
      ],
    },
    {
      name: 'knowledge base retrieve',
      access: base.retrieve(),
      allows: [['bedrock:Retrieve', BASE]],
      denies: [['bedrock:Retrieve', local('bedrock', 'knowledge-base/LEDGER0001')]],
    },
    {
      name: 'knowledge base retrieveAndGenerate',
      access: base.retrieveAndGenerate(model),
      allows: [
        ['bedrock:RetrieveAndGenerate', '*'],
        ['bedrock:Retrieve', BASE],
        ['bedrock:InvokeModel', MODEL],
      ],
      denies: [['bedrock:InvokeModel', OTHER_MODEL]],
    },
  ];
}

function emailCases(stack: Stack): Case[] {
  const IDENTITY = local('ses', 'identity/orders.example');
  const SET = local('ses', 'configuration-set/orders');
  const email = Access.emailIdentity(EmailIdentity.fromEmailIdentityName(stack, 'EmailIdentity', 'orders.example'));
  const from = (address: string, to?: string | string[]): RequestContext => ({
    'ses:FromAddress': address,
    'ses:Recipients': to,
  });
  const sender = 'no-reply@orders.example';
  return [
    {
      name: 'email send',
      access: email.send({ from: sender }),
      allows: [['ses:SendEmail', IDENTITY, from(sender, 'anyone@example.com')]],
      denies: [
        ['ses:SendEmail', IDENTITY, from('ceo@orders.example')],
        ['ses:SendEmail', IDENTITY],
      ],
    },
    {
      name: 'email send raw to some, in a configuration set',
      access: email.send({
        from: sender,
        recipients: ['*@example.com'],
        raw: true,
        configurationSet: ConfigurationSet.fromConfigurationSetName(stack, 'ConfigurationSet', 'orders'),
      }),
      allows: [
        ['ses:SendEmail', IDENTITY, from(sender, 'a@example.com')],
        ['ses:SendRawEmail', IDENTITY, from(sender, ['a@example.com', 'b@example.com'])],
        ['ses:SendEmail', SET, from(sender, 'a@example.com')],
        ['ses:SendRawEmail', SET, from(sender, 'a@example.com')],
      ],
      denies: [
        ['ses:SendEmail', IDENTITY, from(sender, ['a@example.com', 'a@evil.example'])],
        ['ses:SendEmail', IDENTITY, from(sender)],
      ],
    },
  ];
}

function dataCases(stack: Stack, key: IKey): Case[] {
  const STREAM = local('kinesis', 'stream/orders');
  const stream = Access.stream(Stream.fromStreamAttributes(stack, 'Stream', { streamArn: STREAM, encryptionKey: key }));
  const CLUSTER = local('rds', 'cluster:orders');
  const SECRET = local('secretsmanager', 'secret:orders-AbCdEf');
  const database = Access.database(
    DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Cluster', { clusterIdentifier: 'orders' }),
    Secret.fromSecretAttributes(stack, 'DatabaseSecret', { secretCompleteArn: SECRET, encryptionKey: key }),
  );
  const withSecret = (...actions: string[]): Call[] => [
    ...actions.map((action): Call => [action, CLUSTER]),
    ['secretsmanager:GetSecretValue', SECRET],
    ['kms:Decrypt', KEY, via('secretsmanager')],
  ];
  return [
    {
      name: 'stream put',
      access: stream.put(),
      allows: [
        ['kinesis:PutRecord', STREAM],
        ['kms:GenerateDataKey', KEY, via('kinesis')],
      ],
    },
    {
      name: 'stream batchPut',
      access: stream.batchPut(),
      allows: [
        ['kinesis:PutRecords', STREAM],
        ['kms:GenerateDataKey', KEY, via('kinesis')],
      ],
    },
    {
      name: 'stream read',
      access: stream.read(),
      allows: [
        ['kinesis:ListShards', STREAM],
        ['kinesis:GetShardIterator', STREAM],
        ['kinesis:GetRecords', STREAM],
        ['kms:Decrypt', KEY, via('kinesis')],
      ],
    },
    {
      name: 'database execute',
      access: database.execute(),
      allows: withSecret('rds-data:ExecuteStatement'),
      denies: [['kms:Decrypt', KEY, via('rds-data')]],
    },
    {
      name: 'database batchExecute',
      access: database.batchExecute(),
      allows: withSecret('rds-data:BatchExecuteStatement'),
    },
    {
      name: 'database transaction',
      access: database.transaction(),
      allows: withSecret('rds-data:BeginTransaction', 'rds-data:CommitTransaction', 'rds-data:RollbackTransaction'),
    },
  ];
}
