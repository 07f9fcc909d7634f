import { isUnknown } from '../../assembly/resolve';
import {
  asList,
  type ModelResource,
  type RoleStatement,
  type TemplateModel,
  within,
} from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { targetsOf } from '../gateways';
import { at, textsOf } from '../read';
import { allows, rolesOfGateways } from '../roles';
import { defineRule, finding, type Outcome, undecided } from '../rule';
import { API_KEY_PROVIDER, OAUTH_PROVIDER, TARGET } from '../types';

export const out08 = defineRule({
  id: 'OUT08',
  name: 'provider-per-boundary',
  layer: 'outbound',
  level: 'high',
  summary: 'A credential provider or secret can be read for more than its own target',
  explanation:
    'Nothing but IAM ties a workload identity to the credential providers it may read. A role that reads all of them is every vendor account at once.',
  fix: 'Give each target its own provider, and name the exact provider and secret ARNs in the gateway role',
  acknowledge: 'When two targets are one vendor, one scope and one owner.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/scope-credential-provider-access.html'],
  frameworks: {
    owaspMcp: ['01', '02'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC03-BP02', 'AGENTSEC03'],
    nist80053: ['AC-6', 'IA-5', 'AC-5'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM, RoleArn: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties:
    Policies:
      - PolicyDocument:
          Statement: [{ Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: "arn:aws:secretsmanager:*:*:secret:bedrock-agentcore-identity!*" }]
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM, RoleArn: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties:
    Policies:
      - PolicyDocument:
          Statement: [{ Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: !GetAtt Crm.ApiKeySecretArn.SecretArn }]
Crm: { Type: AWS::BedrockAgentCore::ApiKeyCredentialProvider, Properties: { Name: crm } }
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    GatewayIdentifier: !Ref Gateway
    CredentialProviderConfigurations:
      - CredentialProviderType: API_KEY
        CredentialProvider: { ApiKeyCredentialProvider: { ProviderArn: !Ref Crm } }
`,
  },
  *evaluate(model) {
    const uses = model.ofType(TARGET).flatMap((target) => providerArns(target).map((arn) => ({ target, arn })));
    for (const { target, arn } of uses)
      if (isUnknown(arn)) yield undecided(target, 'Properties.CredentialProviderConfigurations', arn);
    for (const sharing of groupedBy(uses, ({ arn }) => (typeof arn === 'string' ? arn : undefined)).values()) {
      for (const { target } of sharing.length > 1 ? sharing : []) {
        yield finding(
          target,
          'Properties.CredentialProviderConfigurations',
          `${sharing.length} targets share the provider`,
          'shared',
        );
      }
    }
    for (const { gateway, role } of rolesOfGateways(model)) {
      if (role === undefined) continue; // LP01 says so
      const targets = targetsOf(model, gateway);
      const consent = targets.some((target) =>
        textsOf(at(target, 'CredentialProviderConfigurations')).includes('AUTHORIZATION_CODE'),
      );
      const own = new Set(targets.flatMap(providerArns).map((arn) => model.referenced(arn)));
      for (const statement of model.statementsOf(role).statements) {
        if (
          !consent &&
          statement.actions.some((action) => String(action).toLowerCase().endsWith(':getworkloadaccesstokenforuserid'))
        ) {
          yield finding(
            statement.holder,
            `${statement.path}.Action`,
            'the role can get tokens for any user id',
            'ForUserId',
          );
        }
        const reads = [
          'secretsmanager:GetSecretValue',
          'bedrock-agentcore:GetResourceOauth2Token',
          'bedrock-agentcore:GetResourceApiKey',
        ];
        if (!statement.actions.includes('*') && reads.some((action) => allows(statement, action))) {
          yield* foreignProviders(model, statement, own);
        }
      }
    }
  },
});

function providerArns(target: ModelResource): unknown[] {
  const configurations = at(target, 'CredentialProviderConfigurations');
  return asList(isUnknown(configurations) ? [] : configurations).flatMap((configuration) =>
    ['OauthCredentialProvider', 'ApiKeyCredentialProvider'].flatMap(
      (kind) => within(configuration, 'CredentialProvider', kind, 'ProviderArn') ?? [],
    ),
  );
}

function* foreignProviders(
  model: TemplateModel,
  statement: RoleStatement,
  own: ReadonlySet<ModelResource | undefined>,
): Iterable<Outcome> {
  const path = `${statement.path}.Resource`;
  for (const resource of statement.resources) {
    if (isUnknown(resource)) yield undecided(statement.holder, path, resource);
    else if (/credentialprovider\/.*\*|:secret:.*[!/-]\*|^\*$|:secret:\*/.test(resource)) {
      yield finding(
        statement.holder,
        path,
        `${resource} covers providers or secrets of other targets`,
        `Resource::${resource}`,
      );
    } else {
      const provider = model.referenced(resource);
      const isProvider = provider?.type === OAUTH_PROVIDER || provider?.type === API_KEY_PROVIDER;
      if (isProvider && !own.has(provider)) {
        yield finding(
          statement.holder,
          path,
          `${provider.logicalId} belongs to no target of the gateway`,
          `Resource::${resource}`,
        );
      }
    }
  }
}
