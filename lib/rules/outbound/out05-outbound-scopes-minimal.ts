import { isUnknown } from '../../assembly/resolve';
import { asList, type ModelResource, type TemplateModel, within } from '../../assembly/template-model';
import { at, judgeEach, judgeLiteral } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { isOmnibusScope } from '../scopes';
import { isSecretName } from '../secrets';
import { TARGET } from '../types';

export const out05 = defineRule({
  id: 'OUT05',
  name: 'outbound-scopes-minimal',
  layer: 'outbound',
  level: 'high',
  summary: 'The gateway asks for more than the target needs, or does not say for whom',
  explanation:
    'An omnibus scope makes one target the whole account of the vendor. Without an explicit grant nobody sees whether it acts for a user.',
  fix: 'Set GrantType and list the scopes that the operations of the target need',
  acknowledge: 'When the vendor has one scope for everything; name the operations in the reason.',
  limits:
    'Whether a tool acts on data of a user does not stand in a template: prefer TOKEN_EXCHANGE or AUTHORIZATION_CODE when it does.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/on-behalf-of-token-exchange.html'],
  frameworks: {
    owaspMcp: ['02'],
    owaspAgentic: ['02', '03'],
    wellArchitected: ['SEC03-BP02'],
    nist80053: ['AC-6', 'AC-3'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    CredentialProviderConfigurations:
      - { CredentialProviderType: OAUTH, CredentialProvider: { OauthCredentialProvider: { ProviderArn: !Ref P, Scopes: [] } } }
P: { Type: AWS::BedrockAgentCore::OAuth2CredentialProvider }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    CredentialProviderConfigurations:
      - CredentialProviderType: OAUTH
        CredentialProvider: { OauthCredentialProvider: { ProviderArn: !Ref P, GrantType: TOKEN_EXCHANGE, Scopes: [tickets.read] } }
P: { Type: AWS::BedrockAgentCore::OAuth2CredentialProvider }
`,
  },
  *evaluate(model) {
    for (const { target, path } of oauthTargets(model)) {
      const scopes = at(target, `${path}.Scopes`);
      if (!isUnknown(scopes) && asList(scopes).length === 0)
        yield finding(target, `Properties.${path}.Scopes`, 'no scope is named', 'none');
      yield* judgeEach(target, `${path}.Scopes`, (scope) =>
        isOmnibusScope(String(scope)) ? `"${String(scope)}" stands for everything` : undefined,
      );
      yield* judgeLiteral(
        target,
        `${path}.GrantType`,
        (grant) => (grant === undefined ? 'GrantType is not set' : undefined),
        'grant',
      );
      const parameters = at(target, `${path}.CustomParameters`);
      if (isUnknown(parameters)) yield undecided(target, `Properties.${path}.CustomParameters`, parameters);
      else {
        for (const name of Object.keys((parameters ?? {}) as object).filter(isSecretName)) {
          yield finding(
            target,
            `Properties.${path}.CustomParameters`,
            `the parameter ${name} looks like a secret`,
            name,
          );
        }
      }
    }
  },
});

function* oauthTargets(model: TemplateModel): Iterable<{ target: ModelResource; path: string }> {
  for (const target of model.ofType(TARGET)) {
    const configurations = at(target, 'CredentialProviderConfigurations');
    for (const [index, configuration] of asList(isUnknown(configurations) ? [] : configurations).entries()) {
      if (within(configuration, 'CredentialProviderType') === 'OAUTH') {
        yield { target, path: `CredentialProviderConfigurations.${index}.CredentialProvider.OauthCredentialProvider` };
      }
    }
  }
}
