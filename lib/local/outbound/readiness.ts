import type { CredentialModel } from '../model/credential-model';
import type { GatewayModel } from '../model/gateway-model';
import type { RemoteTarget } from '../model/remote-target';
import { notForwarded, type Routes } from './routes';
import { fieldOf, type TokenClient } from './token-client';
import { Vault, type VaultField } from './vault';

/** Says at start what is missing for the remote targets to be called; their calls fail until it is there. */
export function reportUnready(
  gateway: GatewayModel,
  routes: Routes,
  vault: Vault,
  tokens: TokenClient,
  report: (text: string) => void,
): void {
  const targets = new Map<string, RemoteTarget>();
  for (const { backend } of gateway.tools.values()) {
    if (backend.kind === 'remote') targets.set(backend.target.name, backend.target);
  }
  for (const { name, url, credential } of targets.values()) {
    const urls = [url, credential.kind === 'oauth' ? tokens.endpointOf(credential.provider) : undefined];
    for (const each of urls) {
      if (each !== undefined && routes.resolve(each) === undefined) report(`target ${name}: ${notForwarded(each)}`);
    }
    for (const [provider, field] of neededOf(credential)) {
      if (vault.get(provider, field) === undefined) {
        report(`target ${name}: the vault has no ${field} of ${provider}. ${Vault.hint(provider, field)}`);
      }
    }
  }
}

function neededOf(credential: CredentialModel): [string, VaultField][] {
  if (credential.kind === 'api-key') return [[credential.provider.name, 'apiKey']];
  if (credential.kind !== 'oauth') return [];
  const { provider } = credential;
  const actor = provider.onBehalfOf?.actor === 'AWS_IAM_ID_TOKEN_JWT' && credential.grant.type === 'TOKEN_EXCHANGE';
  const fields: VaultField[] = [fieldOf(provider), ...(actor ? ['identityToken' as const] : [])];
  return [...new Set(fields)].map((field) => [provider.name, field]);
}
