import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { parseTemplateYaml } from '../../lib/assembly/parse-yaml';
import { FourLayerChecks } from '../../lib/nag/four-layer-checks';
import { readAcknowledgments } from '../../lib/rules/acknowledgment';
import { renderRulePage } from '../../lib/rules/docs';
import { RULES } from '../../lib/rules/registry';
import { acknowledge, runRules } from '../../lib/rules/run-rules';
import { assemblyFromYaml } from '../support/template-assembly';

const block = (page: string, language: string, having: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))]
    .map(([, text]) => text!)
    .find((text) => text.includes(having))!;

const gatewayRule = RULES.find(({ id }) => id === 'IN01')!;

test.each(RULES)('the page of $id acknowledges the rule by the id that the pack gives it', (rule) => {
  const page = renderRulePage(rule);
  const [pack, id] = /id: '(.*)'/.exec(block(page, 'ts', 'acknowledge('))![1]!.split('::');

  expect(pack).toBe(new FourLayerChecks().name);
  expect(new FourLayerChecks().ruleIds).toContain(id);
  expect(block(page, 'yaml', 'Metadata:\n  cdk')).toContain(`id: ${id},`);
});

test('the code of a page, run as it stands, acknowledges the finding', () => {
  const app = new App();
  const construct = new CfnGateway(new Stack(app, 'S'), 'Gw', {
    name: 'gw',
    authorizerType: 'NONE',
    roleArn: 'arn:aws:iam::111122223333:role/gw',
  });
  Validations.of(app).addPlugins(new FourLayerChecks(app));
  const code = block(renderRulePage(gatewayRule), 'ts', 'acknowledge(').replace('2027-03-31', '2999-03-31');

  expect(() => app.synth()).toThrow(/SecureMcp-IN01/);
  new Function('Validations', 'construct', code)(Validations, construct);
  expect(() => app.synth({ force: true })).toThrow(/^(?![\s\S]*SecureMcp-IN01)[\s\S]*SecureMcp-AZ01/);
});

test('the metadata of a page, put on the resource, acknowledges the finding', () => {
  const { Metadata } = parseTemplateYaml(block(renderRulePage(gatewayRule), 'yaml', 'Metadata:\n  cdk')) as {
    Metadata: object;
  };
  const assembly = assemblyFromYaml(gatewayRule.example.bad);
  const resources = assembly.stacks[0]!.template.Resources as Record<string, { Metadata?: object }>;
  const open = () => {
    const acknowledgments = readAcknowledgments(assembly);
    const findings = runRules(assembly, { rules: [gatewayRule], acknowledgments });
    return acknowledge(findings, acknowledgments, '2026-11-24').open;
  };

  expect(open()).toHaveLength(1);
  resources.Gateway!.Metadata = Metadata;
  expect(open()).toEqual([]);
});
