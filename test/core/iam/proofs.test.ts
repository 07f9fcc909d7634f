import { type ProofTarget, RoleProofs, type RoleStatementText } from '../../../lib/core/iam/proofs';

const TABLE: ProofTarget = { arn: '${Shop:Orders.Arn}', service: 'dynamodb' };
const ALLOW: RoleStatementText = {
  effect: 'Allow',
  actions: ['dynamodb:GetItem'],
  notActions: [],
  resources: [TABLE.arn],
  notResources: [],
  at: 'Allow',
};
const DENY: RoleStatementText = { ...ALLOW, effect: 'Deny', actions: ['*'], resources: ['*'], at: 'Deny' };

const role = (...statements: RoleStatementText[]) => new RoleProofs('Role', statements, []);
const denies = (context: object, ...statements: RoleStatementText[]) =>
  role(...statements).denies('dynamodb:GetItem', TABLE, context as never).proven;
const allows = (context: object, ...statements: RoleStatementText[]) =>
  role(...statements).allows('dynamodb:GetItem', TABLE, context as never).proven;

test.each([
  'appsync:GraphQL',
  'bedrock:InvokeAgent',
  'bedrock:InvokeFlow',
  'codebuild:StartBuild',
  'codebuild:StartBuildBatch',
  'ecs:ExecuteCommand',
  'ecs:RunTask',
  'events:PutEvents',
  'events:PutRule',
  'events:PutTargets',
  'execute-api:Invoke',
  'glue:StartJobRun',
  'iam:PassRole',
  'kms:CreateGrant',
  'kms:PutKeyPolicy',
  'lambda:CreateFunction',
  'lambda:InvokeFunctionUrl',
  'lambda:UpdateFunctionCode',
  'scheduler:CreateSchedule',
  'scheduler:UpdateSchedule',
  'sns:Publish',
  'sqs:SendMessage',
  'ssm:SendCommand',
  'ssm:StartAutomationExecution',
  'ssm:StartSession',
  'states:RedriveExecution',
  'states:StartExecution',
  'states:StartSyncExecution',
  'sts:AssumeRoleWithWebIdentity',
  'sts:GetFederationToken',
])('%s is a way to act through something else', (action) => {
  const ledger = { ...TABLE, arn: '${Shop:Ledger.Arn}', name: 'ledger' };
  const by = (one: string) =>
    role({ ...ALLOW, actions: [one], resources: [`arn:aws:${one.split(':')[0]}:eu-west-1:1:x/y`] });

  expect(by(action).cannotReach(ledger).proven).toBe(false);
  expect(by(action).cannotReach(ledger, [action]).proven).toBe(true);
  expect(by('s3:GetObject').cannotReach(ledger).proven).toBe(true);
});

test('what NotAction leaves of AssumeRole names roles', () => {
  const paths = (service: string) =>
    role({ ...ALLOW, actions: [], notActions: ['iam:*'], resources: [`arn:aws:${service}::1:role/x`] }).indirectPaths();

  expect(paths('iam')).toContain('sts:AssumeRole* on arn:aws:iam::1:role/x');
  expect(paths('s3')).toEqual([]);
});

