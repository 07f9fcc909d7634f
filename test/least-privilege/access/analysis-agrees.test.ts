import { Stack } from 'aws-cdk-lib';
import { compareHandler } from '../../../lib/least-privilege/handler-access';
import { ACCOUNT, REGION } from '../../support/rendered-role';
import { accessCases } from './cases';

const stack = new Stack(undefined, 'Shop', { env: { account: ACCOUNT, region: REGION } });
const cases = new Map(accessCases(stack).map(({ name, access }) => [name, access]));

/** The calls that a declaration is for, as their author would write them: client, and calls on `c` with the event `e`. */
const CALLS: [name: string, client: string, calls: string][] = [
  ['table get', 'dynamodb DynamoDB', 'c.getItem({ TableName: process.env.X, Key: e.key })'],
  ['table batchGet', 'dynamodb DynamoDB', 'c.batchGetItem({ RequestItems: { [process.env.X]: { Keys: e.keys } } })'],
  ['table query', 'dynamodb DynamoDB', 'c.query({ TableName: process.env.X })'],
  ['table query of one index', 'dynamodb DynamoDB', "c.query({ TableName: process.env.X, IndexName: 'byCustomer' })"],
  ['table scan', 'dynamodb DynamoDB', 'c.scan({ TableName: process.env.X })'],
  ['table put', 'dynamodb DynamoDB', 'c.putItem({ TableName: process.env.X, Item: e })'],
  ['table update', 'dynamodb DynamoDB', 'c.updateItem({ TableName: process.env.X, Key: e })'],
  ['table delete', 'dynamodb DynamoDB', 'c.deleteItem({ TableName: process.env.X, Key: e })'],
  ['table batchWrite', 'dynamodb DynamoDB', 'c.batchWriteItem({ RequestItems: { [process.env.X]: [] } })'],
  [
    'table conditionCheck',
    'dynamodb DynamoDB',
    'c.transactWriteItems({ TransactItems: [{ ConditionCheck: { TableName: process.env.X } }] })',
  ],
  ['bucket get under a prefix', 's3 S3', 'c.getObject({ Bucket: process.env.X, Key: `in/${e.id}` })'],
  ['bucket get', 's3 S3', 'c.headObject({ Bucket: process.env.X, Key: e.key })'],
  ['bucket put under a prefix', 's3 S3', 'c.putObject({ Bucket: process.env.X, Key: `out/${e.id}` })'],
  ['bucket delete', 's3 S3', 'c.deleteObject({ Bucket: process.env.X, Key: `tmp/${e.id}` })'],
  ['bucket list', 's3 S3', 'c.listObjectsV2({ Bucket: process.env.X })'],
  ['secret read', 'secrets-manager SecretsManager', 'c.getSecretValue({ SecretId: process.env.X })'],
  ['secret putValue', 'secrets-manager SecretsManager', 'c.putSecretValue({ SecretId: process.env.X })'],
  ['parameter get', 'ssm SSM', 'c.getParameter({ Name: process.env.X })'],
  ['parameter batchGet', 'ssm SSM', 'c.getParameters({ Names: [process.env.X] })'],
  ['parameter put', 'ssm SSM', 'c.putParameter({ Name: process.env.X })'],
  ['parameters by path', 'ssm SSM', 'c.getParametersByPath({ Path: process.env.X })'],
  [
    'configuration read',
    'appconfigdata AppConfigData',
    'c.startConfigurationSession({ ApplicationIdentifier: process.env.X_APPLICATION, ConfigurationProfileIdentifier: process.env.X }).then((s) => c.getLatestConfiguration({ ConfigurationToken: s.InitialConfigurationToken }))',
  ],
  ['queue send', 'sqs SQS', 'c.sendMessageBatch({ QueueUrl: process.env.X, Entries: [] })'],
  ['queue receive', 'sqs SQS', 'c.receiveMessage({ QueueUrl: process.env.X })'],
  ['queue delete', 'sqs SQS', 'c.deleteMessage({ QueueUrl: process.env.X })'],
  ['encrypted topic publish', 'sns SNS', 'c.publish({ TopicArn: process.env.X })'],
  ['event bus put', 'eventbridge EventBridge', 'c.putEvents({ Entries: [{ EventBusName: process.env.X }] })'],
  ['state machine start', 'sfn SFN', 'c.startExecution({ stateMachineArn: process.env.X })'],
  ['state machine startSync', 'sfn SFN', 'c.startSyncExecution({ stateMachineArn: process.env.X })'],
  ['function invoke', 'lambda Lambda', 'c.invoke({ FunctionName: process.env.X })'],
  ['key encrypt', 'kms KMS', 'c.encrypt({ KeyId: process.env.X })'],
  ['key sign', 'kms KMS', 'c.sign({ KeyId: process.env.X })'],
  ['model invoke', 'bedrock-runtime BedrockRuntime', 'c.converse({ modelId: process.env.X, messages: [] })'],
  ['model invokeStreaming', 'bedrock-runtime BedrockRuntime', 'c.converseStream({ modelId: process.env.X })'],
  ['inference profile invoke', 'bedrock-runtime BedrockRuntime', 'c.invokeModel({ modelId: process.env.X })'],
  [
    'knowledge base retrieve',
    'bedrock-agent-runtime BedrockAgentRuntime',
    'c.retrieve({ knowledgeBaseId: process.env.X })',
  ],
  ['email send', 'sesv2 SESv2', 'c.sendEmail({ FromEmailAddress: process.env.SENDER, Content: e })'],
  ['stream put', 'kinesis Kinesis', 'c.putRecord({ StreamName: process.env.X })'],
  [
    'stream read',
    'kinesis Kinesis',
    'c.getShardIterator({ StreamName: process.env.X }).then((i) => c.getRecords({ ShardIterator: i.ShardIterator }))',
  ],
  [
    'database execute',
    'rds-data RDSData',
    'c.executeStatement({ resourceArn: process.env.X, secretArn: process.env.X_SECRET })',
  ],
  [
    'database transaction',
    'rds-data RDSData',
    'c.beginTransaction({ resourceArn: process.env.X }).then((t) => c.commitTransaction({ resourceArn: process.env.X, ...t }))',
  ],
];

const SAID = ['missing', 'excess', 'resource-from-input'];

function findings(name: string, client: string, calls: string): string[] {
  const [packageName, className] = client.split(' ');
  const text = `const { ${className} } = require('@aws-sdk/client-${packageName}');
const c = new ${className}({});
exports.handler = async (e) => { await ${calls}; };`;
  const access = [{ env: 'X', ...cases.get(name)!._render(stack) }];
  const compared = compareHandler({ files: [{ name: 'index.js', text }] }, access, {
    settings: ['SENDER'],
    outside: [],
  });
  return compared.findings.filter(({ kind }) => SAID.includes(kind)).map(({ kind, action }) => `${kind} ${action}`);
}

test.each(CALLS)('the code that %s is for has nothing missing and nothing too much', (name, client, calls) => {
  expect(findings(name, client, calls)).toEqual([]);
});

test('what is said otherwise: the same code with the declaration of its neighbour', () => {
  const [, client, calls] = CALLS[0]!;

  expect(findings('table scan', client, calls)).toEqual(['missing dynamodb:GetItem', 'excess dynamodb:Scan']);
});
