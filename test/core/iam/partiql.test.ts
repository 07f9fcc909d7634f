import { partiQlTarget } from '../../../lib/core/iam/partiql';

test.each([
  ['SELECT * FROM "orders" WHERE a = 1', 'Select', 'orders', undefined],
  ['select a, b from my.orders', 'Select', 'my.orders', undefined],
  ['SELECT * FROM "orders"."by-customer" WHERE a = 1', 'Select', 'orders', 'by-customer'],
  ["SELECT 'from notes' FROM orders", 'Select', 'orders', undefined],
  ['SELECT "from notes" FROM orders', 'Select', 'orders', undefined],
  ["update orders set note = 'it''s from notes'", 'Update', 'orders', undefined],
  ["INSERT INTO orders VALUE {'from': 'notes'}", 'Insert', 'orders', undefined],
  ['delete from "orders" where id = ?', 'Delete', 'orders', undefined],
  [
    'UPDATE "arn:aws:dynamodb:eu-west-1:1:table/orders" SET a = 1',
    'Update',
    'arn:aws:dynamodb:eu-west-1:1:table/orders',
    undefined,
  ],
])('%s', (statement, verb, table, index) => {
  expect(partiQlTarget(statement)).toEqual({ verb, table, ...(index && { index }) });
});

test.each([
  'SELECT EXISTS(SELECT * FROM notes) FROM orders',
  'SELECT a FROM notes UNION SELECT a FROM orders',
  'SELECT -- from notes\n * FROM orders',
  "SELECT a -- ' \n FROM orders -- ' from notes",
  "SELECT a /* ' */ FROM orders /* ' */ from notes",
  "SELECT 'a FROM orders",
  'UPDATE orders SET a = 1 FROM notes',
  'DELETE orders',
  'INSERT orders VALUE {}',
  'SELECT * FROM "orders"."a"."b"',
  'SELECT * FROM "or""ders"',
  'SELECT * FROM',
  'constructor FROM orders',
  '',
])('which table is meant is not certain: %s', (statement) => {
  expect(partiQlTarget(statement)).toBeUndefined();
});
