import { JWT, jwtGateways, poolOf } from '../gateways';
import { at, judge, shownReference } from '../read';
import { defineRule, undecided } from '../rule';
import { hostProblem } from '../urls';

export const in06 = defineRule({
  id: 'IN06',
  name: 'issuer-exact-https',
  layer: 'inbound',
  level: 'high',
  summary: 'The issuer is not one exact, approved https address',
  explanation: 'Whoever controls the discovery document controls every key with which tokens are verified.',
  fix: 'Use the https discovery URL of one tenant or user pool, and list its host in approvedIssuers',
  acknowledge: 'When the issuer has no public name and is reached through a private endpoint.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html'],
  frameworks: {
    owaspMcp: ['07', '09'],
    owaspAgentic: ['03', '07'],
    wellArchitected: ['SEC02-BP04'],
    nist80053: ['IA-8', 'SC-23', 'CM-7'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer: { DiscoveryUrl: http://10.0.0.5/.well-known/openid-configuration }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration:
      CustomJWTAuthorizer: { DiscoveryUrl: https://idp.example.com/.well-known/openid-configuration }
`,
  },
  *evaluate(model, { options }) {
    for (const { gateway, path } of jwtGateways(model)) {
      const url = at(gateway, `${JWT}.DiscoveryUrl`);
      if (typeof url === 'string' && poolOf(model, url) !== undefined && COGNITO_URL.test(url)) continue;
      if (typeof url === 'string' && url.includes('${') && !/^https:\/\/[^/$]+(\$\{AWS::Region\}[^/$]*)?\//.test(url)) {
        yield undecided(gateway, `${path}.DiscoveryUrl`, `it is ${shownReference(url)}`);
        continue;
      }
      yield* judge(gateway, `${JWT}.DiscoveryUrl`, (value) =>
        issuerProblem(String(value ?? ''), options.approvedIssuers),
      );
    }
  },
});

const COGNITO_URL =
  /^(https:\/\/cognito-idp\.(?:\$\{AWS::Region\}|[a-z0-9-]+)\.(?:\$\{AWS::URLSuffix\}|amazonaws\.com(?:\.cn)?)\/\$\{[^${}]+\}|\$\{[^${}]+\.ProviderURL\})\/\.well-known\/openid-configuration$/;

function issuerProblem(url: string, approved: readonly string[] | undefined): string | undefined {
  if (!/^https:\/\/[^/@?#\s]+(\/[^?#\s]*)?\/\.well-known\/openid-configuration$/.test(url)) {
    return `DiscoveryUrl is ${shownReference(url) || 'missing'}`;
  }
  if (/\/(common|organizations|consumers)\//.test(url)) return 'the issuer is every tenant of the provider';
  const host = new URL(url.replace(/\$\{AWS::Region\}/g, 'region')).hostname;
  const problem = hostProblem(host);
  if (problem !== undefined) return problem;
  const known = approved === undefined || approved.includes(host);
  return known ? undefined : `${host} is not among the approved issuers`;
}
