import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Access, FourLayerChecks, Inbound, SecureMcpGateway, ToolHandler, ToolRisk, ToolSchema } from 'cdk-secure-mcp';
import { OrdersTable } from './orders-table';

/** Order support: an agent that helps customers with their orders, and one that only reports. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'OrderSupport');
  const orders = new OrdersTable(stack, 'Orders');
  const tool = (name: string) => ({
    input: ToolSchema.fromFile(join(__dirname, 'tools', `${name}.schema.json`)),
    handler: ToolHandler.fromEntry(join(__dirname, 'tools', `${name}.ts`)),
  });

  // begin: readme
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'order-support', inbound: Inbound.cognito() });

  const lookup = gateway.addTool('order-lookup', {
    description: 'Look up one order by its id',
    ...tool('order-lookup'),
    access: { ORDERS: Access.table(orders).get() },
  });
  const list = gateway.addTool('order-list', {
    description: 'List the orders of one customer',
    ...tool('order-list'),
    access: { ORDERS: Access.table(orders).query({ index: 'byCustomer' }) },
  });
  const refund = gateway.addTool('order-refund', {
    description: 'Refund an amount of one order',
    risk: ToolRisk.DESTRUCTIVE,
    ...tool('order-refund'),
    access: { ORDERS: Access.table(orders).update() },
  });

  const support = gateway.addAgent('support');
  const reporting = gateway.addAgent('reporting');
  lookup.permit(support);
  list.permit(support);
  list.permit(reporting);
  refund.permit(support, { when: [refund.arg('amount').between(0.01, 500)] });

  Validations.of(app).addPlugins(new FourLayerChecks(app));
  // end: readme
  return stack;
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
