/**
 * The parameters that name the resource of a call, by service: the first one that is given counts. A path may go into
 * lists (`Entries[].EventBusName`).
 */
export const RESOURCE_PARAMETERS: { readonly [service: string]: readonly string[] } = {
  appconfig: ['ConfigurationProfileIdentifier', 'ConfigurationProfileId', 'ApplicationIdentifier', 'ApplicationId'],
  bedrock: ['modelId', 'knowledgeBaseId', 'agentId', 'flowIdentifier', 'guardrailIdentifier'],
  dynamodb: ['TableName', 'TableArn', 'StreamArn'],
  events: ['Entries[].EventBusName', 'EventBusName'],
  kinesis: ['StreamName', 'StreamARN'],
  kms: ['KeyId', 'TargetKeyId'],
  lambda: ['FunctionName'],
  logs: ['logGroupName', 'logGroupIdentifier'],
  'rds-data': ['resourceArn'],
  s3: ['Bucket'],
  s3vectors: ['indexArn', 'indexName', 'vectorBucketName', 'vectorBucketArn'],
  scheduler: ['Name', 'GroupName'],
  secretsmanager: ['SecretId', 'SecretIdList[]'],
  ses: ['FromEmailAddress', 'Source'],
  sns: ['TopicArn', 'TargetArn'],
  sqs: ['QueueUrl'],
  ssm: ['Name', 'Names[]', 'Path'],
  states: ['stateMachineArn', 'executionArn'],
  sts: ['RoleArn'],
};

/** Actions whose resource stands in a parameter of its own. */
export const RESOURCE_OF_ACTION: { readonly [operationAndAction: string]: string } = {
  'CopyObject s3:GetObject': 'CopySource',
  'UploadPartCopy s3:GetObject': 'CopySource',
  'ReEncrypt kms:ReEncryptFrom': 'SourceKeyId',
  'ReEncrypt kms:ReEncryptTo': 'DestinationKeyId',
  'Converse bedrock:ApplyGuardrail': 'guardrailConfig.guardrailIdentifier',
  'ConverseStream bedrock:ApplyGuardrail': 'guardrailConfig.guardrailIdentifier',
  'InvokeModel bedrock:ApplyGuardrail': 'guardrailIdentifier',
  'InvokeModelWithResponseStream bedrock:ApplyGuardrail': 'guardrailIdentifier',
};

/** Actions that IAM limits to no resource. */
export const WITHOUT_RESOURCE = new Set([
  'dynamodb:ListTables',
  's3:ListAllMyBuckets',
  'secretsmanager:ListSecrets',
  'secretsmanager:BatchGetSecretValue',
  'kms:ListKeys',
  'kms:ListAliases',
  'kms:GenerateRandom',
  'sns:ListTopics',
  'sqs:ListQueues',
  'states:ListStateMachines',
  'lambda:ListFunctions',
  'ssm:DescribeParameters',
  'events:ListEventBuses',
  'kinesis:ListStreams',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
]);

/** S3 actions on objects, not on the bucket itself. */
export function isObjectAction(action: string): boolean {
  return (
    /^s3:(Get|Put|Delete|Restore|Replicate|Abort|ListMultipartUploadParts|BypassGovernanceRetention)/.test(action) &&
    /Object|MultipartUpload|BypassGovernanceRetention/.test(action) &&
    !/BucketObjectLock/.test(action)
  );
}
