import { isObject } from '../../assembly/cloudformation';
import { isUnknown } from '../../assembly/resolve';
import { property, within } from '../../assembly/template-model';
import { defineRule, finding, undecided } from '../rule';
import { API_KEY_PROVIDER, OAUTH_PROVIDER } from '../types';

const DYNAMIC_REFERENCE = /^\{\{resolve:(secretsmanager|ssm-secure):/;

export const out04 = defineRule({
  id: 'OUT04',
  name: 'no-secret-in-template',
  layer: 'outbound',
  severity: 'error',
  summary: 'A secret stands in the template',
  explanation:
    'Everyone who may read the stack, its events or the repository reads the secret; events keep it for 90 days.',
  fix: 'Reference a secret of Secrets Manager: ClientSecretSource or ApiKeySecretSource EXTERNAL with SecretId and JsonKey',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html',
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html',
  ],
  *evaluate(model) {
    for (const provider of model.ofType(API_KEY_PROVIDER)) {
      yield* judge(provider, 'Properties.ApiKey', property(provider, 'ApiKey'));
    }
    for (const provider of model.ofType(OAUTH_PROVIDER)) {
      const input = property(provider, 'Oauth2ProviderConfigInput');
      if (isUnknown(input)) yield undecided(provider, 'Properties.Oauth2ProviderConfigInput', input);
      if (!isObject(input)) continue;
      for (const vendor of Object.keys(input)) {
        const path = `Properties.Oauth2ProviderConfigInput.${vendor}.ClientSecret`;
        yield* judge(provider, path, within(input, vendor, 'ClientSecret'));
      }
    }
  },
});

/** The value itself is never shown. */
function* judge(provider: Parameters<typeof finding>[0], path: string, value: unknown) {
  if (value === undefined) return;
  if (isUnknown(value)) yield undecided(provider, path, value);
  else if (!DYNAMIC_REFERENCE.test(String(value)))
    yield finding(provider, path, 'the property holds a value, not a reference');
}
