import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Stage } from 'aws-cdk-lib';
import {
  PolicyStatement as CedarStatement,
  type CfnGateway,
  Gateway,
  GatewayAuthorizer,
  PolicyEngine,
  PolicyEngineMode,
  SchemaDefinitionType,
  ToolSchema,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CfnDelivery, CfnDeliverySource, LogGroup } from 'aws-cdk-lib/aws-logs';
import { parseTemplateYaml } from '../../lib/assembly/parse-yaml';
import { type Assembly, readAssembly } from '../../lib/assembly/read-assembly';
import { FourLayerChecks } from '../../lib/nag/four-layer-checks';
import { type LocatedFinding, runRules } from '../../lib/rules/run-rules';

const FOLDER = join(__dirname, '../fixtures/templates/well-built');
const ENTRIES = readdirSync(FOLDER).filter((name) => name !== 'README.md');

const read = (entry: string) => readAssembly(join(FOLDER, entry), { parseYaml: parseTemplateYaml });
const errors = (findings: readonly LocatedFinding[]) =>
  findings
    .filter(({ severity }) => severity === 'error')
    .map(({ ruleId, path, message }) => `${ruleId} ${path}: ${message}`);

/** The same assembly after a change of every resource of a type. */
function weakened(assembly: Assembly, type: string, change: object): Assembly {
  const stacks = assembly.stacks.map((stack) => ({
    ...stack,
    template: {
      ...stack.template,
      Resources: Object.fromEntries(
        Object.entries(stack.template.Resources).map(([id, resource]) => [
          id,
          resource.Type === type ? { ...resource, Properties: { ...resource.Properties, ...change } } : resource,
        ]),
      ),
    },
  }));
  return { ...assembly, stacks };
}

test('there are at least ten', () => {
  expect(ENTRIES.length).toBeGreaterThanOrEqual(10);
});

describe.each(ENTRIES)('%s', (entry) => {
  test('has no error', () => {
    expect(errors(runRules(read(entry)))).toEqual([]);
  });

  test('has errors when its weaknesses are put in', () => {
    const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
    const ids = (assembly: Assembly) => errors(runRules(assembly)).join('\n');

    expect(ids(weakened(read(entry), GATEWAY, { AuthorizerType: 'NONE' }))).toContain('SecureMcp-IN01');
    expect(ids(weakened(read(entry), GATEWAY, { PolicyEngineConfiguration: undefined }))).toContain('SecureMcp-AZ01');
    expect(ids(weakened(read(entry), 'AWS::Logs::DeliverySource', { LogType: 'USAGE_LOGS' }))).toContain('LP15');
    expect(ids(weakened(read(entry), 'AWS::IAM::Role', { AssumeRolePolicyDocument: trustOf('*') }))).toContain('LP01');
  });
});

function trustOf(principal: string): object {
  return { Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] };
}

/** The stock constructs of aws-cdk-lib, used with care. */
function stockConstructs(stack: Stack): Gateway {
  const table = new Table(stack, 'Orders', { partitionKey: { name: 'id', type: AttributeType.STRING } });
  const logGroup = new LogGroup(stack, 'ToolLogs');
  const role = new Role(stack, 'ToolRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [table.tableArn] }));
  logGroup.grantWrite(role);
  const fn = new LambdaFunction(stack, 'Tool', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({});'),
    role: role.withoutPolicyUpdates(),
    logGroup,
  });
  const engine = new PolicyEngine(stack, 'Engine', { policyEngineName: 'orders' });
  const gatewayRole = new Role(stack, 'GatewayRole', {
    // The role that the construct makes by itself has a statement without conditions: LP01 reports it.
    assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': `arn:aws:bedrock-agentcore:${stack.region}:${stack.account}:gateway/orders-*` },
      },
    }),
  });
  const gateway = new Gateway(stack, 'Gateway', {
    gatewayName: 'orders',
    role: gatewayRole,
    authorizerConfiguration: GatewayAuthorizer.usingCustomJwt({
      discoveryUrl: 'https://idp.example.com/.well-known/openid-configuration',
      allowedClients: ['support-agent'],
      allowedScopes: ['orders.read'],
    }),
    policyEngineConfiguration: { policyEngine: engine, mode: PolicyEngineMode.ENFORCE },
  });
  gateway.addLambdaTarget('Target', {
    gatewayTargetName: 'orders',
    lambdaFunction: new Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion }),
    toolSchema: ToolSchema.fromInline([
      {
        name: 'get_order',
        description: 'Looks up one order.',
        inputSchema: {
          type: SchemaDefinitionType.OBJECT,
          properties: { id: { type: SchemaDefinitionType.STRING } },
          required: ['id'],
        },
      },
    ]),
  });
  engine.addPolicy('GetOrder', {
    policyName: 'get_order',
    statement: CedarStatement.fromCedar(
      `permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"orders___get_order", resource == AgentCore::Gateway::"${gateway.gatewayArn}") when { principal.hasTag("client_id") && principal.getTag("client_id") == "support-agent" };`,
    ),
  });
  const source = new CfnDeliverySource(stack, 'Source', {
    name: 'orders',
    logType: 'APPLICATION_LOGS',
    resourceArn: gateway.gatewayArn,
  });
  new CfnDelivery(stack, 'Delivery', {
    deliverySourceName: source.ref,
    deliveryDestinationArn: 'arn:aws:logs:eu-west-1:111122223333:delivery-destination:central',
  });
  return gateway;
}

test('the stock constructs of aws-cdk-lib, used with care, in a stage', () => {
  const app = new App();
  const stack = new Stack(new Stage(app, 'Prod'), 'Orders');
  const gateway = stockConstructs(stack);
  const told = () =>
    new FourLayerChecks()
      .validateScope(app)
      .violations.filter(({ severity }) => severity === 'error')
      .map(({ ruleName, description }) => `${ruleName} ${description}`);

  expect(told()).toEqual([]);
  (gateway.node.defaultChild as CfnGateway).addPropertyOverride('AuthorizerType', 'NONE');
  expect(told().join()).toContain('SecureMcp-IN01');
});
