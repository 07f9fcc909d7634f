import type { DeclaredAccess } from '../../lib/analysis/access-finding';
import { compareAccess } from '../../lib/analysis/compare';
import type { HandlerAnalysis, UsedPermission } from '../../lib/analysis/handler-analysis';

const at = { file: 'tools/order-lookup.ts', line: 12 };

const uses = (...used: Partial<UsedPermission>[]): HandlerAnalysis => ({
  used: used.map((one) => ({
    service: 'dynamodb',
    operation: 'GetItem',
    action: 'dynamodb:GetItem',
    resources: [{ kind: 'env', name: 'ORDERS' }],
    parts: [''],
    certainty: 'must',
    at,
    ...one,
  })),
  unverifiable: [],
  unreached: [],
});
const orders = (operations: string[], declaration: string, parts?: DeclaredAccess['parts']): DeclaredAccess => ({
  env: 'ORDERS',
  service: 'dynamodb',
  operations,
  resource: 'arn',
  declaration,
  parts,
});
const get = orders(['GetItem'], 'Access.table(Orders).get()', { GetItem: [''] });

test('what is declared and used is fine', () => {
  expect(compareAccess([get], uses({}))).toEqual([]);
});

test('a missing operation is an error with the line that fixes it', () => {
  expect(compareAccess([get], uses({}, { action: 'dynamodb:PutItem', operation: 'PutItem' }))).toEqual([
    {
      kind: 'missing',
      severity: 'error',
      message: 'the code needs dynamodb:PutItem on process.env.ORDERS, and no access allows it',
      fix: 'Write ORDERS: Access.table(Orders).get().put()',
      at,
      env: 'ORDERS',
      action: 'dynamodb:PutItem',
    },
  ]);
});

test('an index that is read needs its own declaration', () => {
  const query = uses({}, { action: 'dynamodb:Query', operation: 'Query', parts: ['/index/byCustomer'] });
  const onTable = orders(['GetItem', 'Query'], 'Access.table(Orders).get().query()', { GetItem: [''], Query: [''] });
  const onIndex = orders(['GetItem', 'Query'], "Access.table(Orders).get().query({ index: 'byCustomer' })", {
    GetItem: [''],
    Query: ['/index/byCustomer'],
  });

  expect(compareAccess([onTable], query).map(({ kind, fix }) => [kind, fix])).toEqual([
    ['missing', "Write ORDERS: Access.table(Orders).get().query().query({ index: 'byCustomer' })"],
    ['excess', 'Write ORDERS: Access.table(Orders).get()'],
  ]);
  expect(compareAccess([onIndex], query)).toEqual([]);
});

test('an unknown key is only covered by a star', () => {
  const bucket = (part: string): DeclaredAccess => ({
    env: 'B',
    service: 's3',
    operations: ['GetObject'],
    resource: 'arn',
    declaration: 'Access.bucket(B).get()',
    parts: { GetObject: [part] },
  });
  const reads = (part: string) =>
    uses({
      service: 's3',
      operation: 'GetObject',
      action: 's3:GetObject',
      resources: [{ kind: 'env', name: 'B' }],
      parts: [part],
    });
  const kinds = (declared: string, used: string) =>
    compareAccess([bucket(declared)], reads(used)).map(({ kind }) => kind);

  expect(kinds('/in/*', '/in/*')).toEqual([]);
  expect(kinds('/in/*', '/in/a.txt')).toEqual([]);
  expect(kinds('/*', '/*')).toEqual([]);
  expect(kinds('/in/*', '/*')).toContain('missing');
  expect(kinds('/in/a', '/in/*')).toContain('missing');
});

test('a variable that an access sets besides is the access, and what a setting names is not known', () => {
  const other = uses({ resources: [{ kind: 'env', name: 'ORDERS_INDEX' }] });
  const kinds = (declared: DeclaredAccess, settings: string[]) =>
    compareAccess([declared], other, settings).map(({ kind }) => kind);

  expect(kinds(get, [])).toEqual(['missing', 'excess']);
  expect(kinds({ ...get, companions: ['ORDERS_INDEX'] }, [])).toEqual([]);
  expect(kinds(get, ['ORDERS_INDEX'])).toEqual(['unverifiable']);
});

