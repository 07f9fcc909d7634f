import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IConstruct } from 'constructs';
import {
  type AccessProblem,
  type AccessRendering,
  type AccessVerb,
  type Conditions,
  DeclaredAccess,
  describeCall,
  renderVerbs,
} from './declared-access';
import { checkExact, checkList } from './exact-text';
import { isForeign, ownerOf } from './foreign-resource';

/** Limits on what a request to a table may touch. */
export interface TableLimitOptions {
  /**
   * Attributes that a request may name, the key attributes included. Requests that ask for all attributes are denied.
   *
   * @default - all attributes
   */
  readonly attributes?: string[];
}

/** Options of {@link TableAccess.scan}. */
export interface TableReadOptions extends TableLimitOptions {
  /**
   * Name of the index to read. The statement then names only the index, not the table.
   *
   * @default - the table itself
   */
  readonly index?: string;
}

/** Options of {@link TableAccess.query}. */
export interface TableQueryOptions extends TableReadOptions {
  /**
   * Values that the partition key may have. `*` and `?` make a pattern: `tenant-1#*`. A policy variable such as
   * `${aws:PrincipalTag/tenant}` is filled in for each request.
   *
   * @default - all
   */
  readonly leadingKeys?: string[];
}

/** Options of {@link TableAccess.batchGet}, {@link TableAccess.batchWrite} and {@link TableAccess.conditionCheck}. */
export interface TableKeyOptions extends TableLimitOptions {
  /**
   * Values that the partition key may have. `*` and `?` make a pattern: `tenant-1#*`. A policy variable such as
   * `${aws:PrincipalTag/tenant}` is filled in for each request.
   *
   * @default - all
   */
  readonly leadingKeys?: string[];
}

/** Options of the operations on one item. */
export interface TableItemOptions extends TableKeyOptions {
  /**
   * Only as a part of `TransactGetItems` or `TransactWriteItems`, never on its own.
   *
   * @default false
   */
  readonly transactionOnly?: boolean;
}

/**
 * Operations on one DynamoDB table. Each method returns a new value with one more operation, so calls can be chained.
 *
 * Limits on keys and attributes hold also for requests that leave them out: those are denied.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export class TableAccess extends DeclaredAccess {
  /** @internal */
  public static _of(table: ITable): TableAccess {
    return new TableAccess(table, []);
  }

  private constructor(
    private readonly table: ITable,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `GetItem`, also as part of `TransactGetItems`. */
  public get(options: TableItemOptions = {}): TableAccess {
    return this.with('get', 'GetItem', options, { enclosing: 'TransactGetItems' });
  }

  /** `BatchGetItem`; does not include `GetItem`. */
  public batchGet(options: TableKeyOptions = {}): TableAccess {
    return this.with('batchGet', 'BatchGetItem', options);
  }

  /** `Query` on the table, or on one index alone. */
  public query(options: TableQueryOptions = {}): TableAccess {
    return this.with('query', 'Query', options);
  }

  /** `Scan` on the table, or on one index alone. Reads everything: prefer {@link query}. */
  public scan(options: TableReadOptions = {}): TableAccess {
    return this.with('scan', 'Scan', options);
  }

  /** `PutItem`, also as part of `TransactWriteItems`. */
  public put(options: TableItemOptions = {}): TableAccess {
    return this.with('put', 'PutItem', options, {
      writes: true,
      enclosing: 'TransactWriteItems',
      returnValues: ['NONE'],
    });
  }

  /** `UpdateItem`, also as part of `TransactWriteItems`. */
  public update(options: TableItemOptions = {}): TableAccess {
    return this.with('update', 'UpdateItem', options, {
      writes: true,
      enclosing: 'TransactWriteItems',
      returnValues: ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'],
    });
  }

  /** `DeleteItem`, also as part of `TransactWriteItems`. */
  public delete(options: TableItemOptions = {}): TableAccess {
    return this.with('delete', 'DeleteItem', options, {
      writes: true,
      enclosing: 'TransactWriteItems',
      returnValues: ['NONE'],
    });
  }

  /** `BatchWriteItem`; does not include `PutItem` and `DeleteItem`. */
  public batchWrite(options: TableKeyOptions = {}): TableAccess {
    return this.with('batchWrite', 'BatchWriteItem', options, { writes: true });
  }

  /** `ConditionCheckItem`, the read-only part of `TransactWriteItems`. */
  public conditionCheck(options: TableKeyOptions = {}): TableAccess {
    return this.with('conditionCheck', 'ConditionCheckItem', options);
  }

  /** @internal */
  public _render(scope: IConstruct): AccessRendering {
    const { table } = this;
    return {
      service: 'dynamodb',
      // The SDK takes an ARN where it takes a name; a name alone means this account.
      environmentValue: isForeign(table.env.account, scope) ? table.tableArn : table.tableName,
      resourceArn: table.tableArn,
      encryptionKey: table.encryptionKey,
      // The policy is a property of the table, which cannot refer to its own ARN.
      foreign: ownerOf(table, ['*']),
      ...renderVerbs(`Access.table(${table.node.id})`, this.verbs),
    };
  }

  private with(name: string, operation: string, options: TableOptions, kind: TableKind = {}): TableAccess {
    const { index } = options;
    const verb: AccessVerb = {
      call: describeCall(name, options),
      problems: optionProblems(options),
      operations: [
        {
          operation,
          actions: [`dynamodb:${operation}`],
          resources: [index === undefined ? this.table.tableArn : `${this.table.tableArn}/index/${index}`],
          readOnly: kind.writes !== true,
          conditions: conditionsOf(options, kind),
        },
      ],
    };
    return new TableAccess(this.table, [...this.verbs, verb]);
  }
}

