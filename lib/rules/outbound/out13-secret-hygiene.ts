import { isObject } from '../../assembly/cloudformation';
import { isUnknown } from '../../assembly/resolve';
import { asList, type ModelResource, within } from '../../assembly/template-model';
import { customerKeyProblem } from '../keys';
import { at, judge } from '../read';
import { isEverybody } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { API_KEY_PROVIDER, OAUTH_PROVIDER, ROTATION, SECRET } from '../types';

export const out13 = defineRule({
  id: 'OUT13',
  name: 'secret-hygiene',
  layer: 'outbound',
  level: 'medium',
  summary: 'The secret behind a credential provider is not rotated or not under a key of your own',
  explanation:
    'A leaked credential works until somebody rotates it. With the key of AWS, whoever may read the secret may decrypt it.',
  fix: 'Set KmsKeyId and add an AWS::SecretsManager::RotationSchedule, or use PrivateKeyJwtConfig and have no secret',
  acknowledge: 'When the vendor cannot rotate; name the date of the next manual rotation.',
  limits:
    'Whether a provider could use private_key_jwt in place of a secret is for its vendor to say: a rotated secret passes.',
  references: ['https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html'],
  frameworks: {
    owaspMcp: ['01'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP03', 'SEC08-BP01'],
    nist80053: ['SC-12', 'SC-28', 'IA-5'],
  },
  example: {
    bad: `
Provider:
  Type: AWS::BedrockAgentCore::ApiKeyCredentialProvider
  Properties: { ApiKeySecretSource: EXTERNAL, ApiKeySecretConfig: { SecretId: !Ref Secret, JsonKey: k } }
Secret: { Type: AWS::SecretsManager::Secret }
`,
    good: `
Provider:
  Type: AWS::BedrockAgentCore::ApiKeyCredentialProvider
  Properties: { ApiKeySecretSource: EXTERNAL, ApiKeySecretConfig: { SecretId: !Ref Secret, JsonKey: k } }
Secret: { Type: AWS::SecretsManager::Secret, Properties: { KmsKeyId: !GetAtt Key.Arn } }
Key: { Type: AWS::KMS::Key, Properties: { EnableKeyRotation: true } }
Rotation: { Type: AWS::SecretsManager::RotationSchedule, Properties: { SecretId: !Ref Secret } }
`,
  },
  *evaluate(model) {
    const providers = [...model.ofType(API_KEY_PROVIDER), ...model.ofType(OAUTH_PROVIDER)];
    const seen = new Set<ModelResource>();
    const rotated = new Set(model.ofType(ROTATION).map((rotation) => model.referenced(at(rotation, 'SecretId'))));
    for (const provider of providers) {
      for (const id of secretIds(provider.properties)) {
        if (isUnknown(id)) {
          yield undecided(provider, 'Properties', id);
          continue;
        }
        const secret = model.referenced(id);
        if (secret?.type !== SECRET) {
          yield undecided(provider, 'Properties', 'the secret is not in the assembly');
          continue;
        }
        if (seen.has(secret)) continue;
        seen.add(secret);
        if (!rotated.has(secret))
          yield finding(secret, 'Properties', 'the secret has no rotation schedule', 'rotation');
        yield* judge(secret, 'KmsKeyId', (key) => customerKeyProblem(model, key), 'key');
      }
    }
    for (const policy of model.ofType('AWS::SecretsManager::ResourcePolicy')) {
      const open = asList(at(policy, 'ResourcePolicy.Statement')).some(
        (statement) => within(statement, 'Effect') === 'Allow' && isEverybody(statement),
      );
      const secret = model.referenced(at(policy, 'SecretId'));
      if (open && secret !== undefined && seen.has(secret))
        yield finding(policy, 'Properties.ResourcePolicy', 'everybody may read the secret', 'public');
    }
  },
});

/** `SecretId` of every `…SecretConfig` in a provider. */
function secretIds(value: unknown): unknown[] {
  if (!isObject(value) || isUnknown(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'ApiKeySecretConfig' || key === 'ClientSecretConfig') return [within(item, 'SecretId')];
    return secretIds(item);
  });
}
