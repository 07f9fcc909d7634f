import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { jwtGateways, poolOf } from '../gateways';
import { openPart } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { canonicalScope, isOmnibusScope, scopesOf } from '../scopes';

export const in04 = defineRule({
  id: 'IN04',
  name: 'scopes-at-the-door',
  layer: 'inbound',
  level: 'high',
  summary: 'The gateway does not ask for a scope of its own',
  explanation:
    'A token that was issued for something else passes. Scopes are any-of, so this is a check at the door; per tool, policies decide.',
  fix: 'List AllowedScopes with the scopes of your resource server, none of them omnibus',
  acknowledge:
    'When the issuer cannot put scopes into its tokens; then restrict by AllowedClients and custom claims, and say so.',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html',
    'https://modelcontextprotocol.io/specification/2026-07-28/basic/security_best_practices',
  ],
  frameworks: {
    owaspMcp: ['02', '07'],
    owaspAgentic: ['02', '03'],
    wellArchitected: ['SEC03-BP02'],
    nist80053: ['AC-6', 'AC-3'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { AllowedClients: [a], AllowedScopes: [openid, orders/*] } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { AllowedClients: [a], AllowedScopes: [orders/order.read] } }
`,
  },
  *evaluate(model) {
    for (const { gateway, authorizer, path } of jwtGateways(model)) {
      const scopes = within(authorizer, 'AllowedScopes');
      const here = `${path}.AllowedScopes`;
      const open = openPart(scopes);
      const listed = asList(scopes)
        .filter((scope) => !isUnknown(scope))
        .map(String);
      if (open !== undefined) yield undecided(gateway, here, open);
      else if (listed.length === 0) yield finding(gateway, here, 'AllowedScopes is not set');
      const pool = poolOf(model, within(authorizer, 'DiscoveryUrl'));
      const defined = pool === undefined ? undefined : scopesOf(model, pool);
      for (const scope of listed) {
        if (isOmnibusScope(scope)) yield finding(gateway, here, `"${scope}" is held by every client`, scope);
        else if (defined !== undefined && !defined.has(canonicalScope(model, scope))) {
          yield finding(gateway, here, `no resource server of the user pool defines "${scope}"`, scope);
        }
      }
      for (const advertised of Object.keys((within(authorizer, 'AdvertisedScopeMapping') ?? {}) as object)) {
        if (open === undefined && !listed.includes(advertised)) {
          yield finding(
            gateway,
            `${path}.AdvertisedScopeMapping`,
            `"${advertised}" is advertised and not allowed`,
            advertised,
          );
        }
      }
    }
  },
});
