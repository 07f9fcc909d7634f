import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FourLayerChecks } from 'cdk-secure-mcp';
import { build } from '../../examples/quickstart/app';
import { GatewayApp } from '../support/gateway-app';

function defaultGateway(): App {
  const shop = new GatewayApp();
  shop.addTool('lookup').permit(shop.gateway.addAgent('robot'));
  return shop.app;
}

function quickstart(): App {
  const app = new App();
  build(app);
  return app;
}

const named = (violations: { ruleName: string; description: string }[]) =>
  violations.map(({ ruleName, description }) => `${ruleName} ${description}`);

test.each([
  ['the quickstart', quickstart],
  ['the default gateway', defaultGateway],
])('%s has no finding of our own pack, not even a warning', (_name, make) => {
  const app = make();
  app.synth();

  expect(named(new FourLayerChecks().validateScope(app).violations)).toEqual([]);
});

test('the quickstart has no error of AwsSolutions, and nothing is acknowledged away', () => {
  const app = quickstart();
  app.synth();
  const errors = new AwsSolutionsChecks().validateScope(app).violations.filter(({ severity }) => severity === 'error');

  expect(named(errors)).toEqual([]);
  const lib = join(__dirname, '../../lib');
  const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(
    // rules/docs.ts shows readers how to acknowledge; it does not do it.
    sources.filter(
      (file) =>
        file !== 'rules/docs.ts' &&
        /\)\.acknowledge\(\{/.test(readFileSync(join(lib, file), 'utf8').replace(/^ *\*.*$/gm, '')),
    ),
  ).toEqual([]);
});

test('AwsSolutions would say so: an open bucket in the same app is found', () => {
  const app = quickstart();
  new Bucket(app.node.findChild('OrderSupport') as Stack, 'Open');
  app.synth();

  expect(named(new AwsSolutionsChecks().validateScope(app).violations).join()).toContain('AwsSolutions-S10');
});
