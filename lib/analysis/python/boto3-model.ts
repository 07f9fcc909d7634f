/** Service names of boto3 that differ from those of the SDK for JavaScript. */
const CLIENTS: { readonly [service: string]: string } = {
  dynamodbstreams: 'dynamodb-streams',
  events: 'eventbridge',
  logs: 'cloudwatch-logs',
  secretsmanager: 'secrets-manager',
  stepfunctions: 'sfn',
};

/** The client of the SDK for JavaScript: one table of services serves both. */
export function clientOfService(service: string): string {
  return Object.hasOwn(CLIENTS, service) ? CLIENTS[service]! : service;
}

/** The client package that something of boto3 calls, `*` for a session; `undefined` for what calls nothing. */
export function clientOfPath(path: string): string | undefined {
  const [kind = '', name = ''] = path.split(' ');
  if (kind === 'boto3') return '*';
  if (!/^(client|resource|type|of|paginator|waiter|call|collection|listed|meta|provider)$/.test(kind)) return undefined;
  return `@aws-sdk/client-${clientOfService(name.split('.')[0]!)}`;
}

/** A method that calls one operation when it is called, whoever does it. */
export function isMethodPath(path: string): boolean {
  return /^(call|of|client \S+ (?!get_paginator|get_waiter|generate_presigned_url|_)|provider\.)/.test(path);
}

/** A method that calls an operation under another name, or more than one. */
export interface Transfer {
  readonly operations: readonly string[];
  readonly besides?: readonly string[];
  /** Positions of parameters that name the resource. */
  readonly positions: { readonly [parameter: string]: number };
}

/** Methods of clients that S3 has besides its operations. */
export const TRANSFERS: { readonly [method: string]: Transfer } = {
  upload_file: { operations: ['PutObject'], besides: ['AbortMultipartUpload'], positions: { Bucket: 1, Key: 2 } },
  upload_fileobj: { operations: ['PutObject'], besides: ['AbortMultipartUpload'], positions: { Bucket: 1, Key: 2 } },
  download_file: { operations: ['GetObject'], positions: { Bucket: 0, Key: 1 } },
  download_fileobj: { operations: ['GetObject'], positions: { Bucket: 0, Key: 1 } },
  copy: { operations: ['CopyObject'], positions: { CopySource: 0, Bucket: 1, Key: 2 } },
  generate_presigned_post: { operations: ['PutObject'], positions: { Bucket: 0, Key: 1 } },
};

/** A resource of boto3: an object that knows its name. */
export interface ResourceType {
  /** Parameters that its identifiers fill, in their order. */
  readonly identifiers: readonly string[];
  /** Operation by method. */
  readonly methods: { readonly [method: string]: string };
  readonly transfers?: { readonly [method: string]: Transfer };
  /** Operation that is called when a collection is read, by attribute. */
  readonly collections?: { readonly [attribute: string]: string };
  /** Resources that are made from it, with its own identifiers before the given ones. */
  readonly children?: { readonly [method: string]: string };
}

const OBJECT_METHODS = {
  get: 'GetObject',
  put: 'PutObject',
  delete: 'DeleteObject',
  load: 'HeadObject',
  reload: 'HeadObject',
  copy_from: 'CopyObject',
  wait_until_exists: 'HeadObject',
  wait_until_not_exists: 'HeadObject',
};