interface TableOptions extends TableItemOptions, TableQueryOptions {}

interface TableKind {
  readonly writes?: boolean;
  /** The transaction it may be a part of. */
  readonly enclosing?: string;
  /** Values of `ReturnValues` that hand out no attribute that was not written. */
  readonly returnValues?: readonly string[];
}

function optionProblems({ index, attributes, leadingKeys }: TableOptions): AccessProblem[] {
  const everything = leadingKeys?.filter((key) => /^[*?]*$/.test(key)) ?? [];
  return [
    ...checkExact('the index of a table', index),
    ...checkExact('an attribute', ...(attributes ?? [])),
    ...checkList('attributes', attributes),
    ...checkList('leadingKeys', leadingKeys),
    ...everything.flatMap((key) => checkExact('a leading key', key)),
  ];
}

/**
 * `ForAllValues` holds for a request without the key, so each limit comes with `Null`, as the IAM User Guide asks, and
 * with the companions of the DynamoDB guide that refuse requests for all attributes.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function conditionsOf(options: TableOptions, kind: TableKind): Conditions | undefined {
  const { attributes, leadingKeys, transactionOnly } = options;
  const conditions: Record<string, Record<string, string | readonly string[]>> = {};
  const add = (operator: string, key: string, value: string | readonly string[]) => {
    conditions[operator] = { ...conditions[operator], [key]: value };
  };
  if (leadingKeys !== undefined) {
    const patterns = leadingKeys.some((key) => /[*?]/.test(key));
    add(`ForAllValues:String${patterns ? 'Like' : 'Equals'}`, 'dynamodb:LeadingKeys', leadingKeys);
    add('Null', 'dynamodb:LeadingKeys', 'false');
  }
  if (attributes !== undefined) {
    add('ForAllValues:StringEquals', 'dynamodb:Attributes', attributes);
    add('Null', 'dynamodb:Attributes', 'false');
    if (kind.writes !== true) add('StringEqualsIfExists', 'dynamodb:Select', 'SPECIFIC_ATTRIBUTES');
    if (kind.returnValues !== undefined) add('StringEqualsIfExists', 'dynamodb:ReturnValues', kind.returnValues);
  }
  if (transactionOnly === true && kind.enclosing !== undefined) {
    add('StringEquals', 'dynamodb:EnclosingOperation', kind.enclosing);
  }
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}
