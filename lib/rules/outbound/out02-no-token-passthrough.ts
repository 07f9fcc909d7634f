import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { targetKind, targetsOf } from '../gateways';
import { at, isTrue, judgeEach, judgeLiteral } from '../read';
import { defineRule, warning } from '../rule';
import { GATEWAY, TARGET } from '../types';

export const out02 = defineRule({
  id: 'OUT02',
  name: 'no-token-passthrough',
  layer: 'outbound',
  level: 'critical',
  summary: "The caller's token is passed on to the target",
  explanation:
    'The target can use the token against this gateway and everything else that accepts it. MCP forbids it: a server must not forward the token it received.',
  fix: 'Use OAUTH with TOKEN_EXCHANGE to act for the caller, or the identity of the gateway',
  acknowledge:
    'When the target is an AgentCore runtime of yours that must verify the very same token, and accepts only this audience.',
  limits: 'What an interceptor does with the headers it is given cannot be read; giving them is a warning.',
  references: [
    'https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html',
  ],
  frameworks: {
    owaspMcp: ['01', '07'],
    owaspAgentic: ['03', '07'],
    wellArchitected: ['AGENTSEC03', 'SEC03-BP02'],
    nist80053: ['AC-4', 'IA-9', 'AU-10'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { Name: vendor, CredentialProviderConfigurations: [{ CredentialProviderType: JWT_PASSTHROUGH }] }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: vendor
    CredentialProviderConfigurations:
      - CredentialProviderType: OAUTH
        CredentialProvider: { OauthCredentialProvider: { GrantType: TOKEN_EXCHANGE, Scopes: [tickets.read] } }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const configurations = at(target, 'CredentialProviderConfigurations');
      for (const index of asList(isUnknown(configurations) ? [] : configurations).keys()) {
        yield* judgeLiteral(
          target,
          `CredentialProviderConfigurations.${index}.CredentialProviderType`,
          (type) => (type === 'JWT_PASSTHROUGH' ? 'JWT_PASSTHROUGH' : undefined),
          'passthrough',
        );
      }
      yield* judgeEach(target, 'MetadataConfiguration.AllowedRequestHeaders', (header) =>
        String(header).toLowerCase() === 'authorization' ? 'the Authorization header is passed on' : undefined,
      );
    }
    for (const gateway of model.ofType(GATEWAY)) {
      const remote = targetsOf(model, gateway).some((target) =>
        ['McpServer', 'Passthrough', 'AgentcoreRuntime'].includes(targetKind(target) ?? ''),
      );
      if (!remote) continue;
      for (const [index, interceptor] of asList(at(gateway, 'InterceptorConfigurations')).entries()) {
        const passes = isTrue(within(interceptor, 'InputConfiguration', 'PassRequestHeaders'));
        if (passes && asList(within(interceptor, 'InterceptionPoints')).includes('REQUEST')) {
          yield warning(
            gateway,
            `Properties.InterceptorConfigurations.${index}.InputConfiguration.PassRequestHeaders`,
            'an interceptor gets the token and may pass it on to a remote target',
            'interceptor',
          );
        }
      }
    }
  },
});
