import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  Access,
  FourLayerChecks,
  Inbound,
  SecureMcpGateway,
  ToolConcurrency,
  ToolHandler,
  ToolSchema,
} from 'cdk-secure-mcp';

/** Four tools of an accounting desk. The role of each is its `access`, statement by statement. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'Accounting');
  const { key, invoices, orders, audit, rates } = resources(stack);
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'accounting', inbound: Inbound.cognito() });
  const desk = gateway.addAgent('desk');

  // begin: access
  // Objects under one prefix, and the key of the bucket through S3 alone.
  const read = gateway.addTool('invoice-read', {
    description: 'Read one invoice by its number',
    input: schema({ number: { type: 'string', maxLength: 20 } }),
    handler: ToolHandler.fromEntry(join(__dirname, 'tools', 'invoice-read.ts')),
    access: { INVOICES: Access.bucket(invoices).get({ prefix: 'invoices/' }) },
  });

  // Two attributes of an item, never the others, and one queue.
  const note = gateway.addTool('order-note', {
    description: 'Add a note to one order',
    input: schema({ orderId: { type: 'string', maxLength: 20 }, note: { type: 'string', maxLength: 500 } }),
    handler: ToolHandler.fromEntry(join(__dirname, 'tools', 'order-note.ts')),
    access: {
      ORDERS: Access.table(orders).update({ attributes: ['orderId', 'note'] }),
      AUDIT: Access.queue(audit).send(),
    },
    tracing: true,
    // Whatever is added to the role later stays below this.
    permissionsBoundary: boundary(stack, [orders.tableArn, audit.queueArn], key),
  });

  // Python, one parameter, other limits.
  const convert = gateway.addTool('price-convert', {
    description: 'Convert a price to euros',
    input: schema({ amount: { type: 'integer', minimum: 0, maximum: 1_000_000 } }),
    handler: ToolHandler.fromPythonFolder(join(__dirname, 'tools', 'price-convert')),
    access: { RATES: Access.parameter(rates).get() },
    timeout: Duration.seconds(3),
    concurrency: ToolConcurrency.reserved(2),
  });

  // What no method of Access describes takes a reason, which stands in the template.
  const count = gateway.addTool('order-count', {
    description: 'Tell about how many orders there are',
    input: schema({}),
    handler: ToolHandler.fromEntry(join(__dirname, 'tools', 'order-count.ts')),
    access: {
      ORDERS: Access.custom({
        actions: ['dynamodb:DescribeTable'],
        resources: [orders.tableArn],
        environmentValue: orders.tableName,
        readOnly: true,
        reason: 'the number of items, without a permission to read them',
      }),
    },
  });
  // end: access

  read.permit(desk);
  note.permit(desk);
  convert.permit(desk);
  count.permit(desk);
  Validations.of(app).addPlugins(new FourLayerChecks(app));
  return stack;
}

export function schema(properties: Record<string, object>): ToolSchema {
  return ToolSchema.fromJson(JSON.stringify({ type: 'object', properties, required: Object.keys(properties) }));
}

export function resources(stack: Stack) {
  const key = new Key(stack, 'Key', { enableKeyRotation: true, removalPolicy: RemovalPolicy.DESTROY });
  return {
    key,
    invoices: new Bucket(stack, 'Invoices', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    }),
    orders: new Table(stack, 'Orders', {
      partitionKey: { name: 'orderId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
    }),
    audit: new Queue(stack, 'Audit', { encryptionMasterKey: key, enforceSSL: true }),
    rates: new StringParameter(stack, 'Rates', { stringValue: '{"USD": 0.9}' }),
  };
}

function boundary(stack: Stack, arns: string[], key: Key): ManagedPolicy {
  return new ManagedPolicy(stack, 'ToolBoundary', {
    statements: [
      new PolicyStatement({ actions: ['dynamodb:*', 'sqs:SendMessage'], resources: arns }),
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }),
      new PolicyStatement({
        actions: ['kms:Decrypt', 'logs:CreateLogStream', 'logs:PutLogEvents', 'xray:Put*'],
        resources: ['*'],
      }),
    ],
  });
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
