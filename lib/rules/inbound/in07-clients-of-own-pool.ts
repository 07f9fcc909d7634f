import { isUnknown } from '../../assembly/resolve';
import { asList, type ModelResource, property, type TemplateModel, within } from '../../assembly/template-model';
import { isCognito, jwtGateways, poolOf } from '../gateways';
import { shownReference } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { USER_POOL_CLIENT } from '../types';

export const in07 = defineRule({
  id: 'IN07',
  name: 'clients-of-own-pool',
  layer: 'inbound',
  level: 'high',
  summary: 'An allowed client belongs to another user pool than the issuer',
  explanation:
    'The token of such a client never passes today. When the pools are swapped or merged later, the wrong client does.',
  fix: 'List clients of the pool that DiscoveryUrl names',
  acknowledge: 'When the client is managed outside of this app and was compared by hand.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html'],
  frameworks: { owaspMcp: ['07'], owaspAgentic: ['03'], wellArchitected: ['SEC02-BP04'], nist80053: ['IA-9', 'CM-6'] },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer:
        DiscoveryUrl: !Sub https://cognito-idp.\${AWS::Region}.amazonaws.com/\${Pool}/.well-known/openid-configuration
        AllowedClients: [!Ref Client]
Pool: { Type: AWS::Cognito::UserPool }
OtherPool: { Type: AWS::Cognito::UserPool }
Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref OtherPool } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer:
        DiscoveryUrl: !Sub https://cognito-idp.\${AWS::Region}.amazonaws.com/\${Pool}/.well-known/openid-configuration
        AllowedClients: [!Ref Client]
Pool: { Type: AWS::Cognito::UserPool }
Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool } }
`,
  },
  *evaluate(model) {
    for (const { gateway, authorizer, path } of jwtGateways(model)) {
      const discovery = within(authorizer, 'DiscoveryUrl');
      if (!isCognito(model, discovery)) continue;
      const pool = poolOf(model, discovery);
      for (const value of asList(within(authorizer, 'AllowedClients'))) {
        const client = model.referenced(value);
        const here = `${path}.AllowedClients`;
        if (isUnknown(value)) yield undecided(gateway, here, value);
        else if (client?.type !== USER_POOL_CLIENT) {
          if (pool !== undefined)
            yield undecided(gateway, here, `the client ${shownReference(String(value))} is not in the assembly`);
        } else if (!isPoolOf(model, client, pool, String(discovery))) {
          yield finding(gateway, here, `${client.logicalId} is a client of another pool`, client.logicalId);
        }
      }
    }
  },
});

function isPoolOf(model: TemplateModel, client: ModelResource, pool: ModelResource | undefined, url: string): boolean {
  const id = property(client, 'UserPoolId');
  return pool === undefined ? typeof id === 'string' && url.includes(id) : model.referenced(id) === pool;
}
