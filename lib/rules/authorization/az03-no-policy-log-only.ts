import { policyViews } from '../cedar-view';
import { judgeLiteral } from '../read';
import { defineRule } from '../rule';

export const az03 = defineRule({
  id: 'AZ03',
  name: 'no-policy-log-only',
  layer: 'authorization',
  level: 'high',
  summary: 'A policy is only watched while the engine enforces the others',
  explanation: 'A forbid in LOG_ONLY forbids nothing, and nothing at the gateway shows it.',
  fix: 'Set EnforcementMode to ACTIVE, or remove the policy',
  acknowledge: 'For a permit that is being tried out, with the date on which it becomes active or goes.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-enforcement-modes.html'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['02'],
    wellArchitected: ['AGENTSEC02-BP01'],
    nist80053: ['AC-3', 'CM-6'],
  },
  example: {
    bad: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties: { EnforcementMode: LOG_ONLY, Definition: { Cedar: { Statement: "forbid(principal, action, resource);" } } }
`,
    good: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties: { EnforcementMode: ACTIVE, Definition: { Cedar: { Statement: "forbid(principal, action, resource);" } } }
`,
  },
  *evaluate(model) {
    for (const { resource, json } of policyViews(model)) {
      for (const outcome of judgeLiteral(resource, 'EnforcementMode', (mode) =>
        mode === undefined || mode === 'ACTIVE' ? undefined : `EnforcementMode is ${String(mode)}`,
      )) {
        yield outcome.kind === 'finding' && json?.effect === 'permit' ? { ...outcome, severity: 'warning' } : outcome;
      }
    }
  },
});
