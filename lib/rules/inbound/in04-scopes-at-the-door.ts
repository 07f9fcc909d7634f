import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { jwtGateways } from '../jwt-authorizer';
import { defineRule, finding, undecided } from '../rule';

const OMNIBUS = new Set([
  '*',
  'all',
  'admin',
  'full_access',
  'full-access',
  'openid',
  'profile',
  'email',
  'phone',
  'offline_access',
  'aws.cognito.signin.user.admin',
]);

export const in04 = defineRule({
  id: 'IN04',
  name: 'scopes-at-the-door',
  layer: 'inbound',
  severity: 'error',
  summary: 'The gateway does not ask for a scope of its own',
  explanation:
    'A token that was issued for something else passes. Scopes are any-of, so this is a check at the door; per tool, policies decide.',
  fix: 'List AllowedScopes with the scopes of your resource server, none of them omnibus',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html',
    'https://modelcontextprotocol.io/specification/2026-07-28/basic/security_best_practices',
  ],
  *evaluate(model) {
    for (const { gateway, authorizer, path } of jwtGateways(model)) {
      const scopes = within(authorizer, 'AllowedScopes');
      const open = isUnknown(scopes) ? scopes : asList(scopes).find(isUnknown);
      const listed = asList(scopes);
      if (open !== undefined) yield undecided(gateway, `${path}.AllowedScopes`, open);
      else if (listed.length === 0) yield finding(gateway, `${path}.AllowedScopes`, 'AllowedScopes is not set');
      for (const scope of listed) {
        if (typeof scope === 'string' && (OMNIBUS.has(scope.toLowerCase()) || /\/(\*|\.default)$/.test(scope))) {
          yield finding(gateway, `${path}.AllowedScopes`, `"${scope}" is held by every client`, scope);
        }
      }
    }
  },
});
