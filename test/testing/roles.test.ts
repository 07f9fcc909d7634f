import { App, type CfnElement, NestedStack, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ExpectationError, rolesOf } from 'cdk-secure-mcp/testing';
import { GatewayApp } from '../support/gateway-app';

const shop = new GatewayApp();
shop.addTool('order-lookup').permit(shop.gateway.addAgent('support'));
const key = { partitionKey: { name: 'id', type: AttributeType.STRING } };
const ledger = new Table(shop.stack, 'Ledger', key);
const nested = new Table(new NestedStack(shop.stack, 'Nested'), 'Orders', key);
const elsewhere = new Table(new Stack(shop.app, 'Elsewhere'), 'Ledger', key);
const tool = () => rolesOf(shop.stack).tool('order-lookup');

test('a construct stands for its resource, in whichever stack it is', () => {
  for (const table of [ledger, nested, elsewhere]) tool().cannotReach(table).denies('dynamodb:GetItem', table);
  tool().allows('dynamodb:GetItem', shop.table);
  expect(() => tool().cannotReach(shop.table)).toThrow(
    /^expected that the role of tool order-lookup cannot reach \$\{Shop:Orders[\s\S]*\n {2}- .* reaches /,
  );
});

test('what does not hold is an error that says why', () => {
  expect(() => tool().canOnly(['s3:GetObject'])).toThrow(/can only s3:GetObject\n\n[\s\S]*allows dynamodb:GetItem/);
  expect(() => tool().allows('dynamodb:PutItem', shop.table)).toThrow(ExpectationError);
  expect(() => tool().denies('dynamodb:GetItem', shop.table)).toThrow(
    /denies dynamodb:GetItem on .*\n\n {2}- a statement allows it/,
  );
});

test('a template of one stack takes constructs, logical ids and ARNs', () => {
  const roles = rolesOf(shop.template()).tool('order-lookup');
  const id = shop.stack.getLogicalId(ledger.node.defaultChild as never);

  roles.cannotReach(ledger).cannotReach(id).denies('s3:GetObject', 'arn:aws:s3:::any/key');
  expect(() => roles.denies('dynamodb:PutItem', ledger.tableArn)).toThrow(
    /stands for a value of the CDK; pass the constr/,
  );
  expect(() => roles.cannotReach('Nothing')).toThrow(/0 resources have the logical id "Nothing"/);
  expect(() => roles.cannotReach(shop.stack)).toThrow(/stands for no single resource/);
});

test('an ARN that may be the one of a table of the app is not shown to be another', () => {
  const arn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders';

  expect(() => tool().denies('dynamodb:GetItem', arn)).toThrow(/may allow it by \$\{Shop:Orders/);
  tool().denies('dynamodb:PutItem', arn);
});

test('a policy that is not known shows nothing', () => {
  const template = JSON.parse(JSON.stringify(shop.template().toJSON())) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  for (const { Type, Properties } of Object.values(template.Resources))
    if (Type === 'AWS::IAM::Role') Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/AdministratorAccess'];
  const roles = rolesOf(template).tool('order-lookup');

  for (const run of [
    () => roles.cannotReach(ledger),
    () => roles.denies('dynamodb:PutItem', ledger),
    () => roles.allows('dynamodb:GetItem', shop.table),
  ])
    expect(run).toThrow(/the managed policy .*AdministratorAccess is not known/);
});

test.each<[string, object]>([
  ['is not known', {}],
  ['is fixed', { env: { account: '111122223333', region: 'eu-west-1' } }],
])('the policy that the CDK gives to a key leaves it to the account, which %s', (_name, props) => {
  const app = new App();
  const stack = new Stack(app, 'Shop', props);
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const key = new Key(stack, 'Key');
  role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [key.keyArn] }));
  const roles = rolesOf(stack).role(stack.getLogicalId(role.node.defaultChild as CfnElement));

  roles.allows('kms:Decrypt', key);
  expect(() => roles.allows('kms:Encrypt', key)).toThrow(/no identity-based policy allows/);
});