const TEAM = 'aws:PrincipalTag/team';
test.each<[string, unknown, object]>([
  ['a key that the context does not give', { StringEquals: { [TEAM]: 'red' } }, {}],
  ['a negated operator on such a key', { StringNotEquals: { [TEAM]: 'red' } }, {}],
  ['a value that is not known', { StringEquals: { [TEAM]: null } }, { [TEAM]: 'blue' }],
  ['a value of the deployment', { StringEquals: { [TEAM]: '${AWS::AccountId}' } }, { [TEAM]: '111122223333' }],
  ['a variable that the context does not give', { StringLike: { [TEAM]: '${aws:username}' } }, { [TEAM]: 'blue' }],
  [
    'a default where the context does not give the key',
    { StringLike: { [TEAM]: "${aws:username, 'red'}" } },
    { [TEAM]: 'blue' },
  ],
  ['an operator that is not known', { StringMatches: { [TEAM]: 'red' } }, { [TEAM]: 'blue' }],
  ['an operator whose keys are not known', { StringEquals: null }, { [TEAM]: 'blue' }],
  ['a condition that is not known', null, {}],
])('%s decides nothing', (_name, condition, context) => {
  expect(denies(context, { ...ALLOW, condition })).toBe(false);
  expect(denies(context, ALLOW, { ...DENY, condition })).toBe(false);
  const known = { StringEquals: { [TEAM]: 'red' } };
  expect(denies({ [TEAM]: 'blue' }, { ...ALLOW, condition: known })).toBe(true);
  expect(denies({ [TEAM]: 'red' }, ALLOW, { ...DENY, condition: known })).toBe(true);
});

test('for what is allowed, the context holds all keys of the request', () => {
  const condition = { StringEquals: { [TEAM]: 'red' } };

  expect(allows({}, ALLOW, { ...DENY, condition })).toBe(true);
  expect(allows({ [TEAM]: 'red' }, ALLOW, { ...DENY, condition })).toBe(false);
  expect(allows({ [TEAM]: 'blue' }, ALLOW, { ...DENY, condition: { StringEquals: { [TEAM]: null } } })).toBe(false);
  expect(allows({}, ALLOW, { ...DENY, condition: null })).toBe(false);
  expect(allows({}, { ...ALLOW, condition: null })).toBe(false);
});

test('a value of the deployment is equal to itself', () => {
  const account = '${AWS::AccountId}';
  const own = { ...ALLOW, condition: { StringEquals: { 'aws:ResourceAccount': account } } };

  expect(allows({ 'aws:ResourceAccount': account }, own)).toBe(true);
  expect(allows({ 'aws:ResourceAccount': '111122223333' }, own)).toBe(false);
});

test('a denial that may be about the resource stands against allows, and does not help denies', () => {
  const named = { ...TABLE, name: 'orders' };
  const decided = (resource: string) => {
    const both = role(ALLOW, { ...DENY, resources: [resource, `${resource}/*`] });
    return [both.allows('dynamodb:GetItem', named).proven, both.denies('dynamodb:GetItem', named).proven];
  };

  expect(decided('arn:aws:dynamodb:eu-west-1:1:table/orders')).toEqual([false, false]);
  expect(decided('arn:aws:dynamodb:eu-west-1:1:table/letters')).toEqual([true, false]);
  expect(decided(TABLE.arn)).toEqual([false, true]);
});

test('a resource stands for what is below it, an ARN alone does not', () => {
  const index = { ...ALLOW, actions: ['dynamodb:Query'], resources: [`${TABLE.arn}/index/i`] };
  const denied = (target: ProofTarget, ...more: RoleStatementText[]) =>
    role(index, ...more).denies('dynamodb:Query', target).proven;

  expect(denied(TABLE)).toBe(false);
  expect(denied({ ...TABLE, alone: true })).toBe(true);
  expect(denied(TABLE, { ...DENY, resources: [TABLE.arn] })).toBe(false);
  expect(denied(TABLE, { ...DENY, resources: [`${TABLE.arn}/*`] })).toBe(true);
});

test.each<[string, ProofTarget, string, string]>([
  ['an index', { ...TABLE, name: 'orders' }, 'dynamodb:eu-west-1:1:table/orders/index/*', 'dynamodb:*:1:table/notes/*'],
  ['a star over two parts', { ...TABLE, name: 'orders' }, 'dynamodb:*/orders', 'dynamodb:*:*:table/?orders'],
  [
    'the suffix of a secret',
    { arn: '${Shop:Secret}', service: 'secretsmanager', name: 'shop/db' },
    'secretsmanager:eu-west-1:1:secret:shop/db-AbCdEf',
    'secretsmanager:eu-west-1:1:secret:shop/api-??????',
  ],
  [
    'a star that takes in the type',
    { arn: '${Shop:Fn.Arn}', service: 'lambda', name: 'refund' },
    'lambda:*:*:refund',
    'lambda:*:*:function:refunds:*',
  ],
])('a literal ARN may be that of a named resource: %s', (_name, target, own, other) => {
  const by = (arn: string) => role({ ...ALLOW, actions: [`${target.service}:Get*`], resources: [`arn:aws:${arn}`] });

  expect(by(own).cannotReach(target).proven).toBe(false);
  expect(by(other).cannotReach(target).proven).toBe(true);
});

