import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import {
  type AccessRendering,
  type AccessVerb,
  DeclaredAccess,
  type DeclaredOperation,
  renderVerbs,
} from './declared-access';
import { ownerOf } from './foreign-resource';

/**
 * Operations on one SQS queue. The environment variable carries the queue's URL. The requests for several messages have
 * the action of the request for one.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 */
export class QueueAccess extends DeclaredAccess {
  /** @internal */
  public static _of(queue: IQueue): QueueAccess {
    return new QueueAccess(queue, []);
  }

  private constructor(
    private readonly queue: IQueue,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `SendMessage` and `SendMessageBatch`. */
  public send(): QueueAccess {
    return this.with('send()', 'sqs:SendMessage', ['SendMessage', 'SendMessageBatch'], { readOnly: false });
  }

  /** `ReceiveMessage`. Receiving hides a message, and only {@link delete} removes it. */
  public receive(): QueueAccess {
    return this.with('receive()', 'sqs:ReceiveMessage', ['ReceiveMessage'], { readOnly: true });
  }

  /** `DeleteMessage` and `DeleteMessageBatch`. */
  public delete(): QueueAccess {
    const operations = ['DeleteMessage', 'DeleteMessageBatch'];
    return this.with('delete()', 'sqs:DeleteMessage', operations, { readOnly: false, keyActions: [] });
  }

  /** `ChangeMessageVisibility` and `ChangeMessageVisibilityBatch`. */
  public changeVisibility(): QueueAccess {
    const operations = ['ChangeMessageVisibility', 'ChangeMessageVisibilityBatch'];
    return this.with('changeVisibility()', 'sqs:ChangeMessageVisibility', operations, {
      readOnly: false,
      keyActions: [],
    });
  }

  /** `GetQueueAttributes`, for example how many messages wait. */
  public attributes(): QueueAccess {
    const operations = ['GetQueueAttributes'];
    return this.with('attributes()', 'sqs:GetQueueAttributes', operations, { readOnly: true, keyActions: [] });
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 'sqs',
      environmentValue: this.queue.queueUrl,
      resourceArn: this.queue.queueArn,
      encryptionKey: this.queue.encryptionMasterKey,
      foreign: ownerOf(this.queue),
      ...renderVerbs(`Access.queue(${this.queue.node.id})`, this.verbs),
    };
  }

  private with(
    call: string,
    action: string,
    operations: readonly string[],
    kind: Pick<DeclaredOperation, 'readOnly' | 'keyActions'>,
  ): QueueAccess {
    const resources = [this.queue.queueArn];
    const verb: AccessVerb = {
      call,
      operations: operations.map((operation) => ({ operation, actions: [action], resources, ...kind })),
    };
    return new QueueAccess(this.queue, [...this.verbs, verb]);
  }
}
