import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { isAnyTenant, servesAnyTenant } from '../../core/any-tenant';
import { at, judge, judgeEach } from '../read';
import { defineRule } from '../rule';
import { OAUTH_PROVIDER, TARGET, WORKLOAD_IDENTITY } from '../types';
import { endpointProblem, redirectProblem } from '../urls';

export const out06 = defineRule({
  id: 'OUT06',
  name: 'oauth-endpoints-pinned',
  layer: 'outbound',
  level: 'high',
  summary: 'An OAuth endpoint or return URL is not an exact https address of one issuer',
  explanation: 'Codes and tokens go to whoever answers at these addresses.',
  fix: 'Use https addresses of the host of the issuer, and list each return URL in full',
  acknowledge: 'When a vendor really splits its endpoints over domains; name both.',
  references: [
    'https://datatracker.ietf.org/doc/html/rfc9700',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html',
  ],
  frameworks: {
    owaspMcp: ['01', '07'],
    owaspAgentic: ['03', '07'],
    wellArchitected: ['SEC09-BP02'],
    nist80053: ['SC-8', 'SC-23'],
  },
  example: {
    bad: `
Identity:
  Type: AWS::BedrockAgentCore::WorkloadIdentity
  Properties: { Name: agent, AllowedResourceOauth2ReturnUrls: ["http://localhost:8080/*"] }
`,
    good: `
Identity:
  Type: AWS::BedrockAgentCore::WorkloadIdentity
  Properties: { Name: agent, AllowedResourceOauth2ReturnUrls: ["https://agent.example.com/oauth2/callback"] }
`,
  },
  *evaluate(model, { options }) {
    for (const provider of model.ofType(OAUTH_PROVIDER)) {
      const discovery = 'Oauth2ProviderConfigInput.CustomOauth2ProviderConfig.OauthDiscovery';
      yield* judge(
        provider,
        `${discovery}.DiscoveryUrl`,
        (url) => (url === undefined ? undefined : serverProblem(String(url))),
        'DiscoveryUrl',
      );
      const microsoft = 'Oauth2ProviderConfigInput.MicrosoftOauth2ProviderConfig';
      if (at(provider, microsoft) !== undefined) {
        yield* judge(
          provider,
          `${microsoft}.TenantId`,
          (tenant) => (isAnyTenant(tenant as string | undefined) ? 'TenantId names no single tenant' : undefined),
          'TenantId',
        );
      }
      const metadata = at(provider, `${discovery}.AuthorizationServerMetadata`);
      const issuer = String(within(metadata, 'Issuer'));
      for (const name of ['Issuer', 'AuthorizationEndpoint', 'TokenEndpoint']) {
        yield* judge(
          provider,
          `${discovery}.AuthorizationServerMetadata.${name}`,
          (url) => {
            if (url === undefined) return undefined;
            const problem = serverProblem(String(url));
            return (
              problem ??
              (domainOf(String(url)) === domainOf(issuer) ? undefined : `${name} is not at the domain of the issuer`)
            );
          },
          name,
        );
      }
    }
    const allowed = model
      .ofType(WORKLOAD_IDENTITY)
      .flatMap((identity) => asList(at(identity, 'AllowedResourceOauth2ReturnUrls')));
    for (const identity of model.ofType(WORKLOAD_IDENTITY)) {
      yield* judgeEach(identity, 'AllowedResourceOauth2ReturnUrls', (url) =>
        redirectProblem(String(url), options.allowLocalCallbacks),
      );
    }
    for (const target of model.ofType(TARGET)) {
      const configurations = at(target, 'CredentialProviderConfigurations');
      for (const index of asList(isUnknown(configurations) ? [] : configurations).keys()) {
        const path = `CredentialProviderConfigurations.${index}.CredentialProvider.OauthCredentialProvider.DefaultReturnUrl`;
        yield* judge(
          target,
          path,
          (url) => {
            if (url === undefined) return undefined;
            const problem = redirectProblem(String(url), options.allowLocalCallbacks);
            return (
              problem ??
              (allowed.length === 0 || allowed.includes(url)
                ? undefined
                : 'DefaultReturnUrl is not among the allowed return URLs')
            );
          },
          'DefaultReturnUrl',
        );
      }
    }
  },
});

function serverProblem(url: string): string | undefined {
  return servesAnyTenant(url) ? `${url} serves any tenant` : endpointProblem(url, undefined);
}

/** The last two labels: enough to tell one vendor from another. */
function domainOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.split('.').slice(-2).join('.') : undefined;
}