export const RESOURCE_TYPES: { readonly [type: string]: ResourceType } = {
  'dynamodb.Table': {
    identifiers: ['TableName'],
    methods: {
      get_item: 'GetItem',
      put_item: 'PutItem',
      update_item: 'UpdateItem',
      delete_item: 'DeleteItem',
      query: 'Query',
      scan: 'Scan',
      batch_writer: 'BatchWriteItem',
      load: 'DescribeTable',
      reload: 'DescribeTable',
      delete: 'DeleteTable',
      wait_until_exists: 'DescribeTable',
      wait_until_not_exists: 'DescribeTable',
    },
  },
  's3.Bucket': {
    identifiers: ['Bucket'],
    methods: { put_object: 'PutObject', delete_objects: 'DeleteObjects' },
    transfers: {
      upload_file: { operations: ['PutObject'], besides: ['AbortMultipartUpload'], positions: { Key: 1 } },
      upload_fileobj: { operations: ['PutObject'], besides: ['AbortMultipartUpload'], positions: { Key: 1 } },
      download_file: { operations: ['GetObject'], positions: { Key: 0 } },
      download_fileobj: { operations: ['GetObject'], positions: { Key: 0 } },
      copy: { operations: ['CopyObject'], positions: { CopySource: 0, Key: 1 } },
    },
    collections: { objects: 'ListObjects', object_versions: 'ListObjectVersions' },
    children: { Object: 's3.Object' },
  },
  's3.Object': {
    identifiers: ['Bucket', 'Key'],
    methods: OBJECT_METHODS,
    transfers: {
      upload_file: { operations: ['PutObject'], besides: ['AbortMultipartUpload'], positions: {} },
      upload_fileobj: { operations: ['PutObject'], besides: ['AbortMultipartUpload'], positions: {} },
      download_file: { operations: ['GetObject'], positions: {} },
      download_fileobj: { operations: ['GetObject'], positions: {} },
      copy: { operations: ['CopyObject'], positions: { CopySource: 0 } },
    },
  },
  's3.ObjectSummary': { identifiers: ['Bucket', 'Key'], methods: OBJECT_METHODS },
  'sqs.Queue': {
    identifiers: ['QueueUrl'],
    methods: {
      send_message: 'SendMessage',
      send_messages: 'SendMessageBatch',
      receive_messages: 'ReceiveMessage',
      delete_messages: 'DeleteMessageBatch',
      change_message_visibility_batch: 'ChangeMessageVisibilityBatch',
      load: 'GetQueueAttributes',
      purge: 'PurgeQueue',
    },
  },
  'sns.Topic': { identifiers: ['TopicArn'], methods: { publish: 'Publish', load: 'GetTopicAttributes' } },
};

/** Calls that Powertools for AWS Lambda makes, by function or class. */
export interface PowertoolsCall {
  readonly client: string;
  readonly operations: readonly string[];
  /** Parameter of the operation that the first argument fills, and its name in Python. */
  readonly parameter: string;
  readonly argument: string;
  /** @default 0 */
  readonly position?: number;
}

const TABLE_WRITER = { client: 'dynamodb', parameter: 'TableName', argument: 'table_name' };

export const POWERTOOLS_CALLS: { readonly [name: string]: PowertoolsCall } = {
  'parameters.get_parameter': { client: 'ssm', operations: ['GetParameter'], parameter: 'Name', argument: 'name' },
  'parameters.get_parameters': {
    client: 'ssm',
    operations: ['GetParametersByPath'],
    parameter: 'Path',
    argument: 'path',
  },
  'parameters.get_parameters_by_name': {
    client: 'ssm',
    operations: ['GetParameters'],
    parameter: 'Names',
    argument: 'parameters',
  },
  'parameters.set_parameter': { client: 'ssm', operations: ['PutParameter'], parameter: 'Name', argument: 'name' },
  'parameters.get_secret': {
    client: 'secrets-manager',
    operations: ['GetSecretValue'],
    parameter: 'SecretId',
    argument: 'name',
  },
  'parameters.set_secret': {
    client: 'secrets-manager',
    operations: ['PutSecretValue'],
    parameter: 'SecretId',
    argument: 'name',
  },
  'parameters.get_app_config': {
    client: 'appconfigdata',
    operations: ['StartConfigurationSession', 'GetLatestConfiguration'],
    parameter: 'ConfigurationProfileIdentifier',
    argument: 'name',
  },
  'feature_flags.AppConfigStore': {
    client: 'appconfigdata',
    operations: ['StartConfigurationSession', 'GetLatestConfiguration'],
    parameter: 'ConfigurationProfileIdentifier',
    argument: 'name',
    position: 2,
  },
  'streaming.S3Object': {
    client: 's3',
    operations: ['GetObject', 'HeadObject'],
    parameter: 'Bucket',
    argument: 'bucket',
  },
  'data_masking.AWSEncryptionSDKProvider': {
    client: 'kms',
    operations: ['GenerateDataKey', 'Decrypt'],
    parameter: 'KeyId',
    argument: 'keys',
  },
  'parameters.DynamoDBProvider': { ...TABLE_WRITER, operations: ['GetItem', 'Query'] },
  'idempotency.DynamoDBPersistenceLayer': {
    ...TABLE_WRITER,
    operations: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
  },
};
