import { policyViews, STATEMENT } from '../cedar-view';
import { readsPrincipal } from '../constant-condition';
import { defineRule, finding, undecided } from '../rule';

export const az10 = defineRule({
  id: 'AZ10',
  name: 'permit-says-who',
  layer: 'authorization',
  level: 'high',
  summary: 'A permit says what may be called, not by whom',
  explanation:
    'Authentication is not authorization: every caller with a valid token may then call the tool, across tenants and agents.',
  fix: 'Add a condition on the caller: a scope, a client, a role or a tenant claim, for example tool.permit(agent)',
  acknowledge:
    'When the tool is meant for every caller of the gateway and returns nothing that belongs to one of them.',
  limits:
    'Whether a tool returns data of a tenant does not stand in a template: tie the tenant argument to a claim when it does.',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-fine-grained-access-control.html',
  ],
  frameworks: {
    owaspMcp: ['07', '10'],
    owaspAgentic: ['03'],
    wellArchitected: ['AGENTSEC03'],
    nist80053: ['AC-3', 'AC-16', 'AC-4'],
  },
  example: {
    bad: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar: { Statement: 'permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"o___get", resource) when { context.input.n < 5 };' }
`,
    good: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar: { Statement: 'permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"o___get", resource) when { principal.hasTag("client_id") && principal.getTag("client_id") == "support" };' }
`,
  },
  *evaluate(model) {
    for (const { resource, json, open } of policyViews(model)) {
      const path = `Properties.${STATEMENT}`;
      if (open !== undefined) yield undecided(resource, path, open);
      if (json?.effect !== 'permit' || json.principal.op === 'All') continue; // AZ06 judges a bare principal
      if (!readsPrincipal(json)) yield finding(resource, path, 'no condition depends on the principal');
    }
  },
});
