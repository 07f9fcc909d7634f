import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IConstruct } from 'constructs';
import {
  type AccessRendering,
  type AccessVerb,
  DeclaredAccess,
  type DeclaredOperation,
  renderVerbs,
} from './declared-access';
import { isForeign, ownerOf } from './foreign-resource';

/**
 * Operations on one Kinesis data stream.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html
 */
export class StreamAccess extends DeclaredAccess {
  /** @internal */
  public static _of(stream: IStream): StreamAccess {
    return new StreamAccess(stream, []);
  }

  private constructor(
    private readonly stream: IStream,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `PutRecord`. */
  public put(): StreamAccess {
    return this.with('put()', { operation: 'PutRecord', readOnly: false, keyActions: ['kms:GenerateDataKey'] });
  }

  /** `PutRecords`; does not include `PutRecord`. */
  public batchPut(): StreamAccess {
    return this.with('batchPut()', { operation: 'PutRecords', readOnly: false, keyActions: ['kms:GenerateDataKey'] });
  }

  /** `ListShards`, `GetShardIterator` and `GetRecords`: what it takes to read records. */
  public read(): StreamAccess {
    return this.with(
      'read()',
      { operation: 'ListShards', readOnly: true, keyActions: [] },
      { operation: 'GetShardIterator', readOnly: true, keyActions: [] },
      { operation: 'GetRecords', readOnly: true },
    );
  }

  /** @internal */
  public _render(scope: IConstruct): AccessRendering {
    const { stream } = this;
    return {
      service: 'kinesis',
      environmentValue: isForeign(stream.env.account, scope) ? stream.streamArn : stream.streamName,
      resourceArn: stream.streamArn,
      encryptionKey: stream.encryptionKey,
      foreign: ownerOf(stream),
      ...renderVerbs(`Access.stream(${stream.node.id})`, this.verbs),
    };
  }

  private with(call: string, ...operations: Omit<DeclaredOperation, 'actions' | 'resources'>[]): StreamAccess {
    const verb: AccessVerb = {
      call,
      operations: operations.map((item) => ({
        ...item,
        actions: [`kinesis:${item.operation}`],
        resources: [this.stream.streamArn],
      })),
    };
    return new StreamAccess(this.stream, [...this.verbs, verb]);
  }
}
