/** How `Access` is asked for one IAM action. */
export interface AccessMethod {
  /** Factory of `Access`, e.g. `table`. */
  readonly factory: string;
  readonly method: string;
  /** Option that the method needs for this action: `versions: true`. */
  readonly option?: string;
  /** What the call has to be told besides, which the code does not tell. */
  readonly argument?: string;
  /** Set when a call names the resource of the option, not that of the factory. */
  readonly namesOption?: true;
  /** What limits the call to a part of the resource. */
  readonly limit?: 'index' | 'objects';
}

/** Arguments of each factory, `$` being the place of the resource's name. */
export const ACCESS_FACTORIES: { readonly [factory: string]: { readonly args: string; readonly env: string } } = {
  table: { args: '<the table that $ names>', env: 'TABLE' },
  bucket: { args: '<the bucket that $ names>', env: 'BUCKET' },
  secret: { args: '<the secret that $ names>', env: 'SECRET' },
  parameter: { args: '<the parameter that $ names>', env: 'PARAMETER' },
  parameterPath: { args: "'<the path that $ names>'", env: 'PARAMETERS' },
  queue: { args: '<the queue that $ names>', env: 'QUEUE' },
  topic: { args: '<the topic that $ names>', env: 'TOPIC' },
  eventBus: { args: '<the event bus that $ names>', env: 'BUS' },
  stateMachine: { args: '<the state machine that $ names>', env: 'STATE_MACHINE' },
  lambdaFunction: { args: '<the function that $ names>', env: 'FUNCTION' },
  key: { args: '<the key that $ names>', env: 'KEY' },
  model: { args: '<the model that $ names>', env: 'MODEL' },
  knowledgeBase: { args: '<the knowledge base that $ names>', env: 'KNOWLEDGE_BASE' },
  emailIdentity: { args: '<the identity that $ names>', env: 'SENDER' },
  stream: { args: '<the stream that $ names>', env: 'STREAM' },
  database: { args: '<the cluster that $ names>, <its secret>', env: 'DATABASE' },
  configuration: { args: '<the configuration that $ names>, <its environment>', env: 'CONFIGURATION' },
};

type Entry = string | Omit<AccessMethod, 'factory'>;

const METHODS_BY_FACTORY: { readonly [factory: string]: { readonly [action: string]: Entry } } = {
  table: {
    'dynamodb:GetItem': 'get',
    'dynamodb:BatchGetItem': 'batchGet',
    'dynamodb:Query': { method: 'query', limit: 'index' },
    'dynamodb:Scan': { method: 'scan', limit: 'index' },
    'dynamodb:PutItem': 'put',
    'dynamodb:UpdateItem': 'update',
    'dynamodb:DeleteItem': 'delete',
    'dynamodb:BatchWriteItem': 'batchWrite',
    'dynamodb:ConditionCheckItem': 'conditionCheck',
  },
  bucket: {
    's3:GetObject': { method: 'get', limit: 'objects' },
    's3:GetObjectVersion': { method: 'get', option: 'versions: true', limit: 'objects' },
    's3:PutObject': { method: 'put', limit: 'objects' },
    's3:AbortMultipartUpload': { method: 'put', limit: 'objects' },
    's3:PutObjectTagging': { method: 'put', option: 'tags: true', limit: 'objects' },
    's3:DeleteObject': { method: 'delete', limit: 'objects' },
    's3:DeleteObjectVersion': { method: 'delete', option: 'versions: true', limit: 'objects' },
    's3:ListBucket': 'list',
  },
  secret: {
    'secretsmanager:GetSecretValue': 'read',
    'secretsmanager:DescribeSecret': 'describe',
    'secretsmanager:PutSecretValue': 'putValue',
  },
  parameter: { 'ssm:GetParameter': 'get', 'ssm:GetParameters': 'batchGet', 'ssm:PutParameter': 'put' },
  parameterPath: { 'ssm:GetParametersByPath': 'getByPath' },
  queue: {
    'sqs:SendMessage': 'send',
    'sqs:ReceiveMessage': 'receive',
    'sqs:DeleteMessage': 'delete',
    'sqs:ChangeMessageVisibility': 'changeVisibility',
    'sqs:GetQueueAttributes': 'attributes',
  },
  topic: { 'sns:Publish': 'publish' },
  eventBus: { 'events:PutEvents': 'put' },
  stateMachine: {
    'states:StartExecution': 'start',
    'states:StartSyncExecution': 'startSync',
    'states:DescribeExecution': 'describeExecution',
    'states:StopExecution': 'stopExecution',
  },
  lambdaFunction: { 'lambda:InvokeFunction': 'invoke' },
  key: {
    'kms:Encrypt': 'encrypt',
    'kms:Decrypt': 'decrypt',
    'kms:GenerateDataKey': 'generateDataKey',
    'kms:Sign': 'sign',
    'kms:Verify': 'verify',
    'kms:GenerateMac': 'generateMac',
    'kms:VerifyMac': 'verifyMac',
    'kms:GetPublicKey': 'publicKey',
  },
  model: {
    'bedrock:InvokeModel': 'invoke',
    'bedrock:InvokeModelWithResponseStream': 'invokeStreaming',
    'bedrock:ApplyGuardrail': { method: 'invoke', option: "guardrailArn: '<its ARN>'", namesOption: true },
  },
  knowledgeBase: {
    'bedrock:Retrieve': 'retrieve',
    'bedrock:RetrieveAndGenerate': { method: 'retrieveAndGenerate', argument: '<the model that answers>' },
  },
  emailIdentity: {
    'ses:SendEmail': { method: 'send', option: "from: '<its address>'" },
    'ses:SendRawEmail': { method: 'send', option: "from: '<its address>', raw: true" },
  },
  stream: {
    'kinesis:PutRecord': 'put',
    'kinesis:PutRecords': 'batchPut',
    'kinesis:ListShards': 'read',
    'kinesis:GetShardIterator': 'read',
    'kinesis:GetRecords': 'read',
  },
  database: {
    'rds-data:ExecuteStatement': 'execute',
    'rds-data:BatchExecuteStatement': 'batchExecute',
    'rds-data:BeginTransaction': 'transaction',
    'rds-data:CommitTransaction': 'transaction',
    'rds-data:RollbackTransaction': 'transaction',
  },
  configuration: {
    'appconfig:StartConfigurationSession': 'read',
    'appconfig:GetLatestConfiguration': 'read',
  },
};

/** The call of `Access` that allows an action, by action. What is not here takes `Access.custom`. */
export const ACCESS_METHODS: ReadonlyMap<string, AccessMethod> = new Map(
  Object.entries(METHODS_BY_FACTORY).flatMap(([factory, actions]) =>
    Object.entries(actions).map(([action, entry]) => [
      action,
      { factory, ...(typeof entry === 'string' ? { method: entry } : entry) },
    ]),
  ),
);
