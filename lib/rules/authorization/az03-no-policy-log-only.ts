import { within } from '../../assembly/template-model';
import { METADATA_KEY } from '../../protocol/template-metadata';
import { policyViews } from '../cedar-view';
import { judgeLiteral } from '../read';
import { defineRule } from '../rule';

export const az03 = defineRule({
  id: 'AZ03',
  name: 'no-policy-log-only',
  layer: 'authorization',
  level: 'high',
  summary: 'A policy is only watched while the engine enforces the others',
  explanation:
    'A forbid in LOG_ONLY forbids nothing, and nothing at the gateway shows it. With the last day of a trial in its metadata it is a warning until then.',
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
  *evaluate(model, { options }) {
    for (const { resource, json } of policyViews(model)) {
      const lastDay = dayOf(within(resource.metadata, METADATA_KEY, 'trial', 'lastDay'));
      const isOver = lastDay !== undefined && lastDay < options.today;
      for (const outcome of judgeLiteral(resource, 'EnforcementMode', (mode) =>
        mode === undefined || mode === 'ACTIVE'
          ? undefined
          : `EnforcementMode is ${String(mode)}${trialText(lastDay, isOver)}`,
      )) {
        const isTrial = (lastDay !== undefined || json?.effect === 'permit') && !isOver;
        yield outcome.kind === 'finding' && isTrial ? { ...outcome, severity: 'warning' } : outcome;
      }
    }
  },
});

function dayOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
}

function trialText(lastDay: string | undefined, isOver: boolean): string {
  if (lastDay === undefined) return ', without a day on which that ends';
  return isOver ? `, and its trial ended on ${lastDay}` : `, on trial until ${lastDay}`;
}
