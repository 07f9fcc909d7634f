import { isUnknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { POLICY } from '../types';

export const az07 = defineRule({
  id: 'AZ07',
  name: 'analyzer-not-silenced',
  layer: 'authorization',
  severity: 'error',
  summary: "The service's policy analysis is ignored",
  explanation: 'The analysis finds policies that permit everything or can never apply. Ignored, they deploy silently.',
  fix: 'Set ValidationMode to FAIL_ON_ANY_FINDINGS',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy.html'],
  *evaluate(model) {
    for (const policy of model.ofType(POLICY)) {
      const mode = property(policy, 'ValidationMode');
      if (isUnknown(mode)) yield undecided(policy, 'Properties.ValidationMode', mode);
      else if (mode !== undefined && mode !== 'FAIL_ON_ANY_FINDINGS') {
        yield finding(policy, 'Properties.ValidationMode', `ValidationMode is ${String(mode)}`);
      }
    }
  },
});
