import { isObject, own } from '../../assembly/cloudformation';
import type { StackTemplate } from '../../assembly/read-assembly';
import { isUnknown } from '../../assembly/resolve';
import type { ModelResource, TemplateModel } from '../../assembly/template-model';
import { at, isTrue, textsOf } from '../read';
import { toolFunctions } from '../roles';
import { defineRule, finding, type Outcome, undecided } from '../rule';
import { isSecretReference, secretShape } from '../secrets';
import { API_KEY_PROVIDER, OAUTH_PROVIDER } from '../types';

export const out04 = defineRule({
  id: 'OUT04',
  name: 'no-secret-in-template',
  layer: 'outbound',
  level: 'critical',
  summary: 'A secret stands in the template',
  explanation:
    'Everyone who may read the stack, its events or the repository reads the secret; events keep it for 90 days.',
  fix: 'Reference a secret of Secrets Manager: ClientSecretSource or ApiKeySecretSource EXTERNAL with SecretId and JsonKey',
  acknowledge: 'Never. Rotate the secret.',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html',
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html',
  ],
  frameworks: {
    owaspMcp: ['01'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP03'],
    nist80053: ['IA-5(7)', 'SC-28', 'SC-12'],
  },
  example: {
    bad: `
Provider: { Type: AWS::BedrockAgentCore::ApiKeyCredentialProvider, Properties: { Name: crm, ApiKey: not-a-real-key } }
`,
    good: `
Provider:
  Type: AWS::BedrockAgentCore::ApiKeyCredentialProvider
  Properties: { Name: crm, ApiKeySecretSource: EXTERNAL, ApiKeySecretConfig: { SecretId: !Ref Secret, JsonKey: apiKey } }
Secret: { Type: AWS::SecretsManager::Secret }
`,
  },
  *evaluate(model) {
    for (const provider of model.ofType(API_KEY_PROVIDER)) yield* judgeSecret(model, provider, 'ApiKey');
    for (const provider of model.ofType(OAUTH_PROVIDER)) {
      const input = at(provider, 'Oauth2ProviderConfigInput');
      if (isUnknown(input)) yield undecided(provider, 'Properties.Oauth2ProviderConfigInput', input);
      else if (isObject(input)) {
        for (const vendor of Object.keys(input))
          yield* judgeSecret(model, provider, `Oauth2ProviderConfigInput.${vendor}.ClientSecret`);
      }
    }
    for (const resource of model.resources) {
      if (!resource.type.startsWith('AWS::BedrockAgentCore::')) continue;
      for (const text of textsOf(resource.properties)) {
        const shape = secretShape(text);
        if (shape !== undefined) yield finding(resource, 'Properties', `a text has the shape of ${shape}`, shape);
      }
    }
    for (const fn of toolFunctions(model)) {
      const shape = secretShape(String(at(fn, 'Code.ZipFile')));
      if (shape !== undefined)
        yield finding(fn, 'Properties.Code.ZipFile', `the code has the shape of ${shape}`, shape);
    }
    yield* shownInOutputs(model);
  },
});

/** The value itself is never shown. */
function* judgeSecret(model: TemplateModel, provider: ModelResource, path: string): Iterable<Outcome> {
  const value = at(provider, path);
  if (value === undefined) return;
  if (isUnknown(value)) {
    const parameter = /^it is the parameter (.+)$/.exec(value.why)?.[1];
    const definition = own(provider.stack.template.Parameters, parameter ?? '');
    if (definition !== undefined && (own(definition, 'Default') !== undefined || !isTrue(own(definition, 'NoEcho')))) {
      yield finding(
        provider,
        `Properties.${path}`,
        `the parameter ${parameter} shows it: it has a default or no NoEcho`,
        path,
      );
    } else yield undecided(provider, `Properties.${path}`, value);
  } else if (!isSecretReference(model, value))
    yield finding(provider, `Properties.${path}`, 'the property holds a value, not a reference', path);
}

/** Everybody who may describe the stack reads its outputs. */
function* shownInOutputs(model: TemplateModel): Iterable<Outcome> {
  const shown = new Map(model.assembly.stacks.map((stack) => [stack, secretsInOutputs(stack)]));
  for (const resource of model.resources) {
    if (shown.get(resource.stack)?.has(resource.logicalId))
      yield finding(resource, 'Properties', 'an output of the stack shows the secret of the resource', 'output');
  }
}

/** Logical ids of resources whose secret an output has. */
function secretsInOutputs({ template }: StackTemplate): Set<string> {
  const secret = /(?:"Fn::GetAtt":(?:\["|")|\$\{)(\w+)(?:","|\.)(?:ClientSecret|SecretAccessKey)\b/g;
  return new Set([...JSON.stringify(template.Outputs ?? '').matchAll(secret)].map(([, logicalId]) => logicalId!));
}
