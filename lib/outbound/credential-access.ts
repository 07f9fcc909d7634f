import type { IKey } from 'aws-cdk-lib/aws-kms';

export interface Conditions {
  readonly [operator: string]: { readonly [key: string]: string | string[] };
}

/** What the gateway role needs for the credential of one target; nothing else is granted. */
export interface CredentialAccess {
  readonly oauth2ProviderArn?: string;
  readonly apiKeyProviderArn?: string;
  /** Whether the target is called for the user behind the caller's token. */
  readonly forUser?: boolean;
  readonly secret?: SecretAccess;
  /** KMS keys that sign client assertions. */
  readonly signingKeyArn?: string;
  /** Audience of the identity token that AWS issues for the role. */
  readonly identityTokenAudiences?: readonly string[];
  readonly statements?: readonly AccessStatement[];
}

export interface SecretAccess {
  readonly grantArn: string;
  readonly encryptionKey?: IKey;
}

export interface AccessStatement {
  /** Name of the statement; statements of one name are merged. */
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
}
