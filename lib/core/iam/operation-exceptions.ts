/** Actions of an operation whose name is not the action's name, or which needs others besides. */
export interface OperationException {
  /** Needed by every call; prefix left out when it is the service's own. */
  readonly actions: readonly string[];
  /** A parameter that, when given, replaces the actions: `VersionId` turns `GetObject` into `GetObjectVersion`. */
  readonly instead?: { readonly [parameter: string]: readonly string[] };
  /** A parameter that, when given, needs more. */
  readonly also?: { readonly [parameter: string]: readonly string[] };
  /** Actions that depend on the content of the parameters: the kinds of a transaction's entries, the verb of a statement. */
  readonly byContent?: readonly string[];
}

const needs = (...actions: string[]): OperationException => ({ actions });

/** S3 names an action after the configuration, the operation after the bucket; to delete one is to put none. */
function bucketConfigurations(): { [operation: string]: OperationException } {
  const names: [configuration: string, action: string, verbs: string][] = [
    ['AccelerateConfiguration', 'AccelerateConfiguration', 'Get Put'],
    ['AnalyticsConfiguration', 'AnalyticsConfiguration', 'Get Put Delete'],
    ['Cors', 'BucketCORS', 'Get Put Delete'],
    ['Encryption', 'EncryptionConfiguration', 'Get Put Delete'],
    ['IntelligentTieringConfiguration', 'IntelligentTieringConfiguration', 'Get Put Delete'],
    ['InventoryConfiguration', 'InventoryConfiguration', 'Get Put Delete'],
    ['Lifecycle', 'LifecycleConfiguration', 'Delete'],
    ['LifecycleConfiguration', 'LifecycleConfiguration', 'Get Put'],
    ['MetricsConfiguration', 'MetricsConfiguration', 'Get Put Delete'],
    ['NotificationConfiguration', 'BucketNotification', 'Get Put'],
    ['OwnershipControls', 'BucketOwnershipControls', 'Delete'],
    ['Replication', 'ReplicationConfiguration', 'Get Put Delete'],
    ['Tagging', 'BucketTagging', 'Delete'],
  ];
  const result: { [operation: string]: OperationException } = {};
  for (const [configuration, action, verbs] of names) {
    for (const verb of verbs.split(' '))
      result[`${verb}Bucket${configuration}`] = needs(`${verb === 'Get' ? 'Get' : 'Put'}${action}`);
  }
  for (const kind of ['Analytics', 'IntelligentTiering', 'Inventory', 'Metrics'])
    result[`ListBucket${kind}Configurations`] = needs(`Get${kind}Configuration`);
  return result;
}

/** Grants of an access control list, named in the request. */
const ACL = Object.fromEntries(
  ['ACL', 'GrantFullControl', 'GrantRead', 'GrantReadACP', 'GrantWriteACP'].map((name) => [name, ['PutObjectAcl']]),
);
const WRITES_OBJECT = {
  ...ACL,
  Tagging: ['PutObjectTagging'],
  ObjectLockMode: ['PutObjectRetention'],
  ObjectLockLegalHoldStatus: ['PutObjectLegalHold'],
};
const versioned = (action: string, versionAction: string): OperationException => ({
  actions: [action],
  instead: { VersionId: [versionAction] },
});

