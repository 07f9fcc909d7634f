import { requiredPermissions } from '../../../lib/core/iam/aws-operation';

const TABLE = 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders';

function needs(operation: string, input: Record<string, unknown>, service = 'dynamodb') {
  return requiredPermissions({
    service,
    operation,
    input,
    partition: 'aws',
    region: 'eu-west-1',
    account: '111122223333',
  })?.map(({ action, resource }) => `${action} ${resource}`);
}

test.each<[string, string, Record<string, unknown>, string[]]>([
  ['one item', 'GetItem', { TableName: 'orders' }, [`dynamodb:GetItem ${TABLE}`]],
  ['a table by ARN', 'GetItem', { TableName: TABLE }, [`dynamodb:GetItem ${TABLE}`]],
  ['an index alone', 'Query', { TableName: 'orders', IndexName: 'i' }, [`dynamodb:Query ${TABLE}/index/i`]],
  ['a batch has its own action', 'BatchGetItem', { RequestItems: { orders: {} } }, [`dynamodb:BatchGetItem ${TABLE}`]],
  [
    'a transaction needs its parts',
    'TransactWriteItems',
    { TransactItems: [{ Put: { TableName: 'orders' } }, { ConditionCheck: { TableName: 'ledger' } }] },
    [`dynamodb:PutItem ${TABLE}`, 'dynamodb:ConditionCheckItem arn:aws:dynamodb:eu-west-1:111122223333:table/ledger'],
  ],
  [
    'PartiQL by verb',
    'ExecuteStatement',
    { Statement: 'SELECT * FROM "orders" WHERE a = 1' },
    [`dynamodb:PartiQLSelect ${TABLE}`],
  ],
  [
    'PartiQL with the name of another table in a text',
    'ExecuteStatement',
    { Statement: "UPDATE orders SET note = 'from letters'" },
    [`dynamodb:PartiQLUpdate ${TABLE}`],
  ],
  [
    'PartiQL on an index',
    'ExecuteStatement',
    { Statement: 'SELECT * FROM "orders"."by-customer"' },
    [`dynamodb:PartiQLSelect ${TABLE}/index/by-customer`],
  ],
  ['PartiQL update', 'ExecuteStatement', { Statement: 'update orders set a = 1' }, [`dynamodb:PartiQLUpdate ${TABLE}`]],
])('%s', (_name, operation, input, expected) => {
  expect(needs(operation, input)).toEqual(expected);
});

test('an invocation needs the qualified function', () => {
  expect(needs('Invoke', { FunctionName: 'f', Qualifier: 'live' }, 'lambda')).toEqual([
    'lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:f:live',
  ]);
});

test.each<[string, string, Record<string, unknown>]>([
  ['an unknown operation', 'RestoreEverything', { TableName: 'orders' }],
  ['no table', 'GetItem', {}],
  ['a table that is no text', 'GetItem', { TableName: { evil: true } }],
  ['an empty transaction', 'TransactWriteItems', { TransactItems: [] }],
  [
    'a transaction part that is unknown',
    'TransactWriteItems',
    { TransactItems: [{ constructor: { TableName: 'orders' } }] },
  ],
  ['a batch of nothing', 'BatchGetItem', { RequestItems: {} }],
])('cannot be judged: %s', (_name, operation, input) => {
  expect(needs(operation, input)).toBeUndefined();
});

test('an unknown service cannot be judged', () => {
  expect(needs('GetObject', { Bucket: 'b' }, 's3')).toBeUndefined();
});
