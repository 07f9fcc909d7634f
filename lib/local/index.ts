// The `./local` entry point: starts a local gateway from a test.

export type { Decision } from './common/decision';
export type { LocalCredentials } from './inbound/iam-callers';
export type { LocalUser } from './issuer/local-users';
export type { TokenRecipe } from './issuer/token-issuer';
export type {
  LocalAgent,
  LocalGateway,
  LocalGatewayOptions,
  LocalInteractiveAgent,
  LocalOutboundOptions,
} from './local-gateway';
export type { VaultField, VaultValues } from './outbound/vault';
export { startLocalGateway } from './start-local-gateway';
