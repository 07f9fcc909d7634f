import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { type AccessRendering, type AccessVerb, DeclaredAccess, describeCall, renderVerbs } from './declared-access';
import { checkExact } from './exact-text';
import { ownerOf } from './foreign-resource';

/** Options of {@link SecretAccess.read}. */
export interface SecretReadOptions {
  /**
   * Only the version with this staging label, for example `AWSCURRENT`. The request must name the label.
   *
   * @default - any version
   */
  readonly versionStage?: string;
}

/**
 * Operations on one secret of Secrets Manager. The environment variable carries the secret's ARN, or its name when only
 * that is known; never the value.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
export class SecretAccess extends DeclaredAccess {
  /** @internal */
  public static _of(secret: ISecret): SecretAccess {
    return new SecretAccess(secret, []);
  }

  private constructor(
    private readonly secret: ISecret,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `GetSecretValue`. */
  public read(options: SecretReadOptions = {}): SecretAccess {
    const { versionStage } = options;
    return this.with({
      call: describeCall('read', options),
      problems: checkExact('the version stage of a secret', versionStage),
      operations: [
        {
          operation: 'GetSecretValue',
          actions: ['secretsmanager:GetSecretValue'],
          resources: [this.arn],
          readOnly: true,
          conditions:
            versionStage === undefined ? undefined : { StringEquals: { 'secretsmanager:VersionStage': versionStage } },
        },
      ],
    });
  }

  /** `DescribeSecret`: names, dates, tags and rotation, not the value. */
  public describe(): SecretAccess {
    return this.with({
      call: 'describe()',
      operations: [
        {
          operation: 'DescribeSecret',
          actions: ['secretsmanager:DescribeSecret'],
          resources: [this.arn],
          readOnly: true,
          keyActions: [],
        },
      ],
    });
  }

  /** `PutSecretValue`: a new version. */
  public putValue(): SecretAccess {
    return this.with({
      call: 'putValue()',
      operations: [
        {
          operation: 'PutSecretValue',
          actions: ['secretsmanager:PutSecretValue'],
          resources: [this.arn],
          readOnly: false,
        },
      ],
    });
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 'secretsmanager',
      environmentValue: this.secret.secretFullArn ?? this.secret.secretName,
      resourceArn: this.arn,
      encryptionKey: this.secret.encryptionKey,
      foreign: ownerOf(this.secret),
      ...renderVerbs(`Access.secret(${this.secret.node.id})`, this.verbs),
    };
  }

  /** The service appends a hyphen and six characters to the name; when they are not known, exactly six are left open. */
  private get arn(): string {
    return this.secret.secretFullArn ?? `${this.secret.secretArn}-??????`;
  }

  private with(verb: AccessVerb): SecretAccess {
    return new SecretAccess(this.secret, [...this.verbs, verb]);
  }
}
