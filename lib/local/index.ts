// The `./local` entry point: starts a local gateway from a test.
export type { Decision } from './decision';
export type { LocalCredentials } from './iam-callers';
export type { LocalUser } from './local-users';
export type { VaultField, VaultValues } from './remote/vault';
export {
  type LocalAgent,
  type LocalGateway,
  type LocalGatewayOptions,
  type LocalInteractiveAgent,
  type LocalOutboundOptions,
  startLocalGateway,
} from './start-local-gateway';
export type { TokenRecipe } from './token-issuer';
