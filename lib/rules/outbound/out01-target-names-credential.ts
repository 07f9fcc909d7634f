import { isObject } from '../../assembly/cloudformation';
import { isUnknown } from '../../assembly/resolve';
import { asList, property, within } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { TARGET } from '../types';

/** https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html, table of target kinds. */
const ALLOWED: Record<string, readonly string[]> = {
  Lambda: ['GATEWAY_IAM_ROLE'],
  ApiGateway: ['GATEWAY_IAM_ROLE', 'API_KEY'],
  OpenApiSchema: ['GATEWAY_IAM_ROLE', 'OAUTH', 'API_KEY'],
  McpServer: ['GATEWAY_IAM_ROLE', 'OAUTH', 'API_KEY'],
  SmithyModel: ['GATEWAY_IAM_ROLE', 'OAUTH'],
};

export const out01 = defineRule({
  id: 'OUT01',
  name: 'target-names-credential',
  layer: 'outbound',
  severity: 'error',
  summary: 'The target does not name a credential that its kind can use',
  explanation:
    'Without one, the gateway calls what is behind it as nobody, and what is behind it must be open to everybody.',
  fix: 'Name one credential provider: GATEWAY_IAM_ROLE for Lambda, OAUTH for an API',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html'],
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const path = 'Properties.CredentialProviderConfigurations';
      const configurations = property(target, 'CredentialProviderConfigurations');
      const type = isUnknown(configurations)
        ? configurations
        : within(asList(configurations)[0], 'CredentialProviderType');
      if (isUnknown(type)) yield undecided(target, path, type);
      else if (type === undefined) yield finding(target, path, 'no credential is named');
      else {
        const mcp = property(target, 'TargetConfiguration', 'Mcp');
        const kind = isObject(mcp) ? Object.keys(mcp)[0] : undefined;
        const allowed = kind === undefined ? undefined : ALLOWED[kind];
        if (allowed !== undefined && !allowed.includes(String(type))) {
          yield finding(target, path, `a ${kind} target takes ${allowed.join(' or ')}, got ${String(type)}`);
        }
      }
    }
  },
});
