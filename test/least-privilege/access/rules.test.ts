import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { readAssembly } from '../../../lib/assembly/read-assembly';
import { runRules } from '../../../lib/rules/run-rules';
import { GatewayApp } from '../../support/gateway-app';
import { accessCases } from './cases';

/** Rules about what a tool may do in AWS: LP04 to LP07. */
function findingsOf(shop: GatewayApp): string[] {
  return runRules(readAssembly(shop.app.synth().directory))
    .filter((finding) => /^SecureMcp-LP0[4-7]/.test(finding.ruleId))
    .map((finding) => `${finding.ruleId} ${finding.resource} ${finding.message}`);
}

test('the rules accept every declared access, a VPC and tracing', () => {
  const shop = new GatewayApp();
  const agent = shop.gateway.addAgent('robot');
  const vpc = new Vpc(shop.stack, 'Vpc', { natGateways: 1 });
  const entries = accessCases(shop.stack).map(({ access }, index) => [`ENTRY_${index}`, access] as const);
  const reads = entries.filter(([, access]) => access._render(shop.stack).operations.every((item) => item.readOnly));
  const writes = entries.filter((entry) => !reads.includes(entry));
  shop.addTool('read', { access: Object.fromEntries(reads), network: { vpc }, tracing: true }).permit(agent);
  shop.addTool('write', { access: Object.fromEntries(writes) }).permit(agent);

  expect(reads.length).toBeGreaterThan(20);
  expect(writes.length).toBeGreaterThan(20);
  expect(findingsOf(shop)).toEqual([]);
});

test('what is added to a role from outside is judged like the rest', () => {
  const shop = new GatewayApp();
  const tool = shop.addTool('look-up');
  tool.permit(shop.gateway.addAgent('robot'));
  tool.function.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:*'], resources: ['*'] }));

  expect(findingsOf(shop).join('\n')).toMatch(/LP06.* Gatewaylookup.*dynamodb:\*/);
});
