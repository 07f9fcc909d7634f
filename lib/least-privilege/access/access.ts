import type { IConfiguration, IEnvironment } from 'aws-cdk-lib/aws-appconfig';
import type { IKnowledgeBaseRef, IModel } from 'aws-cdk-lib/aws-bedrock';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IEmailIdentity } from 'aws-cdk-lib/aws-ses';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IParameter } from 'aws-cdk-lib/aws-ssm';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { BucketAccess } from './bucket-access';
import { ConfigurationAccess } from './configuration-access';
import { CustomAccess, type CustomAccessOptions } from './custom-access';
import { DatabaseAccess } from './database-access';
import type { DeclaredAccess } from './declared-access';
import { EmailAccess } from './email-access';
import { EventBusAccess } from './event-bus-access';
import { FunctionAccess } from './function-access';
import { KeyAccess } from './key-access';
import { KnowledgeBaseAccess } from './knowledge-base-access';
import { type InferenceProfileOptions, ModelAccess } from './model-access';
import { ParameterAccess, type ParameterAccessOptions, ParameterPathAccess } from './parameter-access';
import { QueueAccess } from './queue-access';
import { SecretAccess } from './secret-access';
import { StateMachineAccess, type StateMachineAccessOptions } from './state-machine-access';
import { StreamAccess } from './stream-access';
import { TableAccess } from './table-access';
import { TopicAccess } from './topic-access';

/**
 * Declares what a tool may do with one AWS resource. Start with the resource, then name the operations:
 * `Access.table(orders).get().query({ index: 'byCustomer' })`.
 *
 * Operations carry the names of the SDK calls that they allow. A resource under a customer managed key adds the
 * permission on that key, through the resource's service alone. A resource of another account also gets the statement
 * in its own policy, where that can be reached.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
 */
export class Access {
  /** Access to one DynamoDB table. */
  public static table(table: ITable): TableAccess {
    return TableAccess._of(table);
  }

  /** Access to one S3 bucket. */
  public static bucket(bucket: IBucket): BucketAccess {
    return BucketAccess._of(bucket);
  }

  /** Access to one secret of Secrets Manager. */
  public static secret(secret: ISecret): SecretAccess {
    return SecretAccess._of(secret);
  }

  /** Access to one parameter of Systems Manager Parameter Store. */
  public static parameter(parameter: IParameter, options: ParameterAccessOptions = {}): ParameterAccess {
    return ParameterAccess._of(parameter, options);
  }

  /** Access to the parameters under one path, for example `/shop/orders`. */
  public static parameterPath(path: string, options: ParameterAccessOptions = {}): ParameterPathAccess {
    return ParameterPathAccess._of(path, options);
  }

  /** Access to one SQS queue. */
  public static queue(queue: IQueue): QueueAccess {
    return QueueAccess._of(queue);
  }

  /** Access to one SNS topic. */
  public static topic(topic: ITopic): TopicAccess {
    return TopicAccess._of(topic);
  }

  /** Access to one EventBridge event bus. */
  public static eventBus(bus: IEventBus): EventBusAccess {
    return EventBusAccess._of(bus);
  }

  /** Access to one Step Functions state machine. */
  public static stateMachine(stateMachine: IStateMachine, options: StateMachineAccessOptions = {}): StateMachineAccess {
    return StateMachineAccess._of(stateMachine, options);
  }

  /**
   * Access to one Lambda function, alias or version. Never to the function of another tool: that call would pass by the
   * layers that guard it.
   */
  public static lambdaFunction(fn: IFunction): FunctionAccess {
    return FunctionAccess._of(fn);
  }

  /** Cryptographic operations with one KMS key. */
  public static key(key: IKey): KeyAccess {
    return KeyAccess._of(key);
  }

  /** Access to one Bedrock model. */
  public static model(model: IModel): ModelAccess {
    return ModelAccess._of(model);
  }

  /** Access to the Bedrock models behind one inference profile, through this profile alone. */
  public static inferenceProfile(options: InferenceProfileOptions): ModelAccess {
    return ModelAccess._ofProfile(options);
  }

  /** Access to one Bedrock knowledge base. */
  public static knowledgeBase(knowledgeBase: IKnowledgeBaseRef): KnowledgeBaseAccess {
    return KnowledgeBaseAccess._of(knowledgeBase);
  }

  /** Sending mail as one identity of SES. */
  public static emailIdentity(identity: IEmailIdentity): EmailAccess {
    return EmailAccess._of(identity);
  }

  /** Access to one Kinesis data stream. */
  public static stream(stream: IStream): StreamAccess {
    return StreamAccess._of(stream);
  }

  /** SQL through the RDS Data API, as the database user of one secret. */
  public static database(cluster: IDatabaseCluster, secret: ISecret): DatabaseAccess {
    return DatabaseAccess._of(cluster, secret);
  }

  /** One AppConfig configuration in one environment. */
  public static configuration(configuration: IConfiguration, environment: IEnvironment): ConfigurationAccess {
    return ConfigurationAccess._of(configuration, environment);
  }

  /**
   * Anything else, action by action, with a reason. The only way to a wildcard or to an action that widens rights; it
   * stands out in the report, and rules judge it like everything else.
   */
  public static custom(options: CustomAccessOptions): DeclaredAccess {
    return CustomAccess._of(options);
  }

  private constructor() {}
}
