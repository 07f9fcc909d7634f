import { within } from '../../assembly/template-model';
import { daysAfter, isDay } from '../../core/day';
import { shown } from '../../core/errors';
import { METADATA_KEY, TRIAL_DAYS_MAX } from '../../protocol/template-metadata';
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
    'A forbid in LOG_ONLY forbids nothing, and nothing at the gateway shows it. With the last day of a trial in its metadata, at most 90 days ahead, it is a warning until then.',
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
      const trial = trialOf(within(resource.metadata, METADATA_KEY, 'trial', 'lastDay'), options.today);
      for (const outcome of judgeLiteral(resource, 'EnforcementMode', (mode) =>
        mode === undefined || mode === 'ACTIVE' ? undefined : `EnforcementMode is ${String(mode)}${trial.text}`,
      )) {
        const isTrial = trial.runs ?? json?.effect === 'permit';
        yield outcome.kind === 'finding' && isTrial ? { ...outcome, severity: 'warning' } : outcome;
      }
    }
  },
});

/** `runs` is undefined where nothing is said about a trial. */
function trialOf(lastDay: unknown, today: string): { runs?: boolean; text: string } {
  if (lastDay === undefined) return { text: ', without a day on which that ends' };
  if (typeof lastDay !== 'string' || !isDay(lastDay) || lastDay > daysAfter(today, TRIAL_DAYS_MAX))
    return { runs: false, text: `, and its trial ends on no day of the next ${TRIAL_DAYS_MAX}, got ${shown(lastDay)}` };
  if (lastDay < today) return { runs: false, text: `, and its trial ended on ${lastDay}` };
  return { runs: true, text: `, on trial until ${lastDay}` };
}
