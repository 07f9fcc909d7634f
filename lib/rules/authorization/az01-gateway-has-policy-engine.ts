import { isUnknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const az01 = defineRule({
  id: 'AZ01',
  name: 'gateway-has-policy-engine',
  layer: 'authorization',
  severity: 'error',
  summary: 'The gateway has no policy engine',
  explanation: 'Every caller that is let in may call every tool with any arguments.',
  fix: 'Attach a policy engine in ENFORCE mode',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy.html'],
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const arn = property(gateway, 'PolicyEngineConfiguration', 'Arn');
      if (isUnknown(arn)) yield undecided(gateway, 'Properties.PolicyEngineConfiguration', arn);
      else if (arn === undefined) yield finding(gateway, 'Properties.PolicyEngineConfiguration');
    }
  },
});
