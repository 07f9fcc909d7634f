import { isUnknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const az16 = defineRule({
  id: 'AZ16',
  name: 'debug-off',
  layer: 'authorization',
  severity: 'warning',
  summary: 'Callers see the details of internal errors',
  explanation: 'DEBUG tells callers ARNs, missing permissions and texts of exceptions: a map for the next attempt.',
  fix: 'Remove ExceptionLevel',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-debug-messages.html'],
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const level = property(gateway, 'ExceptionLevel');
      if (isUnknown(level)) yield undecided(gateway, 'Properties.ExceptionLevel', level);
      else if (level !== undefined)
        yield finding(gateway, 'Properties.ExceptionLevel', `ExceptionLevel is ${String(level)}`);
    }
  },
});
