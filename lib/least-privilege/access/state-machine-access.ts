import { Arn, ArnFormat } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import { type AccessRendering, type AccessVerb, DeclaredAccess, renderVerbs } from './declared-access';
import { ownerOf } from './foreign-resource';

/** Options of `Access.stateMachine`. */
export interface StateMachineAccessOptions {
  /**
   * Customer managed key that the state machine is encrypted with. Needed to start it synchronously and to read its
   * executions.
   *
   * @default - none; the key of AWS needs no permission
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
   */
  readonly encryptionKey?: IKey;
}

/**
 * Operations on one Step Functions state machine. The environment variable carries its ARN.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
 */
export class StateMachineAccess extends DeclaredAccess {
  /** @internal */
  public static _of(stateMachine: IStateMachine, options: StateMachineAccessOptions): StateMachineAccess {
    return new StateMachineAccess(stateMachine, options, []);
  }

  private constructor(
    private readonly stateMachine: IStateMachine,
    private readonly options: StateMachineAccessOptions,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `StartExecution`. */
  public start(): StateMachineAccess {
    return this.with('start()', 'StartExecution', this.stateMachine.stateMachineArn, false);
  }

  /** `StartSyncExecution` of an express state machine. */
  public startSync(): StateMachineAccess {
    return this.with('startSync()', 'StartSyncExecution', this.stateMachine.stateMachineArn, false, ['kms:Decrypt']);
  }

  /** `DescribeExecution` of any execution of this state machine: its status, input and output. */
  public describeExecution(): StateMachineAccess {
    return this.with('describeExecution()', 'DescribeExecution', this.executions, true, ['kms:Decrypt']);
  }

  /** `StopExecution` of any execution of this state machine. */
  public stopExecution(): StateMachineAccess {
    return this.with('stopExecution()', 'StopExecution', this.executions, false);
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 'states',
      environmentValue: this.stateMachine.stateMachineArn,
      resourceArn: this.stateMachine.stateMachineArn,
      encryptionKey: this.options.encryptionKey,
      foreign: ownerOf(this.stateMachine),
      ...renderVerbs(`Access.stateMachine(${this.stateMachine.node.id})`, this.verbs),
    };
  }

  private get executions(): string {
    const { resourceName, ...machine } = Arn.split(this.stateMachine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
    return Arn.format({ ...machine, resource: 'execution', resourceName: `${resourceName}:*` });
  }

  private with(
    call: string,
    operation: string,
    resource: string,
    readOnly: boolean,
    keyActions: string[] = [],
  ): StateMachineAccess {
    const operations = [{ operation, actions: [`states:${operation}`], resources: [resource], readOnly, keyActions }];
    return new StateMachineAccess(this.stateMachine, this.options, [...this.verbs, { call, operations }]);
  }
}
