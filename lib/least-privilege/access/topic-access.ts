import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { type AccessRendering, type AccessVerb, DeclaredAccess, renderVerbs } from './declared-access';
import { ownerOf } from './foreign-resource';

/**
 * Operations on one SNS topic. The environment variable carries the topic's ARN.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
 */
export class TopicAccess extends DeclaredAccess {
  /** @internal */
  public static _of(topic: ITopic): TopicAccess {
    return new TopicAccess(topic, []);
  }

  private constructor(
    private readonly topic: ITopic,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `Publish` and `PublishBatch` to the topic. Not text messages to telephone numbers, which no topic limits. */
  public publish(): TopicAccess {
    const verb: AccessVerb = {
      call: 'publish()',
      operations: ['Publish', 'PublishBatch'].map((operation) => ({
        operation,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        readOnly: false,
      })),
    };
    return new TopicAccess(this.topic, [...this.verbs, verb]);
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 'sns',
      environmentValue: this.topic.topicArn,
      resourceArn: this.topic.topicArn,
      encryptionKey: this.topic.masterKey,
      foreign: ownerOf(this.topic),
      ...renderVerbs(`Access.topic(${this.topic.node.id})`, this.verbs),
    };
  }
}