test('of the names that come together in a library, one of another service is no news', () => {
  const limit: DeclaredAccess = {
    env: 'LIMIT',
    service: 'ssm',
    operations: ['GetParameter'],
    resource: 'arn',
    declaration: 'Access.parameter(Limit).get()',
  };
  const kinds = (declared: DeclaredAccess[], reason?: string, names = ['LIMIT', 'ORDERS']) =>
    compareAccess(
      declared,
      uses({
        service: 'ssm',
        operation: 'GetParameter',
        action: 'ssm:GetParameter',
        resources: names.map((name) => ({ kind: 'env', name })),
        certainty: 'may',
        reason,
      }),
    )
      .filter(({ kind }) => kind === 'possibly-missing')
      .map(({ kind, env }) => `${kind} ${env}`);
  const library = 'library code, node_modules/x/index.js';

  expect(kinds([limit, get], library)).toEqual([]);
  expect(kinds([limit, get], 'one of several')).toEqual(['possibly-missing ORDERS']);
  expect(kinds([limit, { ...get, service: 'ssm' }], library)).toEqual(['possibly-missing ORDERS']);
  expect(kinds([limit], library)).toEqual(['possibly-missing ORDERS']);
  expect(kinds([get], library)).toEqual(['possibly-missing LIMIT', 'possibly-missing ORDERS']);
});

test('a guardrail belongs to the access of a model, and its name to the settings', () => {
  const applies = uses({
    service: 'bedrock',
    operation: 'Converse',
    action: 'bedrock:ApplyGuardrail',
    resources: [{ kind: 'env', name: 'GUARDRAIL' }],
  });
  const model: DeclaredAccess = {
    env: 'MODEL',
    service: 'bedrock',
    operations: ['ApplyGuardrail'],
    resource: 'arn',
    declaration: "Access.model('m').invoke({ guardrailArn: 'g' })",
  };

  expect(compareAccess([], applies).map(({ kind, fix }) => [kind, fix])).toEqual([
    [
      'missing',
      "Write MODEL: Access.model(<the model that MODEL names>).invoke({ guardrailArn: '<the ARN of what GUARDRAIL names>' }), and set GUARDRAIL in the environment of the tool",
    ],
  ]);
  expect(compareAccess([model], applies, ['GUARDRAIL']).map(({ kind }) => kind)).not.toContain('missing');
});

test('a variable that no access sets is missing', () => {
  const [finding] = compareAccess([get], uses({}, { resources: [{ kind: 'env', name: 'LEDGER' }] }));

  expect(finding).toMatchObject({
    kind: 'missing',
    env: 'LEDGER',
    fix: 'Write LEDGER: Access.table(<the table that LEDGER names>).get()',
  });
});

test.each<[string, Partial<UsedPermission>]>([
  ['one that only may happen', { action: 'dynamodb:PutItem', certainty: 'may', reason: 'library code' }],
  [
    'one of several tables, another of which is allowed',
    {
      resources: [
        { kind: 'env', name: 'ORDERS' },
        { kind: 'env', name: 'LEDGER' },
      ],
    },
  ],
])('no error for a call that may be fine: %s', (_name, used) => {
  const findings = compareAccess([get], uses({}, used));

  expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual([['possibly-missing', 'info']]);
});

test('when none of several tables is allowed, it is an error all the same', () => {
  const resources = [{ kind: 'env', name: 'A' } as const, { kind: 'env', name: 'B' } as const];

  expect(compareAccess([get], uses({}, { resources })).map(({ kind }) => kind)).toEqual(['missing', 'missing']);
});

test('an operation that no access allows is missing whatever its resource is', () => {
  const unknown = uses({}, { action: 'dynamodb:Scan', operation: 'Scan', resources: [{ kind: 'unknown' }] });

  expect(compareAccess([get], unknown).map(({ kind }) => kind)).toEqual(['missing']);
});

