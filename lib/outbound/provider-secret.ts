import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { formatProblem } from '../core/errors';
import { checkReason } from '../core/reason';
import { METADATA_KEY, type WeakeningMetadata } from '../protocol/template-metadata';
import { ExternalSecret } from './external-secret';

/** Why a protection is left out. */
export interface WeakeningReason {
  /** Why that is right here; stands in the template, where reviewers and rules read it. */
  readonly reason: string;
}

/** How a secret changes. */
export abstract class SecretRotation {
  /**
   * A function that follows the four steps of a Secrets Manager rotation.
   *
   * @param rotationFunction the function
   * @param every time between rotations; 30 days when left out
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
   */
  public static byFunction(rotationFunction: IFunction, every?: Duration): SecretRotation {
    return new FunctionRotation(rotationFunction, every ?? Duration.days(30));
  }

  /** Nobody but people change it: for providers whose secrets only a console issues. */
  public static manual(weakening: WeakeningReason): SecretRotation {
    return new ManualRotation(weakening.reason);
  }

  /** @internal */
  public abstract _apply(secret: Secret): void;
}

class FunctionRotation extends SecretRotation {
  public constructor(
    private readonly rotationFunction: IFunction,
    private readonly every: Duration,
  ) {
    super();
  }

  public _apply(secret: Secret): void {
    secret.addRotationSchedule('Rotation', { rotationLambda: this.rotationFunction, automaticallyAfter: this.every });
  }
}

class ManualRotation extends SecretRotation {
  public constructor(private readonly reason: string) {
    super();
  }

  public _apply(secret: Secret): void {
    const metadata: WeakeningMetadata = { weakening: 'SecretRotation.manual', reason: this.reason };
    (secret.node.defaultChild as CfnSecret).addMetadata(METADATA_KEY, metadata);
    const problems = checkReason('SecretRotation.manual', this.reason, secret.node.path);
    secret.node.addValidation({ validate: () => problems.map(formatProblem) });
  }
}

/** Options of {@link ProviderSecret}. */
export interface ProviderSecretProps {
  /** How the secret changes. */
  readonly rotation: SecretRotation;

  /**
   * Key of the JSON object under which the value stands.
   *
   * @default 'value'
   */
  readonly jsonKey?: string;
}

/**
 * A secret for a credential provider, with a key of its own that serves nothing but Secrets Manager.
 *
 * It starts with a random placeholder: put the real value in after the first deployment, with
 * `aws secretsmanager put-secret-value`. It never stands in the app. The secret is kept when the stack is deleted.
 */
export class ProviderSecret extends Construct {
  /** The secret. */
  public readonly secret: Secret;
  /** What credential providers take. */
  public readonly reference: ExternalSecret;

  public constructor(scope: Construct, id: string, props: ProviderSecretProps) {
    super(scope, id);
    const jsonKey = props.jsonKey ?? 'value';
    const key = new Key(this, 'Key', { description: `Secret ${this.node.path}`, enableKeyRotation: true });
    key.addToResourcePolicy(onlySecretsManager(this));
    this.secret = new Secret(this, 'Secret', {
      description: `Outbound credential; the value is under ${jsonKey}`,
      encryptionKey: key,
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: jsonKey },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    props.rotation._apply(this.secret);
    this.reference = ExternalSecret.fromSecret(this.secret, jsonKey);
  }
}

/** Whoever holds kms:Decrypt by a wide IAM policy still cannot use the key outside Secrets Manager. */
function onlySecretsManager(scope: Construct): PolicyStatement {
  const { region, urlSuffix } = Stack.of(scope);
  return new PolicyStatement({
    sid: 'OnlyThroughSecretsManager',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [
      'kms:Decrypt',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:CreateGrant',
    ],
    resources: ['*'],
    conditions: { StringNotEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` } },
  });
}
