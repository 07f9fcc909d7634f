import type { RequestContext } from './conditions';
import { itemContext } from './dynamodb-context';
import { partiQlTarget } from './partiql';

/** One permission that a call needs. */
export interface RequiredPermission {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

export interface AwsCall {
  /** Signing name: `dynamodb`. */
  readonly service: string;
  /** `GetItem`. */
  readonly operation: string;
  /** The request's parameters. */
  readonly input: { readonly [name: string]: unknown };
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  /** Partition key of a table or index, for condition keys about items. */
  readonly partitionKeyOf?: (table: string, index?: string) => string | undefined;
}

/**
 * The permissions that a call needs, as the Service Authorization Reference lists them. `undefined` for a call that is
 * not known here: it cannot be judged and must be denied.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export function requiredPermissions(call: AwsCall): RequiredPermission[] | undefined {
  switch (call.service) {
    case 'dynamodb':
      return dynamoDb(call);
    case 'lambda':
      return lambda(call);
    default:
      return undefined;
  }
}

/** Operations on one table whose IAM action has the operation's name. */
const TABLE_OPERATIONS = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'DescribeTable',
  'DescribeTimeToLive',
  'UpdateTable',
  'DeleteTable',
]);

/** Parts of a transaction, by their key in an entry. */
const TRANSACTION_PARTS: { readonly [key: string]: string } = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function dynamoDb(call: AwsCall): RequiredPermission[] | undefined {
  const { operation, input } = call;
  if (TABLE_OPERATIONS.has(operation))
    return permit(
      call,
      operation,
      input.TableName,
      input.IndexName,
      contextOf(call, input, input.TableName, input.IndexName),
    );
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = Object.entries((input.RequestItems ?? {}) as object);
    return collect(
      tables.map(([table, part]) => permit(call, operation, table, undefined, contextOf(call, batchPart(part), table))),
    );
  }
  if (operation === 'TransactGetItems' || operation === 'TransactWriteItems') {
    const entries = Array.isArray(input.TransactItems) ? input.TransactItems : [];
    const parts = entries.flatMap((entry) => Object.entries(entry as Record<string, { TableName?: unknown }>));
    if (parts.length === 0) return undefined;
    return collect(
      parts.map(([key, part]) => {
        const action = Object.hasOwn(TRANSACTION_PARTS, key) ? TRANSACTION_PARTS[key] : undefined;
        const context = {
          ...contextOf(call, part, part?.TableName),
          'dynamodb:EnclosingOperation': operation,
        };
        return action === undefined ? undefined : permit(call, action, part?.TableName, undefined, context);
      }),
    );
  }
  if (operation === 'ListTables') return [{ action: 'dynamodb:ListTables', resource: '*', context: {} }];
  if (operation === 'ExecuteStatement') return partiQl(call, input.Statement);
  return undefined;
}

/** Query, Scan on an index need the index alone. Table names may be given as ARNs. */
function permit(
  call: AwsCall,
  operation: string,
  table: unknown,
  index?: unknown,
  context: RequestContext = {},
): RequiredPermission[] | undefined {
  if (typeof table !== 'string' || table === '') return undefined;
  const arn = table.startsWith('arn:')
    ? table
    : `arn:${call.partition}:dynamodb:${call.region}:${call.account}:table/${table}`;
  const resource = typeof index === 'string' ? `${arn}/index/${index}` : arn;
  return [{ action: `dynamodb:${operation}`, resource, context }];
}

/** The keys of one table in a batch: of the items that are read, or written and deleted. */
function batchPart(part: unknown): unknown {
  if (!Array.isArray(part)) return part;
  return { Keys: part.map((entry) => entry?.PutRequest?.Item ?? entry?.DeleteRequest?.Key) };
}

/** Context of one part of a request on a table. */
function contextOf(call: AwsCall, part: unknown, table: unknown, index?: unknown): RequestContext {
  const name = typeof table === 'string' ? table.replace(/^arn:.*:table\//, '') : '';
  return itemContext(part, call.partitionKeyOf?.(name, typeof index === 'string' ? index : undefined));
}

function partiQl(call: AwsCall, statement: unknown): RequiredPermission[] | undefined {
  const target = partiQlTarget(String(statement));
  return target && permit(call, `PartiQL${target.verb}`, target.table, target.index);
}

function lambda(call: AwsCall): RequiredPermission[] | undefined {
  if (call.operation !== 'Invoke' && call.operation !== 'InvokeWithResponseStream') return undefined;
  const name = call.input.FunctionName;
  if (typeof name !== 'string' || name === '') return undefined;
  const arn = name.startsWith('arn:')
    ? name
    : `arn:${call.partition}:lambda:${call.region}:${call.account}:function:${name}`;
  const qualifier = typeof call.input.Qualifier === 'string' ? `:${call.input.Qualifier}` : '';
  return [{ action: 'lambda:InvokeFunction', resource: `${arn}${qualifier}`, context: {} }];
}

function collect(lists: readonly (RequiredPermission[] | undefined)[]): RequiredPermission[] | undefined {
  return lists.length === 0 || lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
}
