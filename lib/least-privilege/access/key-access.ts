import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import {
  type AccessProblem,
  type AccessRendering,
  type AccessVerb,
  DeclaredAccess,
  describeCall,
  renderVerbs,
} from './declared-access';
import { checkExact } from './exact-text';
import { ownerOf } from './foreign-resource';

/** Options of the operations that take an encryption context. */
export interface KeyContextOptions {
  /**
   * Pairs that the encryption context of a request must hold.
   *
   * @default - any context
   */
  readonly encryptionContext?: { [name: string]: string };
}

/**
 * Cryptographic operations with one KMS key, called by the tool itself. What an encrypted table, bucket or queue needs
 * of its key is added to the access to that resource without being asked for.
 *
 * An alias stands for the key that it names when the template is written.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
 */
export class KeyAccess extends DeclaredAccess {
  /** @internal */
  public static _of(key: IKey): KeyAccess {
    return new KeyAccess('aliasTargetKey' in key ? (key as { aliasTargetKey: IKey }).aliasTargetKey : key, []);
  }

  private constructor(
    private readonly key: IKey,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `Encrypt`. */
  public encrypt(options: KeyContextOptions = {}): KeyAccess {
    return this.with('encrypt', 'Encrypt', false, options);
  }

  /** `Decrypt`. */
  public decrypt(options: KeyContextOptions = {}): KeyAccess {
    return this.with('decrypt', 'Decrypt', true, options);
  }

  /** `GenerateDataKey`. */
  public generateDataKey(options: KeyContextOptions = {}): KeyAccess {
    return this.with('generateDataKey', 'GenerateDataKey', false, options);
  }

  /** `Sign`. */
  public sign(): KeyAccess {
    return this.with('sign', 'Sign', false);
  }

  /** `Verify`. */
  public verify(): KeyAccess {
    return this.with('verify', 'Verify', true);
  }

  /** `GenerateMac`. */
  public generateMac(): KeyAccess {
    return this.with('generateMac', 'GenerateMac', false);
  }

  /** `VerifyMac`. */
  public verifyMac(): KeyAccess {
    return this.with('verifyMac', 'VerifyMac', true);
  }

  /** `GetPublicKey`. */
  public publicKey(): KeyAccess {
    return this.with('publicKey', 'GetPublicKey', true);
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 'kms',
      environmentValue: this.key.keyArn,
      resourceArn: this.key.keyArn,
      // In a key policy, `*` is the key itself.
      foreign: ownerOf(this.key, ['*']),
      ...renderVerbs(`Access.key(${this.key.node.id})`, this.verbs),
    };
  }

  private with(name: string, operation: string, readOnly: boolean, options: KeyContextOptions = {}): KeyAccess {
    const context = Object.entries(options.encryptionContext ?? {});
    const conditions =
      context.length === 0
        ? undefined
        : {
            StringEquals: Object.fromEntries(context.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
          };
    const verb: AccessVerb = {
      call: describeCall(name, options),
      problems: contextProblems(options),
      operations: [{ operation, actions: [`kms:${operation}`], resources: [this.key.keyArn], readOnly, conditions }],
    };
    return new KeyAccess(this.key, [...this.verbs, verb]);
  }
}

function contextProblems({ encryptionContext }: KeyContextOptions): AccessProblem[] {
  if (encryptionContext === undefined) return [];
  const empty: AccessProblem = {
    code: 'ACCESS_INVALID',
    message: 'an encryption context is empty, got {}',
    fix: 'Name at least one pair or leave it out',
  };
  const pairs = Object.entries(encryptionContext);
  return [
    ...(pairs.length === 0 ? [empty] : []),
    ...pairs.flatMap((pair) => checkExact('an encryption context', ...pair)),
  ];
}
