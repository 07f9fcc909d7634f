import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { isCognito, jwtGateways } from '../jwt-authorizer';
import { defineRule, finding, undecided } from '../rule';

export const in05 = defineRule({
  id: 'IN05',
  name: 'access-tokens-only',
  layer: 'inbound',
  severity: 'error',
  summary: 'The gateway may accept ID tokens',
  explanation: 'An ID token is for the client that logged a user in, not for an API. Its audience is the client id.',
  fix: 'Add the custom claim token_use EQUALS access, and do not list client ids in AllowedAudience',
  references: ['https://www.rfc-editor.org/rfc/rfc9068', 'https://www.rfc-editor.org/rfc/rfc8707'],
  *evaluate(model) {
    for (const { gateway, authorizer, path } of jwtGateways(model)) {
      const audience = within(authorizer, 'AllowedAudience');
      for (const value of asList(audience)) {
        const isClient =
          model.referenced(value)?.type === 'AWS::Cognito::UserPoolClient' || /^[a-z0-9]{26}$/.test(String(value));
        if (!isUnknown(value) && isClient) {
          yield finding(gateway, `${path}.AllowedAudience`, 'AllowedAudience holds a client id', 'AllowedAudience');
        }
      }
      const discovery = within(authorizer, 'DiscoveryUrl');
      if (!isCognito(model, discovery)) continue;
      const claims = within(authorizer, 'CustomClaims');
      const open = isUnknown(claims) ? claims : asList(claims).find(isUnknown);
      if (open !== undefined) yield undecided(gateway, `${path}.CustomClaims`, open);
      else if (!asList(claims).some(demandsAccessToken)) {
        yield finding(gateway, `${path}.CustomClaims`, 'no custom claim demands token_use EQUALS access', 'token_use');
      }
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
