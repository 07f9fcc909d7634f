import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Access, Inbound, SecureMcpGateway, ToolHandler } from 'cdk-secure-mcp';
import { resources, schema } from '../app';

/**
 * The same four tools as they were written first: what the code does and what is declared do not agree. It does not
 * synthesize; the report says what to change, and `../app.ts` is what came of it.
 */
export function build(app: App): Stack {
  const stack = new Stack(app, 'Accounting');
  const { invoices, orders, audit, rates } = resources(stack);
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'accounting', inbound: Inbound.cognito() });
  const desk = gateway.addAgent('desk');
  const handler = (name: string) => ToolHandler.fromEntry(join(__dirname, 'tools', name));

  // begin: first-draft
  const tools = [
    // The agent says which bucket.
    gateway.addTool('invoice-read', {
      description: 'Read one invoice by its number',
      input: schema({ bucket: { type: 'string', maxLength: 63 }, number: { type: 'string', maxLength: 20 } }),
      handler: handler('invoice-read.ts'),
      access: { INVOICES: Access.bucket(invoices).get() },
    }),
    // The code reads the order first, which nobody declared, and never scans, which somebody did.
    gateway.addTool('order-note', {
      description: 'Add a note to one order',
      input: schema({ orderId: { type: 'string', maxLength: 20 }, note: { type: 'string', maxLength: 500 } }),
      handler: handler('order-note.ts'),
      access: { ORDERS: Access.table(orders).update().scan(), AUDIT: Access.queue(audit).send() },
    }),
    // Python, with another call than the declared one.
    gateway.addTool('price-convert', {
      description: 'Convert a price to euros',
      input: schema({ amount: { type: 'integer', minimum: 0, maximum: 1_000_000 } }),
      handler: ToolHandler.fromPythonFolder(join(__dirname, 'tools', 'price-convert')),
      access: { RATES: Access.parameter(rates).put() },
    }),
    // A method is called by a name that the code does not tell.
    gateway.addTool('order-count', {
      description: 'Tell about how many orders there are',
      input: schema({}),
      handler: handler('order-count.ts'),
      access: { ORDERS: Access.table(orders).scan() },
    }),
  ];
  // end: first-draft

  for (const tool of tools) tool.permit(desk);
  return stack;
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
