import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { isCognito, jwtGateways } from '../gateways';
import { openPart } from '../read';
import { defineRule, finding, undecided } from '../rule';

export const in03 = defineRule({
  id: 'IN03',
  name: 'jwt-restricts-caller',
  layer: 'inbound',
  level: 'high',
  summary: 'The JWT authorizer accepts every client of the issuer',
  explanation:
    'With only a discovery URL, a token that any application of the same issuer obtained opens this gateway.',
  fix: 'List AllowedClients, or AllowedAudience for an issuer whose tokens carry an audience',
  acknowledge: 'When the issuer serves this gateway only, and only your team can register clients there.',
  references: [
    'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/security-considerations',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html',
  ],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['03'],
    wellArchitected: ['AGENTSEC03', 'SEC03-BP02'],
    nist80053: ['IA-9', 'AC-3'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer:
        DiscoveryUrl: https://login.example.com/tenant/.well-known/openid-configuration
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer:
        DiscoveryUrl: https://login.example.com/tenant/.well-known/openid-configuration
        AllowedAudience: [https://orders.example.com/mcp]
`,
  },
  *evaluate(model) {
    for (const { gateway, authorizer, path } of jwtGateways(model)) {
      const clients = within(authorizer, 'AllowedClients');
      const audience = within(authorizer, 'AllowedAudience');
      const open = openPart([
        authorizer === undefined ? undefined : clients,
        audience,
        isUnknown(authorizer) ? authorizer : undefined,
      ]);
      const listed = [
        ...asList(clients),
        ...(isCognito(model, within(authorizer, 'DiscoveryUrl')) ? [] : asList(audience)),
      ];
      if (listed.some((value) => value === '*' || value === '')) {
        yield finding(gateway, path, 'AllowedClients or AllowedAudience has an empty value or "*"', 'wildcard');
      } else if (open !== undefined) yield undecided(gateway, path, open);
      else if (listed.length === 0) yield finding(gateway, path, 'no client and no audience is named');
    }
  },
});
