import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import {
  type AccessProblem,
  type AccessRendering,
  type AccessVerb,
  type Conditions,
  DeclaredAccess,
  type DeclaredOperation,
  describeCall,
  renderVerbs,
} from './declared-access';
import { checkExact } from './exact-text';
import { ownerOf } from './foreign-resource';

/** Which objects of a bucket. */
export interface BucketObjectOptions {
  /**
   * Objects whose key starts with this text. End it with `/`: `in` is also the start of `inbox/letter`.
   *
   * @default - all objects
   */
  readonly prefix?: string;

  /**
   * The one object with this key.
   *
   * @default - all objects, or those under the prefix
   */
  readonly key?: string;
}

/** Options of {@link BucketAccess.get} and {@link BucketAccess.delete}. */
export interface BucketVersionOptions extends BucketObjectOptions {
  /**
   * Also with a version id, which is an action of its own.
   *
   * @default false
   */
  readonly versions?: boolean;
}

/** Options of {@link BucketAccess.put}. */
export interface BucketPutOptions extends BucketObjectOptions {
  /**
   * Also with tags, which is an action of its own.
   *
   * @default false
   */
  readonly tags?: boolean;
}

/** Options of {@link BucketAccess.list}. */
export interface BucketListOptions {
  /**
   * Only requests whose `Prefix` starts with this text. A request without one is then denied.
   *
   * @default - all keys
   */
  readonly prefix?: string;
}

/**
 * Operations on one S3 bucket. Each method returns a new value with one more operation, so calls can be chained.
 *
 * Without {@link list}, asking for an object that does not exist is answered with 403 in place of 404.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export class BucketAccess extends DeclaredAccess {
  /** @internal */
  public static _of(bucket: IBucket): BucketAccess {
    return new BucketAccess(bucket, []);
  }

  private constructor(
    private readonly bucket: IBucket,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `GetObject` and `HeadObject`. */
  public get(options: BucketVersionOptions = {}): BucketAccess {
    const actions = ['s3:GetObject', ...(options.versions === true ? ['s3:GetObjectVersion'] : [])];
    return this.withObjects('get', options, [
      { operation: 'GetObject', actions, readOnly: true },
      { operation: 'HeadObject', actions, readOnly: true },
    ]);
  }

  /** `PutObject` and multipart uploads. */
  public put(options: BucketPutOptions = {}): BucketAccess {
    const actions = ['s3:PutObject', ...(options.tags === true ? ['s3:PutObjectTagging'] : [])];
    const multipart = ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'];
    return this.withObjects('put', options, [
      ...['PutObject', ...multipart].map((operation) => ({ operation, actions, readOnly: false })),
      { operation: 'AbortMultipartUpload', actions: ['s3:AbortMultipartUpload'], readOnly: false, keyActions: [] },
    ]);
  }

  /** `DeleteObject` and `DeleteObjects`. */
  public delete(options: BucketVersionOptions = {}): BucketAccess {
    const actions = ['s3:DeleteObject', ...(options.versions === true ? ['s3:DeleteObjectVersion'] : [])];
    return this.withObjects('delete', options, [
      { operation: 'DeleteObject', actions, readOnly: false, keyActions: [] },
      { operation: 'DeleteObjects', actions, readOnly: false, keyActions: [] },
    ]);
  }

  /** `ListObjectsV2` and `ListObjects`. Shows names, not contents. */
  public list(options: BucketListOptions = {}): BucketAccess {
    const conditions: Conditions | undefined =
      options.prefix === undefined ? undefined : { StringLike: { 's3:prefix': `${options.prefix}*` } };
    return this.with({
      call: describeCall('list', options),
      problems: checkExact('a prefix', options.prefix),
      operations: ['ListObjectsV2', 'ListObjects'].map((operation) => ({
        operation,
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        readOnly: true,
        conditions,
        keyActions: [],
      })),
    });
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 's3',
      environmentValue: this.bucket.bucketName,
      resourceArn: this.bucket.bucketArn,
      encryptionKey: this.bucket.encryptionKey,
      foreign: ownerOf(this.bucket),
      ...renderVerbs(`Access.bucket(${this.bucket.node.id})`, this.verbs),
    };
  }

  private withObjects(
    name: string,
    options: BucketObjectOptions,
    operations: readonly Omit<DeclaredOperation, 'resources'>[],
  ): BucketAccess {
    const objects = options.key ?? `${options.prefix ?? ''}*`;
    return this.with({
      call: describeCall(name, options),
      problems: objectProblems(options),
      operations: operations.map((operation) => ({
        ...operation,
        resources: [`${this.bucket.bucketArn}/${objects}`],
      })),
    });
  }

  private with(verb: AccessVerb): BucketAccess {
    return new BucketAccess(this.bucket, [...this.verbs, verb]);
  }
}

function objectProblems({ prefix, key }: BucketObjectOptions): AccessProblem[] {
  const both: AccessProblem = {
    code: 'ACCESS_INVALID',
    message: `prefix and key exclude each other, got prefix '${prefix}' and key '${key}'`,
    fix: 'Use one of them, or two calls',
  };
  return [
    ...(prefix !== undefined && key !== undefined ? [both] : []),
    ...checkExact('a prefix', prefix),
    ...checkExact('an object key', key),
  ];
}