test('a resource that is not known may be any that allows the operation', () => {
  const findings = compareAccess([get], uses({ resources: [{ kind: 'unknown' }] }));

  expect(findings.map(({ kind, severity, fix }) => [kind, severity, fix])).toEqual([
    ['unverifiable', 'info', 'Name it by one of: process.env.ORDERS'],
  ]);
});

test('a resource that the caller chooses is a finding of its own', () => {
  const findings = compareAccess([get], uses({ resources: [{ kind: 'input' }] }));

  expect(findings).toContainEqual(
    expect.objectContaining({ kind: 'resource-from-input', severity: 'warning', at, action: 'dynamodb:GetItem' }),
  );
});

test('excess is a warning with the shorter line', () => {
  const declared = orders(['GetItem', 'Scan'], 'Access.table(Orders).get().scan()');

  expect(compareAccess([declared], uses({}))).toEqual([
    expect.objectContaining({
      kind: 'excess',
      severity: 'warning',
      message: 'ORDERS allows dynamodb:Scan, and no code uses it',
      fix: 'Write ORDERS: Access.table(Orders).get()',
    }),
  ]);
  expect(compareAccess([get], uses())[0]?.fix).toBe('Remove the access ORDERS');
});

test.each(['*', 'dynamodb'])('nothing is called excess where the code cannot be followed (%s)', (service) => {
  const analysis = { ...uses(), unverifiable: [{ service, reason: 'runs code from text', at }] };

  expect(compareAccess([get], analysis).map(({ kind }) => kind)).toEqual(['unverifiable']);
  expect(compareAccess([get], uses()).map(({ kind }) => kind)).toEqual(['excess']);
});

test.each([
  ['the operation', { service: 'dynamodb', operation: 'GetItem' }, true],
  ['any operation of the service', { service: 'dynamodb', operation: '*' }, true],
  ['any operation at all', { service: '*', operation: '*' }, true],
  ['another operation', { service: 'dynamodb', operation: 'PutItem' }, false],
  ['another service', { service: 's3', operation: '*' }, false],
])('what stands in code that the analysis does not come to is undecided: %s', (_name, mentioned, isUndecided) => {
  const analysis = { ...uses(), unreached: [{ ...mentioned, at: { file: 'src/old.py', line: 7 } }] };

  const [finding] = compareAccess([get], analysis);
  expect(finding).toMatchObject(
    isUndecided
      ? { kind: 'unverifiable', severity: 'info', env: 'ORDERS', at: { file: 'src/old.py', line: 7 } }
      : { kind: 'excess', severity: 'warning' },
  );
});

test('a name that much other code has, too, says nothing where no access allows it', () => {
  const unreached = { service: 'lambda', operation: 'Invoke', at };

  expect(compareAccess([], { ...uses(), unreached: [unreached] }).map(({ kind }) => kind)).toEqual(['unverifiable']);
  expect(compareAccess([], { ...uses(), unreached: [{ ...unreached, guessed: true }] })).toEqual([]);
});

test('of an access that names actions itself, each action is of its own service', () => {
  const custom = orders(['sqs:SendMessage', 'dynamodb:GetItem'], "Access.custom({ actions: ['sqs:SendMessage'] })");
  const unreached = [{ service: 'sqs', operation: 'SendMessage', at }];

  expect(compareAccess([custom], { ...uses({}), unreached }).map(({ kind }) => kind)).toEqual(['unverifiable']);
  expect(compareAccess([custom], uses({})).map(({ kind }) => kind)).toEqual(['excess']);
});

test('access that names actions covers them on any resource', () => {
  const custom = orders(['dynamodb:Get*'], "Access.custom({ actions: ['dynamodb:Get*'] })");

  expect(compareAccess([custom], uses({ resources: [{ kind: 'env', name: 'OTHER' }] }))).toEqual([]);
});

test('a declared operation that is not in the map is said to be unchecked', () => {
  expect(compareAccess([orders(['Teleport'], 'x')], uses())).toEqual([
    expect.objectContaining({ kind: 'unverifiable', message: expect.stringContaining('dynamodb Teleport') }),
  ]);
});
