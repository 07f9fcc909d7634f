import type { IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import {
  type AccessRendering,
  type AccessVerb,
  DeclaredAccess,
  type DeclaredOperation,
  renderVerbs,
} from './declared-access';
import { ownerOf } from './foreign-resource';
import { SecretAccess } from './secret-access';

/**
 * SQL through the RDS Data API: one Aurora cluster, as the database user whose password is in one secret. What a
 * statement may do inside the database is decided there: give the user no more than the tool needs.
 *
 * The environment variable carries the cluster's ARN, and a second one, its name followed by `_SECRET`, the secret's.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrdsdataapi.html
 */
export class DatabaseAccess extends DeclaredAccess {
  /** @internal */
  public static _of(cluster: IDatabaseCluster, secret: ISecret): DatabaseAccess {
    return new DatabaseAccess(cluster, secret, []);
  }

  private constructor(
    private readonly cluster: IDatabaseCluster,
    private readonly secret: ISecret,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `ExecuteStatement`. */
  public execute(): DatabaseAccess {
    return this.with('execute()', 'ExecuteStatement');
  }

  /** `BatchExecuteStatement`. */
  public batchExecute(): DatabaseAccess {
    return this.with('batchExecute()', 'BatchExecuteStatement');
  }

  /** `BeginTransaction`, `CommitTransaction` and `RollbackTransaction`. */
  public transaction(): DatabaseAccess {
    return this.with('transaction()', 'BeginTransaction', 'CommitTransaction', 'RollbackTransaction');
  }

  /** @internal */
  public _render(scope: IConstruct): AccessRendering {
    const secret = SecretAccess._of(this.secret).read()._render(scope);
    return {
      service: 'rds-data',
      environmentValue: this.cluster.clusterArn,
      companions: { _SECRET: secret.environmentValue },
      resourceArn: this.cluster.clusterArn,
      foreign: ownerOf(this.cluster),
      // The service reads the secret as the caller.
      implied: this.verbs.length === 0 ? [] : [secret],
      ...renderVerbs(`Access.database(${this.cluster.node.id}, ${this.secret.node.id})`, this.verbs),
    };
  }

  private with(call: string, ...operations: string[]): DatabaseAccess {
    const resources = [this.cluster.clusterArn];
    const verb: AccessVerb = {
      call,
      operations: operations.map(
        (operation): DeclaredOperation => ({
          operation,
          actions: [`rds-data:${operation}`],
          resources,
          readOnly: false,
          keyActions: [],
        }),
      ),
    };
    return new DatabaseAccess(this.cluster, this.secret, [...this.verbs, verb]);
  }
}
