import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Problem } from './core/errors';
import { checkReason } from './core/reason';
import { gatewayKey } from './gateway-key';
import type { WeakeningMetadata } from './protocol/template-metadata';

/** Options of {@link GatewayEncryption.withoutKeyConditions}. */
export interface UnconditionedKeyOptions {
  /** Why the conditions of the service's documentation are left off, for instance what failed with them. */
  readonly reason: string;

  /**
   * The key.
   *
   * @default - a new customer managed key with rotation
   */
  readonly key?: IKey;
}

/** What a choice of encryption makes. */
export interface EncryptionBinding {
  readonly key: IKey;
  /** Whether the gateway's role may use the key only for this gateway and only through the service. */
  readonly keyConditions: boolean;
  readonly weakening?: WeakeningMetadata;
  readonly problems: readonly Problem[];
}

/**
 * The customer managed key for what the service stores of a gateway and its policies, for the environment of the tools
 * and for all logs. Alias, rotation and policy of a key that you bring are yours; it must allow CloudWatch Logs.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-encryption.html
 */
export class GatewayEncryption {
  /** A new key with rotation. */
  public static newKey(): GatewayEncryption {
    return new GatewayEncryption((scope, name) => ({
      key: gatewayKey(scope, name),
      keyConditions: true,
      problems: [],
    }));
  }

  /** A key that exists. */
  public static withKey(key: IKey): GatewayEncryption {
    return new GatewayEncryption(() => ({ key, keyConditions: true, problems: [] }));
  }

  /**
   * Leaves off the conditions of the gateway role's four KMS actions (`kms:ViaService`, the encryption context of the
   * gateway, grants only of a subset). The documentation of the service has them and they are the default; operators
   * report that target encryption of a live gateway is refused with them. The actions stay limited to this key.
   */
  public static withoutKeyConditions(options: UnconditionedKeyOptions): GatewayEncryption {
    const weakening = { weakening: 'GatewayEncryption.withoutKeyConditions', reason: options.reason };
    return new GatewayEncryption((scope, name) => ({
      key: options.key ?? gatewayKey(scope, name),
      keyConditions: false,
      weakening,
      problems: checkReason(weakening.weakening, options.reason, scope.node.path),
    }));
  }

  private constructor(private readonly bind: (scope: Construct, gatewayName: string) => EncryptionBinding) {}

  /** @internal */
  public _bind(scope: Construct, gatewayName: string): EncryptionBinding {
    return this.bind(scope, gatewayName);
  }
}
