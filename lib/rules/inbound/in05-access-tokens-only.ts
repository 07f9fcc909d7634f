import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { isCognito, jwtGateways } from '../gateways';
import { openPart } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { USER_POOL_CLIENT } from '../types';

export const in05 = defineRule({
  id: 'IN05',
  name: 'access-tokens-only',
  layer: 'inbound',
  level: 'high',
  summary: 'The gateway may accept ID tokens',
  explanation: 'An ID token is for the client that logged a user in, not for an API. Its audience is the client id.',
  fix: 'Add the custom claim token_use EQUALS access, and do not list client ids in AllowedAudience',
  acknowledge:
    'When the issuer is shown to put another audience into its ID tokens than into access tokens for this gateway.',
  limits:
    'Client ids in AllowedAudience are known by the form that Cognito gives them; those of another issuer are not.',
  references: ['https://www.rfc-editor.org/rfc/rfc9068', 'https://www.rfc-editor.org/rfc/rfc8707'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP02'],
    nist80053: ['IA-5', 'IA-9', 'SC-23'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { AllowedAudience: [!Ref Client] } }
Client:
  Type: AWS::Cognito::UserPoolClient
  Properties: { UserPoolId: eu-west-1_abcdefghi }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer:
        DiscoveryUrl: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abcdefghi/.well-known/openid-configuration
        AllowedClients: [!Ref Client]
        CustomClaims:
          - InboundTokenClaimName: token_use
            InboundTokenClaimValueType: STRING
            AuthorizingClaimMatchValue: { ClaimMatchOperator: EQUALS, ClaimMatchValue: { MatchValueString: access } }
Client:
  Type: AWS::Cognito::UserPoolClient
  Properties: { UserPoolId: eu-west-1_abcdefghi }
`,
  },
  *evaluate(model) {
    for (const { gateway, authorizer, path } of jwtGateways(model)) {
      for (const value of asList(within(authorizer, 'AllowedAudience'))) {
        const isClient = model.referenced(value)?.type === USER_POOL_CLIENT || /^[a-z0-9]{26}$/.test(String(value));
        if (!isUnknown(value) && isClient) {
          yield finding(gateway, `${path}.AllowedAudience`, 'AllowedAudience holds a client id', 'AllowedAudience');
        }
      }
      const discovery = within(authorizer, 'DiscoveryUrl');
      if (!isCognito(model, discovery)) {
        if (isUnknown(discovery)) yield undecided(gateway, `${path}.DiscoveryUrl`, discovery);
        continue;
      }
      const claims = within(authorizer, 'CustomClaims');
      const open = openPart(claims);
      if (asList(claims).some(demandsAccessToken)) continue;
      if (open !== undefined) yield undecided(gateway, `${path}.CustomClaims`, open);
      else
        yield finding(gateway, `${path}.CustomClaims`, 'no custom claim demands token_use EQUALS access', 'token_use');
    }
  },
});

function demandsAccessToken(claim: unknown): boolean {
  return (
    within(claim, 'InboundTokenClaimName') === 'token_use' &&
    within(claim, 'AuthorizingClaimMatchValue', 'ClaimMatchOperator') === 'EQUALS' &&
    within(claim, 'AuthorizingClaimMatchValue', 'ClaimMatchValue', 'MatchValueString') === 'access'
  );
}
