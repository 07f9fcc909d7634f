import { type SecretValue, Stack, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Problem } from '../core/errors';

/** Where a credential provider finds a secret, and what reading it takes. */
export interface SecretBinding {
  readonly secretId: string;
  readonly jsonKey: string;
  /** What IAM compares: the ARN with its random suffix, or with six placeholders for it. */
  readonly grantArn: string;
  readonly encryptionKey?: IKey;
  readonly problems: readonly Problem[];
}

/**
 * A secret of AWS Secrets Manager, by reference: one key of a JSON object. The value never passes through the app, the
 * template or the events of the stack.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-outbound-credential-provider.html
 */
export class ExternalSecret {
  /**
   * One key of a secret.
   *
   * @param secret the secret, of this account
   * @param jsonKey key of the JSON object that the secret holds
   */
  public static fromSecret(secret: ISecret, jsonKey: string): ExternalSecret {
    return new ExternalSecret((scope) => ({
      secretId: secret.secretArn,
      jsonKey,
      // An ARN made from a name lacks the six characters that Secrets Manager appends.
      grantArn: secret.secretFullArn ?? `${secret.secretArn}-??????`,
      encryptionKey: secret.encryptionKey,
      problems: jsonKey === '' ? [noKey(scope)] : [],
    }));
  }

  /**
   * A reference made with `SecretValue.secretsManager(name, { jsonField })`.
   *
   * Errors: `SECRET_PLAINTEXT` for a value that is not a reference, such as `SecretValue.unsafePlainText`;
   * `SECRET_REFERENCE` for a reference to another place or to a version other than the current. The value is never shown.
   */
  public static fromSecretValue(value: SecretValue): ExternalSecret {
    return new ExternalSecret((scope) => fromReference(value, scope));
  }

  private constructor(private readonly bind: (scope: Construct) => SecretBinding) {}

  /** @internal */
  public _bind(scope: Construct): SecretBinding {
    return this.bind(scope);
  }
}

const DYNAMIC_REFERENCE = /^\{\{resolve:secretsmanager:(.+?):SecretString:([^:]+)(?::([^:]*))?(?::([^:]*))?\}\}$/;

function fromReference(value: SecretValue, scope: Construct): SecretBinding {
  const nothing = { secretId: 'unusable', jsonKey: 'unusable', grantArn: 'unusable' };
  const text: unknown = Stack.of(scope).resolve(value.unsafeUnwrap());
  const match = typeof text === 'string' ? DYNAMIC_REFERENCE.exec(text) : null;
  if (match === null) return { ...nothing, problems: [notExternal(text, scope)] };
  const [, secretId, jsonKey, stage, versionId] = match as unknown as [string, string, string, string?, string?];
  const { partition, region, account } = Stack.of(scope);
  const isArn = secretId.startsWith('arn:');
  return {
    secretId,
    jsonKey,
    grantArn: isArn
      ? `${secretId}${/-[A-Za-z0-9]{6}$/.test(secretId) ? '' : '-??????'}`
      : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secretId}-??????`,
    problems: pinsVersion(stage, versionId) ? [pinned(scope)] : [],
  };
}

/** The service reads the current version; `AWSCURRENT` names the same. */
function pinsVersion(stage = '', versionId = ''): boolean {
  return !['', 'AWSCURRENT'].includes(stage) || versionId !== '';
}

function pinned(scope: Construct): Problem {
  return {
    code: 'SECRET_REFERENCE',
    message: 'a secret is given by version stage or version id, which a credential provider has no place for',
    fix: 'Leave versionStage and versionId out: the service reads the current version',
    at: scope.node.path,
  };
}

/** The value itself is not shown, whatever it is. */
function notExternal(text: unknown, scope: Construct): Problem {
  const isPlain = typeof text === 'string' && !text.startsWith('{{resolve:') && !Token.isUnresolved(text);
  if (isPlain) {
    return {
      code: 'SECRET_PLAINTEXT',
      message: 'a secret is given as plain text, which would stand in the template and in the events of the stack',
      fix: 'Store it in Secrets Manager and pass ExternalSecret.fromSecret(secret, key); treat the value as leaked',
      at: scope.node.path,
    };
  }
  return {
    code: 'SECRET_REFERENCE',
    message: 'a secret is not a reference to one key of a secret of Secrets Manager',
    fix: "Pass ExternalSecret.fromSecret(secret, 'key')",
    at: scope.node.path,
  };
}

function noKey(scope: Construct): Problem {
  return {
    code: 'SECRET_REFERENCE',
    message: 'the key of a secret is empty',
    fix: 'Name the key of the JSON object that the secret holds',
    at: scope.node.path,
  };
}
