import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** One SDK operation of a declared access, on exactly one resource. */
export interface DeclaredOperation {
  /** SDK operation, e.g. `GetItem`. */
  readonly operation: string;
  /** IAM actions it needs, e.g. `dynamodb:GetItem`. */
  readonly actions: readonly string[];
  /** ARN, may hold tokens. */
  readonly resource: string;
  readonly readOnly: boolean;
}

/** What an {@link Access} amounts to. */
export interface AccessRendering {
  readonly service: string;
  /** Value of the environment variable: the name the SDK call needs. */
  readonly environmentValue: string;
  /** ARN of the resource itself, for reports and proofs. */
  readonly resourceArn: string;
  readonly operations: readonly DeclaredOperation[];
  /** KMS key of the resource, if it has a customer managed one. */
  readonly encryptionKey?: IKey;
  /** How the author would write it. */
  readonly declaration: string;
}

/**
 * What a tool may do with one AWS resource, operation by operation.
 *
 * A declared access is the whole truth about a tool's role: it becomes the role's statements, the environment variable
 * that tells the handler the resource's name, and the expectation that the handler's code is compared with.
 * Nothing is ever widened: an operation that is not named is denied.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
 */
export abstract class Access {
  /** Access to one DynamoDB table. Name the operations: `Access.table(orders).get()`. */
  public static table(table: ITable): TableAccess {
    return TableAccess._of(table);
  }

  /** @internal */
  public abstract _render(): AccessRendering;
}

/** Options of {@link TableAccess.query} and {@link TableAccess.scan}. */
export interface TableReadOptions {
  /**
   * Name of the index to read. The statement then names only the index, not the table.
   *
   * @default - the table itself
   */
  readonly index?: string;
}

interface TableVerb {
  readonly call: string;
  readonly operation: string;
  readonly readOnly: boolean;
  readonly index?: string;
}

/**
 * Operations on one DynamoDB table. Each method returns a new value with one more operation, so calls can be chained.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export class TableAccess extends Access {
  /** @internal */
  public static _of(table: ITable): TableAccess {
    return new TableAccess(table, []);
  }

  private constructor(
    private readonly table: ITable,
    private readonly verbs: readonly TableVerb[],
  ) {
    super();
  }

  /** `GetItem`. */
  public get(): TableAccess {
    return this.with({ call: 'get()', operation: 'GetItem', readOnly: true });
  }

  /** `BatchGetItem`; does not include `GetItem`. */
  public batchGet(): TableAccess {
    return this.with({ call: 'batchGet()', operation: 'BatchGetItem', readOnly: true });
  }

  /** `Query` on the table, or on one index alone. */
  public query(options: TableReadOptions = {}): TableAccess {
    return this.with({ ...reading('query', options), operation: 'Query' });
  }

  /** `Scan` on the table, or on one index alone. Reads everything: prefer {@link query}. */
  public scan(options: TableReadOptions = {}): TableAccess {
    return this.with({ ...reading('scan', options), operation: 'Scan' });
  }

  /** `PutItem`. */
  public put(): TableAccess {
    return this.with({ call: 'put()', operation: 'PutItem', readOnly: false });
  }

  /** `UpdateItem`. */
  public update(): TableAccess {
    return this.with({ call: 'update()', operation: 'UpdateItem', readOnly: false });
  }

  /** `DeleteItem`. */
  public delete(): TableAccess {
    return this.with({ call: 'delete()', operation: 'DeleteItem', readOnly: false });
  }

  /** `ConditionCheckItem`, the read-only part of a transaction. */
  public conditionCheck(): TableAccess {
    return this.with({ call: 'conditionCheck()', operation: 'ConditionCheckItem', readOnly: true });
  }

  /** @internal */
  public _render(): AccessRendering {
    return {
      service: 'dynamodb',
      environmentValue: this.table.tableName,
      resourceArn: this.table.tableArn,
      encryptionKey: this.table.encryptionKey,
      declaration: `Access.table(${this.table.node.id})${this.verbs.map((verb) => `.${verb.call}`).join('')}`,
      operations: this.verbs.map((verb) => ({
        operation: verb.operation,
        actions: [`dynamodb:${verb.operation}`],
        resource: verb.index === undefined ? this.table.tableArn : `${this.table.tableArn}/index/${verb.index}`,
        readOnly: verb.readOnly,
      })),
    };
  }

  private with(verb: TableVerb): TableAccess {
    return new TableAccess(this.table, [...this.verbs, verb]);
  }
}

function reading(verb: string, options: TableReadOptions) {
  const call = options.index === undefined ? `${verb}()` : `${verb}({ index: '${options.index}' })`;
  return { call, readOnly: true, index: options.index };
}

/** The statements of one access: one per resource, plus what its encryption key needs. */
export function accessStatements(access: AccessRendering): PolicyStatement[] {
  const byResource = new Map<string, Set<string>>();
  for (const operation of access.operations) {
    const actions = byResource.get(operation.resource) ?? new Set<string>();
    for (const action of operation.actions) actions.add(action);
    byResource.set(operation.resource, actions);
  }
  const statements = [...byResource].map(
    ([resource, actions]) => new PolicyStatement({ actions: [...actions], resources: [resource] }),
  );
  if (access.encryptionKey !== undefined) {
    statements.push(keyStatement(access.service, access.encryptionKey, access.operations));
  }
  return statements;
}

/** A resource under a customer managed key is unreadable without `kms:Decrypt` through its own service. */
function keyStatement(service: string, key: IKey, operations: readonly DeclaredOperation[]): PolicyStatement {
  const writes = operations.some((operation) => !operation.readOnly);
  const { region, urlSuffix } = Stack.of(key);
  return new PolicyStatement({
    actions: writes ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}` } },
  });
}
