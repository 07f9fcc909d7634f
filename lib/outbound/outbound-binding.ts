import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Problem } from '../core/errors';
import type { CredentialAccess } from './credential-access';
import type { CredentialKind, TargetKind } from './outbound-combinations';

/** The target that a credential is for. */
export interface OutboundTarget {
  readonly kind: TargetKind;
  /** Construct path, for errors. */
  readonly at: string;
  /** Whether callers of the gateway have a token: acting for a user starts from one. */
  readonly callersHaveTokens: boolean;
}

/** What a credential amounts to. */
export interface OutboundBinding {
  readonly kind: CredentialKind;
  /** Absent only for targets that are called as nobody. */
  readonly configuration?: CfnGatewayTarget.CredentialProviderConfigurationProperty;
  readonly access: CredentialAccess;
  /** Lower case names of the headers that the credential sets. */
  readonly headers: readonly string[];
  readonly weakening?: { readonly weakening: string; readonly reason: string };
  readonly problems: readonly Problem[];
}

/** What a credential says by itself, before the target is looked at. */
export interface OutboundChoice {
  readonly kind: CredentialKind;
  render(target: OutboundTarget): Omit<OutboundBinding, 'kind'>;
}
