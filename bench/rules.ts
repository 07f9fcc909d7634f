/**
 * All rules over a template of 480 resources, against AwsSolutions on the same constructs. Prints one line of JSON.
 * Run with `CDK_VALIDATION=false npx tsx bench/rules.ts`.
 */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnGateway, CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, type NagPack } from 'cdk-nag';
import { FourLayerChecks } from '../lib/nag/four-layer-checks';

/** Six resources a tool: role, policy, function, version, alias, target. */
function appOf(tools: number): App {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'bench-')) });
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
  return app;
}

/** Milliseconds that a plugin takes inside of one synthesis, as the CDK calls it. */
function timed(pack: NagPack): { readonly pack: NagPack; took: number } {
  const validate = pack.validate.bind(pack);
  const timer = { pack, took: 0 };
  pack.validate = (context) => {
    const start = process.hrtime.bigint();
    const report = validate(context);
    timer.took = Math.round(Number(process.hrtime.bigint() - start) / 1e6);
    return report;
  };
  return timer;
}

function measure(tools: number) {
  const app = appOf(tools);
  const [ours, theirs] = [timed(new FourLayerChecks(app)), timed(new AwsSolutionsChecks(app))];
  Validations.of(app).addPlugins(ours.pack, theirs.pack);
  try {
    app.synth();
  } catch {
    // Both find something in this app; how long that takes is what is measured.
  }
  const [file] = readdirSync(app.outdir).filter((name) => name.endsWith('.template.json'));
  const { Resources } = JSON.parse(readFileSync(join(app.outdir, file!), 'utf8')) as { Resources: object };
  return { resources: Object.keys(Resources).length, fourLayersMs: ours.took, awsSolutionsMs: theirs.took };
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
