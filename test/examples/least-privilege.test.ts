import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { build } from '../../examples/least-privilege/app';
import { BASE_ACTIONS } from '../least-privilege/support';
import { ACCOUNT, REGION, RenderedRole, type RenderedTemplate } from '../support/rendered-role';

const template = Template.fromStack(build(new App()));
const rendered = template.toJSON() as RenderedTemplate;
const roleOf = (tool: string) => RenderedRole.find(rendered, `Gateway${tool}Handler`);
const arnOf = (prefix: string) => {
  const [id] = Object.keys(rendered.Resources).filter((logicalId) =>
    new RegExp(`^${prefix}[0-9A-F]{8}$`).test(logicalId),
  );
  return `arn:aws:made:${REGION}:${ACCOUNT}:${id}`;
};

test.each([
  ['invoiceread', ['s3:GetObject', 'kms:Decrypt']],
  [
    'ordernote',
    [
      'dynamodb:UpdateItem',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'sqs:SendMessage',
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ],
  ],
  ['priceconvert', ['ssm:GetParameter']],
  ['ordercount', ['dynamodb:DescribeTable']],
])('the role of %s is its declaration', (tool, actions) => {
  const granted = roleOf(tool).statements.flatMap((statement) => statement.Action ?? []);
  const tracing = tool === 'ordernote' ? ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] : [];

  expect(granted).toEqual([...actions, ...BASE_ACTIONS, ...tracing]);
});

test('a note touches the note and nothing else of an order', () => {
  const role = roleOf('ordernote');
  const update = (...attributes: string[]) =>
    role.allows('dynamodb:UpdateItem', arnOf('Orders'), { 'dynamodb:Attributes': attributes });

  expect(update('orderId', 'note')).toBe(true);
  expect(update('orderId', 'note', 'refundable')).toBe(false);
});

test('an invoice is read under its prefix', () => {
  const role = roleOf('invoiceread');

  expect(role.allows('s3:GetObject', `${arnOf('Invoices')}/invoices/1.json`)).toBe(true);
  expect(role.allows('s3:GetObject', `${arnOf('Invoices')}/payroll/1.json`)).toBe(false);
});

test('the reason of the custom access stands in the template', () => {
  template.hasResource('AWS::Lambda::Function', {
    Metadata: {
      'cdk-secure-mcp': Match.objectLike({
        tool: 'order-count',
        weakenings: [Match.objectLike({ weakening: 'Access.custom' })],
      }),
    },
  });
});
