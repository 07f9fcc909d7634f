import { isUnknown } from '../../assembly/resolve';
import { asList, property, within } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { TARGET } from '../types';

export const out02 = defineRule({
  id: 'OUT02',
  name: 'no-token-passthrough',
  layer: 'outbound',
  severity: 'error',
  summary: "The caller's token is passed on to the target",
  explanation:
    'The target can use the token against this gateway and everything else that accepts it. MCP forbids it: a server must not forward the token it received.',
  fix: 'Use OAUTH with TOKEN_EXCHANGE to act for the caller, or the identity of the gateway',
  references: [
    'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/security-considerations',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html',
  ],
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const path = 'Properties.CredentialProviderConfigurations';
      for (const configuration of asList(property(target, 'CredentialProviderConfigurations'))) {
        const type = within(configuration, 'CredentialProviderType');
        if (isUnknown(type)) yield undecided(target, path, type);
        else if (type === 'JWT_PASSTHROUGH') yield finding(target, path, 'JWT_PASSTHROUGH', 'passthrough');
      }
      const headers = property(target, 'MetadataConfiguration', 'AllowedRequestHeaders');
      if (isUnknown(headers))
        yield undecided(target, 'Properties.MetadataConfiguration.AllowedRequestHeaders', headers);
      else if (asList(headers).some((header) => String(header).toLowerCase() === 'authorization')) {
        yield finding(target, 'Properties.MetadataConfiguration.AllowedRequestHeaders', 'Authorization', 'header');
      }
    }
  },
});
