import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { build } from '../../examples/outbound/app';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { runRules } from '../../lib/rules/run-rules';

const outdir = mkdtempSync(join(tmpdir(), 'outbound-'));
const app = new App({ outdir });
build(app);
app.synth();
const assembly = readAssembly(outdir);
const template = JSON.stringify(assembly.stacks.map((stack) => stack.template));

test('no rule of any layer objects', () => {
  const findings = runRules(assembly);

  // The key that a vendor hands out in a console; the app says why.
  expect(findings.map(({ ruleId }) => ruleId)).toEqual(['SecureMcp-OUT13[rotation]']);
});

test('an operation that is not named is not there', () => {
  expect(template).toContain('getCustomer');
  expect(template).not.toContain('deleteCustomer');
});

test('expenses are called for the person who asks', () => {
  const targets = assembly.stacks.flatMap(({ template: { Resources } }) => Object.values(Resources));
  const expenses = targets.find(({ Properties }) => Properties?.Name === 'expenses');

  expect(JSON.stringify(expenses!.Properties!.CredentialProviderConfigurations)).toContain('"TOKEN_EXCHANGE"');
});
