import { isUnknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const in01 = defineRule({
  id: 'IN01',
  name: 'gateway-requires-authorizer',
  layer: 'inbound',
  severity: 'error',
  summary: 'The gateway accepts calls without authentication',
  explanation: 'Anyone who learns the URL can list and call every tool. AWS advises against it for testing, too.',
  fix: 'Use a JWT or IAM authorizer, for example Inbound.cognito()',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html'],
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const type = property(gateway, 'AuthorizerType');
      if (isUnknown(type)) yield undecided(gateway, 'Properties.AuthorizerType', type);
      else if (!['CUSTOM_JWT', 'AWS_IAM', 'AUTHENTICATE_ONLY'].includes(type as string)) {
        yield finding(gateway, 'Properties.AuthorizerType', `AuthorizerType is ${String(type ?? 'missing')}`);
      }
    }
  },
});
