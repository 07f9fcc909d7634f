import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Stage } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Access, type DeclaredAccess, Inbound, SecureMcpGateway, ToolHandler, ToolSchema } from 'cdk-secure-mcp';
import type { Construct } from 'constructs';

const ENTRY = join(mkdtempSync(join(tmpdir(), 'stages-')), 'get.js');
writeFileSync(
  ENTRY,
  `import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
const ddb = new DynamoDBClient({});
export const handler = async () => ddb.send(new GetItemCommand({ TableName: process.env.ORDERS, Key: {} }));
`,
);

type Choice = (table: ReturnType<typeof Access.table>) => DeclaredAccess;

function shopIn(scope: Construct, access: Choice): void {
  const stack = new Stack(scope, 'Shop');
  const gateway = new SecureMcpGateway(stack, 'Gateway', { inbound: Inbound.cognito() });
  const orders = Table.fromTableName(stack, 'Orders', 'orders');
  const tool = gateway.addTool('get-order', {
    description: 'Gets an order',
    input: ToolSchema.fromJson('{"type":"object","properties":{},"additionalProperties":false}'),
    handler: ToolHandler.fromEntry(ENTRY),
    access: { ORDERS: access(Access.table(orders)) },
  });
  tool.permit(gateway.addAgent('robot'));
}

function synthesize(choices: { readonly [stage: string]: Choice }) {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'stages-out-')) });
  const stages = Object.entries(choices).map(([name, access]) => {
    const stage = new Stage(app, name);
    shopIn(stage, access);
    return stage;
  });
  const assembly = app.synth();
  return stages.map((stage) => {
    const { directory, stacks } = assembly.getNestedAssembly(stage.artifactId);
    const report = JSON.parse(readFileSync(join(directory, 'least-privilege.json'), 'utf8')) as {
      readonly tools: readonly { readonly path: string; readonly missing: unknown[]; readonly excess: unknown[] }[];
    };
    return { template: JSON.stringify(stacks[0]!.template), report };
  });
}

test('the handlers of every stage are bundled and reported', () => {
  const results = synthesize({ Test: (table) => table.get(), Prod: (table) => table.get().query() });

  for (const { template } of results) expect(template).not.toContain('filled-in-by');
  expect(results.map(({ report }) => report.tools.map(({ path, excess }) => [path, excess.length]))).toEqual([
    [['Test/Shop/Gateway/get-order/Handler', 0]],
    [['Prod/Shop/Gateway/get-order/Handler', 1]],
  ]);
});

test('a call that no access allows fails the synthesis of an app with stages', () => {
  expect(() => synthesize({ Test: (table) => table.get(), Prod: (table) => table.put() })).toThrow(
    /ACCESS_MISSING.*Prod\/Shop\/Gateway\/get-order/s,
  );
});
