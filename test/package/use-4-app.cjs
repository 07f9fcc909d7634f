// An app of a user: synthesized with the packed package, checked with its command, run in its local gateway, and called
// by the official MCP client.
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { App, Stack, Validations } = require('aws-cdk-lib');
const { AttributeType, Table } = require('aws-cdk-lib/aws-dynamodb');
const { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } = require('@modelcontextprotocol/client');
const { Access, FourLayerChecks, Inbound, SecureMcpGateway, ToolHandler, ToolSchema } = require('cdk-secure-mcp');
const { startLocalGateway } = require('cdk-secure-mcp/local');
const { authorizationOf, rolesOf } = require('cdk-secure-mcp/testing');

writeFileSync(
  'lookup.js',
  `const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { defineTool } = require('cdk-secure-mcp/runtime');
const client = new DynamoDBClient({});
exports.handler = defineTool({
  name: 'lookup',
  handle: async ({ input }) =>
    (await client.send(new GetItemCommand({ TableName: process.env.ORDERS, Key: { id: { S: input.id } } }))).Item ?? null,
});`,
);

const app = new App({ outdir: 'cdk.out' });
const stack = new Stack(app, 'Shop');
const orders = new Table(stack, 'Orders', { partitionKey: { name: 'id', type: AttributeType.STRING } });
const gateway = new SecureMcpGateway(stack, 'Gateway', { inbound: Inbound.cognito() });
const lookup = gateway.addTool('lookup', {
  description: 'Look up one order',
  input: ToolSchema.fromJson('{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}'),
  handler: ToolHandler.fromEntry('lookup.js'),
  access: { ORDERS: Access.table(orders).get() },
});
lookup.permit(gateway.addAgent('robot'));
Validations.of(app).addPlugins(new FourLayerChecks(app));
app.synth();

// The runtime of tools comes near the end of its support one day, which is a warning and no fault of the package.
const check = spawnSync('npx', ['secure-mcp', 'check', '--format', 'json', '--fail-on', 'error'], { encoding: 'utf8' });
assert.equal(check.status, 0, check.stdout + check.stderr);
const report = JSON.parse(check.stdout);
const findings = report.findings.filter(({ ruleId }) => ruleId !== 'SecureMcp-LP10[runtime]');
assert.deepEqual({ ...report, findings }, { findings: [], acknowledged: [], switchedOff: [] });

const robot = { agent: 'robot', tool: 'lookup', arguments: { id: 'o-1' } };
authorizationOf(stack).expect(robot).allow({ by: 'lookup' });
assert.throws(() => authorizationOf(stack).expect(robot).deny(), /expected deny, got allow by lookup/);
rolesOf(stack).tool('lookup').canOnly(['dynamodb:GetItem', 'logs:*', 'kms:*']);

async function main() {
  writeFileSync('seed.json', '{"Orders":[{"id":"o-1","total":5}]}');
  const local = await startLocalGateway({ assembly: 'cdk.out', seed: 'seed.json' });
  try {
    const [robot] = local.agents;
    const authProvider = new ClientCredentialsProvider({
      ...robot,
      expectedIssuer: local.issuer,
      scope: robot.scopes.join(' '),
    });
    const client = new Client({ name: 'consumer', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(local.mcpUrl), { authProvider }));
    const { content } = await client.callTool({ name: 'lookup___lookup', arguments: { id: 'o-1' } });
    assert.match(content[0].text, /"total":\{"N":"5"\}/);
    assert.equal((await fetch(local.mcpUrl, { method: 'POST', body: '{}' })).status, 401);
    await client.close();
  } finally {
    await local.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
