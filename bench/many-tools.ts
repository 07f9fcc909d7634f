import { join } from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Access, FourLayerChecks, Inbound, SecureMcpGateway, ToolHandler, ToolSchema } from 'cdk-secure-mcp';

const TOOLS = join(__dirname, '..', 'examples', 'quickstart', 'tools');

/** One gateway with many tools, each with its own role, function, permit and condition. */
export function manyTools(app: App, count: number): void {
  const stack = new Stack(app, 'ManyTools');
  const orders = new Table(stack, 'Orders', { partitionKey: { name: 'orderId', type: AttributeType.STRING } });
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'many-tools', inbound: Inbound.cognito() });
  const agent = gateway.addAgent('agent');
  for (let index = 0; index < count; index++) {
    const tool = gateway.addTool(`refund-${index}`, {
      description: `Refund, number ${index}`,
      input: ToolSchema.fromFile(join(TOOLS, 'order-refund.schema.json')),
      handler: ToolHandler.fromEntry(join(TOOLS, 'order-refund.ts')),
      access: { ORDERS: Access.table(orders).update() },
    });
    tool.permit(agent, { when: [tool.arg('amount').between(0.01, 500)] });
  }
  Validations.of(app).addPlugins(new FourLayerChecks(app));
}
