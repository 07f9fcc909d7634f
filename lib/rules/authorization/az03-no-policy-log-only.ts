import { isUnknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { POLICY } from '../types';

export const az03 = defineRule({
  id: 'AZ03',
  name: 'no-policy-log-only',
  layer: 'authorization',
  severity: 'error',
  summary: 'A policy is only observed, not applied',
  explanation: 'The gateway still shows ENFORCE, while a forbid in LOG_ONLY forbids nothing.',
  fix: 'Set EnforcementMode to ACTIVE when the rollout is done',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-enforcement-modes.html'],
  *evaluate(model) {
    for (const policy of model.ofType(POLICY)) {
      const mode = property(policy, 'EnforcementMode');
      if (isUnknown(mode)) yield undecided(policy, 'Properties.EnforcementMode', mode);
      else if (mode !== undefined && mode !== 'ACTIVE') {
        yield finding(policy, 'Properties.EnforcementMode', `EnforcementMode is ${String(mode)}`);
      }
    }
  },
});
