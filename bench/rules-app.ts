import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnGateway, CfnGatewayTarget, CfnPolicy, CfnPolicyEngine } from 'aws-cdk-lib/aws-bedrockagentcore';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';

/**
 * An app of stock constructs, six resources a tool: role, policy, function, version, alias, target. With `permits` each
 * tool has a Cedar policy, too, which only these rules read.
 */
export function appOf(tools: number, permits: boolean): App {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'bench-')) });
  const stack = new Stack(app, 'S');
  const role = new Role(stack, 'GatewayRole', { assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com') });
  const engine = new CfnPolicyEngine(stack, 'Engine', { name: 'shop' });
  const gateway = new CfnGateway(stack, 'Gateway', {
    name: 'shop',
    authorizerType: 'AWS_IAM',
    roleArn: role.roleArn,
    policyEngineConfiguration: { arn: engine.attrPolicyEngineArn, mode: 'ENFORCE' },
  });
  for (let index = 0; index < tools; index++) {
    addTool(stack, gateway, index);
    if (permits) addPermit(stack, gateway, engine, index);
  }
  return app;
}

function addTool(stack: Stack, gateway: CfnGateway, index: number): void {
  const role = new Role(stack, `Role${index}`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole')],
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['dynamodb:GetItem'],
      resources: [`arn:aws:dynamodb:eu-west-1:111122223333:table/t${index}`],
    }),
  );
  const fn = new LambdaFunction(stack, `Fn${index}`, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('x'),
    role,
  });
  const alias = new Alias(stack, `Alias${index}`, { aliasName: 'live', version: fn.currentVersion });
  const inputSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
  new CfnGatewayTarget(stack, `Target${index}`, {
    name: `tool-${index}`,
    gatewayIdentifier: gateway.attrGatewayIdentifier,
    credentialProviderConfigurations: [{ credentialProviderType: 'GATEWAY_IAM_ROLE' }],
    targetConfiguration: {
      mcp: {
        lambda: {
          lambdaArn: alias.functionArn,
          toolSchema: { inlinePayload: [{ name: 'get_item', description: 'Gets one item.', inputSchema }] },
        },
      },
    },
  });
}

function addPermit(stack: Stack, gateway: CfnGateway, engine: CfnPolicyEngine, index: number): void {
  new CfnPolicy(stack, `Permit${index}`, {
    name: `permit_${index}`,
    policyEngineId: engine.attrPolicyEngineId,
    definition: {
      cedar: {
        statement: `permit(principal is AgentCore::IamEntity, action == AgentCore::Action::"tool-${index}___get_item", resource == AgentCore::Gateway::"${gateway.attrGatewayArn}") when { principal.id like "*/agent/*" };`,
      },
    },
  });
}
