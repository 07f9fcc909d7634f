/**
 * All rules over a template of 480 resources, against AwsSolutions on the same constructs. Prints one line of JSON.
 * Run with `npx tsx bench/rules.ts`.
 */
import { App, Stack } from 'aws-cdk-lib';
import { CfnGateway, CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FourLayerChecks } from '../lib/nag/four-layer-checks';

/** Six resources a tool: role, policy, function, version, alias, target. */
function appOf(tools: number): { app: App; stack: Stack } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S');
  const role = new Role(stack, 'GatewayRole', { assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com') });
  const gateway = new CfnGateway(stack, 'Gateway', { name: 'shop', authorizerType: 'AWS_IAM', roleArn: role.roleArn });
  for (let index = 0; index < tools; index++) {
    const toolRole = new Role(stack, `Role${index}`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole')],
    });
    toolRole.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem'],
        resources: [`arn:aws:dynamodb:eu-west-1:111122223333:table/t${index}`],
      }),
    );
    const fn = new LambdaFunction(stack, `Fn${index}`, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('x'),
      role: toolRole,
    });
    const alias = new Alias(stack, `Alias${index}`, { aliasName: 'live', version: fn.currentVersion });
    new CfnGatewayTarget(stack, `Target${index}`, {
      name: `tool-${index}`,
      gatewayIdentifier: gateway.attrGatewayIdentifier,
      credentialProviderConfigurations: [{ credentialProviderType: 'GATEWAY_IAM_ROLE' }],
      targetConfiguration: {
        mcp: {
          lambda: {
            lambdaArn: alias.functionArn,
            toolSchema: {
              inlinePayload: [
                {
                  name: `get_item_${index}`,
                  description: 'Gets one item.',
                  inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
                },
              ],
            },
          },
        },
      },
    });
  }
  return { app, stack };
}

function milliseconds(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Math.round(Number(process.hrtime.bigint() - start) / 1e6);
}

function measure(tools: number) {
  const { app, stack } = appOf(tools);
  const resources = Object.keys(
    (stack.resolve((stack as unknown as { _toCloudFormation(): object })._toCloudFormation()) as { Resources: object })
      .Resources,
  ).length;
  const [ours, theirs] = [new FourLayerChecks(app), new AwsSolutionsChecks(app)];
  const before = process.memoryUsage().heapUsed;
  const fourLayers = milliseconds(() => ours.validateScope(app));
  const megabytes = Math.round((process.memoryUsage().heapUsed - before) / 1e6);
  return {
    resources,
    fourLayersMs: fourLayers,
    awsSolutionsMs: milliseconds(() => theirs.validateScope(app)),
    megabytes,
  };
}

measure(2);
const results = [20, 40, 80].map(measure);
const last = results.at(-1)!;
console.log(
  JSON.stringify({
    node: process.version,
    results,
    ratio: Number((last.fourLayersMs / last.awsSolutionsMs).toFixed(2)),
  }),
);
