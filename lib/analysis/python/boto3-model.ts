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
  readonly collections?: { readonly [attribute: string]: Collection };
  /** Resources that are made from it, with its own identifiers before the given ones. */
  readonly children?: { readonly [method: string]: string };
  /** Resources that a method returns, one or a list. */
  readonly returns?: { readonly [method: string]: string };
  /** Attributes besides its names, and the operation that loads them; without one they are there. */
  readonly loads?: { readonly names: RegExp; readonly operation?: string };
}

/** Resources that a resource lists. */
export interface Collection {
  readonly operation: string;
  /** Their type. */
  readonly item: string;
  /** Operation that deletes what is listed. */
  readonly deletes?: string;
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
    loads: {
      names:
        /^(item_count|key_schema|latest_stream_\w+|\w+_indexes|\w+_(summary|description|specification|throughput|definitions|date_time)|table_\w+|replicas|archival_summary)$/,
      operation: 'DescribeTable',
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
    collections: {
      objects: { operation: 'ListObjects', item: 's3.ObjectSummary', deletes: 'DeleteObject' },
      object_versions: { operation: 'ListObjectVersions', item: 's3.ObjectVersion', deletes: 'DeleteObjects' },
    },
    children: { Object: 's3.Object' },
    returns: { put_object: 's3.Object' },
    loads: { names: /^creation_date$/, operation: 'ListBuckets' },
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
    children: { Bucket: 's3.Bucket' },
    loads: {
      names: /^(content_\w+|e_tag|last_modified|metadata|version_id|storage_class|cache_control|expires|expiration)$/,
      operation: 'HeadObject',
    },
  },
  's3.ObjectSummary': {
    identifiers: ['Bucket', 'Key'],
    methods: OBJECT_METHODS,
    children: { Object: 's3.Object', Bucket: 's3.Bucket' },
    loads: { names: /^(size|e_tag|last_modified|storage_class|owner)$/ },
  },
  's3.ObjectVersion': {
    identifiers: ['Bucket', 'Key', 'VersionId'],
    methods: { get: 'GetObject', head: 'HeadObject', delete: 'DeleteObject' },
    loads: { names: /^(id|size|e_tag|last_modified|storage_class|is_latest|version_id|owner)$/ },
  },
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
    returns: { receive_messages: 'sqs.Message' },
    loads: { names: /^attributes$/, operation: 'GetQueueAttributes' },
  },
  'sqs.Message': {
    identifiers: ['QueueUrl'],
    methods: { delete: 'DeleteMessage', change_visibility: 'ChangeMessageVisibility' },
    loads: { names: /^(body|attributes|message_attributes|message_id|receipt_handle|md5_of_\w+)$/ },
  },
  'sns.Topic': {
    identifiers: ['TopicArn'],
    methods: { publish: 'Publish', load: 'GetTopicAttributes' },
    loads: { names: /^attributes$/, operation: 'GetTopicAttributes' },
  },
};

/** What a resource of a whole service lists, by attribute. */
export const SERVICE_COLLECTIONS: { readonly [attribute: string]: Collection } = {
  'dynamodb.tables': { operation: 'ListTables', item: 'dynamodb.Table' },
  's3.buckets': { operation: 'ListBuckets', item: 's3.Bucket' },
  'sns.topics': { operation: 'ListTopics', item: 'sns.Topic' },
  'sqs.queues': { operation: 'ListQueues', item: 'sqs.Queue' },
};

/** Methods of a resource of a whole service that call an operation and return a resource, named by a parameter. */
export const RESOURCE_MAKERS: {
  readonly [method: string]: { readonly operation: string; readonly type: string; readonly parameter: string };
} = {
  'dynamodb.create_table': { operation: 'CreateTable', type: 'dynamodb.Table', parameter: 'TableName' },
  's3.create_bucket': { operation: 'CreateBucket', type: 's3.Bucket', parameter: 'Bucket' },
  'sns.create_topic': { operation: 'CreateTopic', type: 'sns.Topic', parameter: 'Name' },
  'sqs.create_queue': { operation: 'CreateQueue', type: 'sqs.Queue', parameter: 'QueueName' },
  'sqs.get_queue_by_name': { operation: 'GetQueueUrl', type: 'sqs.Queue', parameter: 'QueueName' },
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
