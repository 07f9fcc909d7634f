import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import {
  Access,
  CallbackUrl,
  Caller,
  CedarPolicies,
  FourLayerChecks,
  Inbound,
  SecureMcpGateway,
  ToolCondition,
  ToolHandler,
  ToolRisk,
  ToolSchema,
} from 'cdk-secure-mcp';
import { PurchaseTable } from './purchase-table';

const file = (...path: string[]) => join(__dirname, ...path);

/** What a tool is made of: its description, tools/<name>.schema.json and tools/<name>.ts. */
function tool(name: string, description: string) {
  return {
    description,
    input: ToolSchema.fromFile(file('tools', `${name}.schema.json`)),
    handler: ToolHandler.fromEntry(file('tools', `${name}.ts`)),
  };
}

/**
 * Purchases of a warehouse: people ask through an assistant and may do what their groups may; a robot reorders small
 * amounts during the day. policies/tests.yaml holds in place who may do what, mcp-tools.lock what the tools are.
 */
export function build(app: App): Stack {
  const stack = new Stack(app, 'Purchasing');
  const purchases = Access.table(new PurchaseTable(stack, 'Purchases'));

  // begin: docs
  const gateway = new SecureMcpGateway(stack, 'Gateway', {
    gatewayName: 'purchasing',
    inbound: Inbound.cognito(),
    toolLock: file('mcp-tools.lock'),
  });
  const list = gateway.addTool('purchase-list', {
    ...tool('purchase-list', 'List the purchases of one cost center'),
    access: { PURCHASES: purchases.query({ index: 'byCostCenter' }) },
  });
  const order = gateway.addTool('purchase-order', {
    ...tool('purchase-order', 'Order goods from a supplier'),
    risk: ToolRisk.DESTRUCTIVE,
    access: { PURCHASES: purchases.put() },
  });

  const assistant = gateway.addInteractiveAgent('assistant', {
    callbackUrls: [CallbackUrl.https('https://assistant.example.com/oauth/callback')],
  });
  const robot = gateway.addAgent('reorder-robot');
  const inGroup = (...groups: string[]) => Caller.allOf(assistant, Caller.group(...groups));
  const total = order.arg('total');

  list.permit(inGroup('buyers', 'approvers'));
  order.permit(inGroup('buyers'), { when: [total.between(0.01, 1000)] });
  order.permit(inGroup('approvers'), { when: [total.between(0.01, 20_000)] });
  order.permit(robot, {
    when: [
      total.between(0.01, 200),
      order.arg('supplier').oneOf(['northwind', 'contoso']),
      ToolCondition.dailyBetween('06:00', '20:00'), // UTC
    ],
  });
  // Whoever is permitted, now or later: hazardous goods are ordered elsewhere.
  order.forbidUnless({ when: [order.arg('hazardous').isFalse()] });

  // What permits of tools do not say, in Cedar: auditors, and the days of the stocktaking.
  gateway.addPolicies(CedarPolicies.fromDirectory(file('policies')), { values: { ASSISTANT: assistant.clientId } });
  assistant.addScopeOf(list);
  // end: docs

  Validations.of(app).addPlugins(new FourLayerChecks(app));
  return stack;
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