test('a literal target and one with the account of the deployment may be the same', () => {
  const at = (account: string) => `arn:aws:dynamodb:eu-west-1:${account}:table/orders`;
  const target = { arn: at('${AWS::AccountId}'), service: 'dynamodb', alone: true };
  const denied = (resource: string) =>
    role({ ...ALLOW, resources: [resource] }).denies('dynamodb:GetItem', target).proven;

  expect(denied(at('111122223333'))).toBe(false);
  expect(denied(at('111122223333').replace('orders', 'letters'))).toBe(true);
});

test.each([
  ['dynamodb:GetItems', /dynamodb has no action GetItems; look it up/],
  ['dynamodb:Get*', /dynamodb:Get\* is no single action; name each one/],
  ['*', /is no single action/],
  ['GetItem', /is no single action/],
  ['s3:HeadObject', /is an operation, and no action of IAM; ask for what it needs: s3:GetObject/],
])('%s is no action that a request has', (action, message) => {
  for (const ask of [() => role().denies(action, TABLE), () => role().allows(action, TABLE)]) {
    expect(ask).toThrow(RangeError);
    expect(ask).toThrow(message);
  }
  for (const known of ['dynamodb:GetItem', 'DynamoDB:getitem', 'unheard-of:Anything'])
    expect(role().denies(known, TABLE).proven).toBe(true);
});

test.each([
  ['kms:Decrypt', 'arn:aws:kms:eu-west-1:111122223333:key/k'],
  ['sts:AssumeRole', 'arn:aws:iam::111122223333:role/other'],
])('%s needs the policy on the other side to be allowed, and is not denied without it', (action, arn) => {
  const target: ProofTarget = { arn, service: action.split(':')[0]!, alone: true };
  const own: RoleStatementText = { ...ALLOW, actions: [action], resources: [arn] };
  const may = role(own);
  const delegated = new RoleProofs('Role', [own], [], undefined, undefined, [{ ...own, grantedTo: 'account' }]);

  expect(may.denies(action, target).proven).toBe(false);
  expect(may.allows(action, target).proven).toBe(false);
  expect(delegated.allows(action, target).proven).toBe(true);
  expect(role({ ...ALLOW, actions: [action], resources: [`${arn}-2`] }).denies(action, target).proven).toBe(true);
  expect(role().allows(action, target).proven).toBe(false);
});

test('a default of a variable decides nothing where the request may have the key', () => {
  const at = 'arn:aws:s3:::home/';
  const get = { ...ALLOW, actions: ['s3:GetObject'] };
  const resources = [`${at}\${aws:username, 'ann'}`];
  const object = (name: string): ProofTarget => ({ arn: at + name, service: 's3', alone: true });
  const denied = (name: string, context: object, ...statements: RoleStatementText[]) =>
    role(...statements).denies('s3:GetObject', object(name), context as never).proven;

  expect(denied('bob', {}, { ...get, resources })).toBe(false);
  expect(denied('bob', { 'aws:username': 'eve' }, { ...get, resources })).toBe(true);
  const all = { ...get, resources: ['*'] };
  expect(denied('ann', {}, all, { ...DENY, resources })).toBe(false);
  expect(denied('ann', { 'aws:username': 'ann' }, all, { ...DENY, resources })).toBe(true);
  expect(role({ ...get, resources }).allows('s3:GetObject', object('ann')).proven).toBe(true);
});
