// The `./local` entry point: starts a local gateway from a test.

export type { Decision } from './common/decision';
export type { LocalCredentials } from './inbound/iam-callers';
export type { LocalUser } from './issuer/local-users';
export type { TokenRecipe } from './issuer/token-issuer';
export type { VaultField, VaultValues } from './outbound/vault';
export {
  type LocalAgent,
  type LocalGateway,
  type LocalGatewayOptions,
  type LocalInteractiveAgent,
  type LocalOutboundOptions,
  startLocalGateway,
} from './start-local-gateway';
