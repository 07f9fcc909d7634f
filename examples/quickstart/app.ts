import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Access, FourLayerChecks, Inbound, SecureMcpGateway, ToolHandler, ToolRisk, ToolSchema } from 'cdk-secure-mcp';
import { OrdersTable } from './orders-table';

/** What a tool is made of: its description, tools/<name>.schema.json and tools/<name>.ts. */
function tool(name: string, description: string) {
  const file = join(__dirname, 'tools', name);
  return {
    description,
    input: ToolSchema.fromFile(`${file}.schema.json`),
    handler: ToolHandler.fromEntry(`${file}.ts`),
  };
}

/** Order support: an agent that helps customers with their orders, and one that only reports. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'OrderSupport');
  const orders = new OrdersTable(stack, 'Orders');
  const lookupTool = tool('order-lookup', 'Look up one order by its id');
  const listTool = tool('order-list', 'List the orders of one customer');
  const refundTool = { ...tool('order-refund', 'Refund an amount of one order'), risk: ToolRisk.DESTRUCTIVE };

  // begin: readme
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'order-support', inbound: Inbound.cognito() });

  const table = Access.table(orders); // what a tool may do is named, operation by operation
  const lookup = gateway.addTool('order-lookup', { ...lookupTool, access: { ORDERS: table.get() } });
  const list = gateway.addTool('order-list', { ...listTool, access: { ORDERS: table.query({ index: 'byCustomer' }) } });
  const refund = gateway.addTool('order-refund', { ...refundTool, access: { ORDERS: table.update() } });

  const support = gateway.addAgent('support'); // an OAuth client with exactly the scopes of its permits
  const reporting = gateway.addAgent('reporting');
  lookup.permit(support);
  list.permit(support);
  list.permit(reporting);
  refund.permit(support, { when: [refund.arg('amount').between(0.01, 500)] }); // Cedar, checked against the schema

  Validations.of(app).addPlugins(new FourLayerChecks(app));
  // end: readme
  return stack;
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
