import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { jwtGateways } from '../jwt-authorizer';
import { defineRule, finding, undecided } from '../rule';

export const in03 = defineRule({
  id: 'IN03',
  name: 'jwt-restricts-caller',
  layer: 'inbound',
  severity: 'error',
  summary: 'The JWT authorizer accepts every client of the issuer',
  explanation:
    'With only a discovery URL, a token that any application of the same issuer obtained opens this gateway.',
  fix: 'List AllowedClients, or AllowedAudience for an issuer whose tokens carry an audience',
  references: [
    'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/security-considerations',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html',
  ],
  *evaluate(model) {
    for (const { gateway, authorizer, path } of jwtGateways(model)) {
      if (isUnknown(authorizer)) {
        yield undecided(gateway, path, authorizer);
        continue;
      }
      const [clients, audience] = [within(authorizer, 'AllowedClients'), within(authorizer, 'AllowedAudience')];
      const open = [clients, audience].find(isUnknown) ?? [...asList(clients), ...asList(audience)].find(isUnknown);
      const listed = [...asList(clients), ...asList(audience)];
      if (open !== undefined) yield undecided(gateway, path, open);
      else if (listed.length === 0) yield finding(gateway, path, 'neither AllowedClients nor AllowedAudience is set');
      else if (listed.some((value) => value === '*' || value === '')) {
        yield finding(gateway, path, 'AllowedClients or AllowedAudience has an empty value or "*"');
      }
    }
  },
});
