import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { at, judge, judgeLiteral } from '../read';
import { defineRule } from '../rule';
import { TARGET } from '../types';

export const out07 = defineRule({
  id: 'OUT07',
  name: 'api-key-in-header',
  layer: 'outbound',
  level: 'medium',
  summary: 'The API key travels in the query string or in a header that means something else',
  explanation: 'Query strings end in access logs, traces and referrers, at every hop.',
  fix: 'Set CredentialLocation HEADER with a header of its own, for example X-Api-Key',
  acknowledge: 'When the vendor takes the key in the query only; then keep its logs out of reach.',
  references: [
    'https://www.rfc-editor.org/rfc/rfc9110#name-field-names',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html',
  ],
  frameworks: {
    owaspMcp: ['01'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP03'],
    nist80053: ['IA-5(7)', 'SC-8'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    CredentialProviderConfigurations:
      - CredentialProviderType: API_KEY
        CredentialProvider: { ApiKeyCredentialProvider: { CredentialLocation: QUERY_PARAMETER, CredentialParameterName: api_key } }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    CredentialProviderConfigurations:
      - CredentialProviderType: API_KEY
        CredentialProvider: { ApiKeyCredentialProvider: { CredentialLocation: HEADER, CredentialParameterName: X-Api-Key } }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const configurations = at(target, 'CredentialProviderConfigurations');
      for (const [index, configuration] of asList(isUnknown(configurations) ? [] : configurations).entries()) {
        if (within(configuration, 'CredentialProviderType') !== 'API_KEY') continue;
        const path = `CredentialProviderConfigurations.${index}.CredentialProvider.ApiKeyCredentialProvider`;
        yield* judgeLiteral(
          target,
          `${path}.CredentialLocation`,
          (location) => (location === 'HEADER' ? undefined : `CredentialLocation is ${String(location ?? 'missing')}`),
          'location',
        );
        yield* judge(
          target,
          `${path}.CredentialParameterName`,
          (name) => {
            if (name === undefined) return undefined;
            if (!/^[!#$%&'*+.^_\x60|~0-9A-Za-z-]+$/.test(String(name)))
              return 'CredentialParameterName is not the name of a header';
            return FORBIDDEN.test(String(name)) ? `${String(name)} is a header with a meaning of its own` : undefined;
          },
          'name',
        );
        yield* judge(
          target,
          `${path}.CredentialPrefix`,
          (prefix) => (/[\r\n:]/.test(String(prefix ?? '')) ? 'CredentialPrefix has a line break or colon' : undefined),
          'prefix',
        );
      }
    }
  },
});

const FORBIDDEN = /^(host|content-length|transfer-encoding|connection|cookie|x-amz-.*|x-forwarded-.*)$/i;
