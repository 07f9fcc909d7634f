import { isUnknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const az02 = defineRule({
  id: 'AZ02',
  name: 'engine-enforces',
  layer: 'authorization',
  severity: 'error',
  summary: 'The policy engine only logs',
  explanation: 'In LOG_ONLY no policy stops a call, forbid policies included.',
  fix: 'Set PolicyEngineConfiguration.Mode to ENFORCE',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-enforcement-modes.html'],
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const configuration = property(gateway, 'PolicyEngineConfiguration');
      if (configuration === undefined) continue;
      const mode = property(gateway, 'PolicyEngineConfiguration', 'Mode');
      if (isUnknown(mode)) yield undecided(gateway, 'Properties.PolicyEngineConfiguration.Mode', mode);
      else if (mode !== 'ENFORCE') {
        yield finding(gateway, 'Properties.PolicyEngineConfiguration.Mode', `Mode is ${String(mode ?? 'missing')}`);
      }
    }
  },
});