/**
 * Operations whose actions are not simply their name, written from the SDK's documentation of each operation and the
 * Service Authorization Reference.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export const OPERATION_EXCEPTIONS: {
  readonly [service: string]: { readonly [operation: string]: OperationException };
} = {
  dynamodb: {
    TransactGetItems: { actions: [], byContent: ['GetItem'] },
    TransactWriteItems: { actions: [], byContent: ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'] },
    ExecuteStatement: {
      actions: [],
      byContent: ['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'],
    },
    BatchExecuteStatement: {
      actions: [],
      byContent: ['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'],
    },
    ExecuteTransaction: {
      actions: [],
      byContent: ['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'],
    },
    DescribeEndpoints: needs(),
  },
  s3: {
    ...bucketConfigurations(),
    ListObjects: needs('ListBucket'),
    ListObjectsV2: needs('ListBucket'),
    HeadBucket: needs('ListBucket'),
    ListObjectVersions: needs('ListBucketVersions'),
    ListBuckets: needs('ListAllMyBuckets'),
    ListDirectoryBuckets: needs('s3express:ListAllMyDirectoryBuckets'),
    CreateSession: needs('s3express:CreateSession'),
    RenameObject: needs('s3express:CreateSession'),
    GetObject: versioned('GetObject', 'GetObjectVersion'),
    HeadObject: versioned('GetObject', 'GetObjectVersion'),
    GetObjectAcl: versioned('GetObjectAcl', 'GetObjectVersionAcl'),
    PutObjectAcl: versioned('PutObjectAcl', 'PutObjectVersionAcl'),
    GetObjectAttributes: {
      actions: ['GetObject', 'GetObjectAttributes'],
      instead: { VersionId: ['GetObjectVersion', 'GetObjectVersionAttributes'] },
    },
    GetObjectTagging: versioned('GetObjectTagging', 'GetObjectVersionTagging'),
    PutObjectTagging: versioned('PutObjectTagging', 'PutObjectVersionTagging'),
    DeleteObjectTagging: versioned('DeleteObjectTagging', 'DeleteObjectVersionTagging'),
    DeleteObject: {
      ...versioned('DeleteObject', 'DeleteObjectVersion'),
      also: { BypassGovernanceRetention: ['BypassGovernanceRetention'] },
    },
    DeleteObjects: { actions: [], byContent: ['DeleteObject', 'DeleteObjectVersion'] },
    SelectObjectContent: needs('GetObject'),
    PutObject: { actions: ['PutObject'], also: WRITES_OBJECT },
    CreateMultipartUpload: { actions: ['PutObject'], also: WRITES_OBJECT },
    UploadPart: needs('PutObject'),
    CompleteMultipartUpload: needs('PutObject'),
    // the source is read, the target is written
    CopyObject: { actions: ['GetObject', 'PutObject'], also: WRITES_OBJECT },
    UploadPartCopy: needs('GetObject', 'PutObject'),
    ListParts: needs('ListMultipartUploadParts'),
    ListMultipartUploads: needs('ListBucketMultipartUploads'),
    GetObjectLockConfiguration: needs('GetBucketObjectLockConfiguration'),
    PutObjectLockConfiguration: needs('PutBucketObjectLockConfiguration'),
    GetPublicAccessBlock: needs('GetBucketPublicAccessBlock'),
    PutPublicAccessBlock: needs('PutBucketPublicAccessBlock'),
    DeletePublicAccessBlock: needs('PutBucketPublicAccessBlock'),
    CreateBucketMetadataConfiguration: needs('CreateBucketMetadataTableConfiguration'),
    GetBucketMetadataConfiguration: needs('GetBucketMetadataTableConfiguration'),
    DeleteBucketMetadataConfiguration: needs('DeleteBucketMetadataTableConfiguration'),
  },
  lambda: {
    Invoke: needs('InvokeFunction'),
    InvokeWithResponseStream: needs('InvokeFunction'),
    GetLayerVersionByArn: needs('GetLayerVersion'),
  },
  sqs: {
    SendMessageBatch: needs('SendMessage'),
    DeleteMessageBatch: needs('DeleteMessage'),
    ChangeMessageVisibilityBatch: needs('ChangeMessageVisibility'),
  },
  sns: { PublishBatch: needs('Publish') },
  kms: { ReEncrypt: needs('ReEncryptFrom', 'ReEncryptTo') },
  secretsmanager: {
    // itself and GetSecretValue for each secret
    BatchGetSecretValue: {
      actions: ['BatchGetSecretValue', 'GetSecretValue'],
      also: { Filters: ['ListSecrets'] },
    },
  },
  ses: { SendEmail: { actions: ['SendEmail'], byContent: ['SendRawEmail'] } },
  bedrock: {
    Converse: { actions: ['InvokeModel'], also: { guardrailConfig: ['ApplyGuardrail'] } },
    ConverseStream: { actions: ['InvokeModelWithResponseStream'], also: { guardrailConfig: ['ApplyGuardrail'] } },
    InvokeModel: { actions: ['InvokeModel'], also: { guardrailIdentifier: ['ApplyGuardrail'] } },
    InvokeModelWithResponseStream: {
      actions: ['InvokeModelWithResponseStream'],
      also: { guardrailIdentifier: ['ApplyGuardrail'] },
    },
    StartAsyncInvoke: needs('InvokeModel'),
    RetrieveAndGenerateStream: needs('RetrieveAndGenerate'),
  },
  sts: { GetCallerIdentity: needs(), GetSessionToken: needs() },
};
