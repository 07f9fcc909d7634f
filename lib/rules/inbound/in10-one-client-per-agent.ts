import type { ModelResource, TemplateModel } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { policyViews } from '../cedar-view';
import { issuerClients } from '../gateways';
import { perModel } from '../per-model';
import { at, openPart, texts } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { canonicalScope, isOmnibusScope, scopesOfIdentifier, serverOf } from '../scopes';
import { allTools } from '../tools';

export const in10 = defineRule({
  id: 'IN10',
  name: 'one-client-per-agent',
  layer: 'inbound',
  level: 'high',
  summary: 'An agent holds scopes beyond its own task',
  explanation:
    'A client with every scope, or with scopes of reading and destroying tools, carries more than one task needs, and a log cannot tell which agent acted.',
  fix: 'Give each agent its own client with the scopes of the tools it may call, for example gateway.addAgent()',
  acknowledge:
    'When one agent really needs the scopes; then name the client in the permit of each tool, and the rule is satisfied.',
  limits:
    'A client that holds several scopes passes when every one of them is asked for by an active permit that names this client: then the scope alone opens nothing.',
  references: ['https://modelcontextprotocol.io/specification/2026-07-28/basic/security_best_practices'],
  frameworks: {
    owaspMcp: ['02'],
    owaspAgentic: ['02', '03'],
    wellArchitected: ['AGENTSEC03', 'SEC03-BP02'],
    nist80053: ['AC-6', 'AC-5', 'IA-9'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool }
Server:
  Type: AWS::Cognito::UserPoolResourceServer
  Properties: { UserPoolId: !Ref Pool, Identifier: gw, Scopes: [{ ScopeName: read }, { ScopeName: write }] }
Client:
  Type: AWS::Cognito::UserPoolClient
  Properties: { UserPoolId: !Ref Pool, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [gw/read, gw/write] }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool }
Server:
  Type: AWS::Cognito::UserPoolResourceServer
  Properties: { UserPoolId: !Ref Pool, Identifier: gw, Scopes: [{ ScopeName: read }, { ScopeName: write }] }
Client:
  Type: AWS::Cognito::UserPoolClient
  Properties: { UserPoolId: !Ref Pool, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [gw/read] }
`,
  },
  *evaluate(model) {
    for (const { client, pool } of issuerClients(model)) {
      if (!texts(at(client, 'AllowedOAuthFlows')).includes('client_credentials')) continue;
      const path = 'Properties.AllowedOAuthScopes';
      const value = at(client, 'AllowedOAuthScopes');
      const open = openPart(value);
      if (open !== undefined) {
        yield undecided(client, path, open);
        continue;
      }
      const scopes = texts(value);
      for (const scope of scopes.filter((each) => !each.includes('/') || isOmnibusScope(each))) {
        yield finding(client, path, `"${scope}" is no scope of a tool`, scope);
      }
      const canonical = scopes.map((scope) => canonicalScope(model, scope));
      if (canonical.length < 2 || canonical.every((scope) => isAskedWithClient(model, scope, client))) continue;
      const held = new Set(canonical);
      for (const server of new Set(canonical.map(serverOf))) {
        const all = pool === undefined ? [] : scopesOfIdentifier(model, pool, server);
        if (all.length > 1 && all.every((scope) => held.has(scope))) {
          yield finding(client, path, `the client holds every scope of ${server}`, server);
        }
      }
      const names = canonical.map((scope) => scope.slice(scope.lastIndexOf('/') + 1));
      const risks = new Set(names.flatMap((name) => toolsByName(model).get(name) ?? []).map((tool) => tool.risk));
      if (risks.has('READ') && risks.has('DESTRUCTIVE'))
        yield finding(client, path, 'the client holds scopes of reading and of destructive tools', 'risk');
    }
  },
});

const toolsByName = perModel((model) => groupedBy(allTools(model), ({ name }) => name));

/** Texts of the active permits that name a client, with scopes written out, by the client. */
const permitsByClient = perModel((model) => {
  const permits = new Map<ModelResource, string[]>();
  for (const { text, json, active } of policyViews(model)) {
    if (!active || json?.effect !== 'permit' || text === undefined) continue;
    const canonical = canonicalScope(model, text);
    for (const atom of new Set(text.match(/\$\{[^${}]+\}/g))) {
      const client = model.referenced(atom);
      if (client !== undefined) permits.set(client, [...(permits.get(client) ?? []), canonical]);
    }
  }
  return permits;
});

/** Whether an active permit asks for the scope and for this very client. */
function isAskedWithClient(model: TemplateModel, scope: string, client: ModelResource): boolean {
  return (permitsByClient(model).get(client) ?? []).some((text) => text.includes(`"${scope}"`));
}
