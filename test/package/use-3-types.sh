# The entry points have types for every way of resolving modules.
set -euo pipefail
cat > types.ts <<'TS'
import { Inbound, SecureMcpGateway } from 'cdk-secure-mcp';
import { type LocalGateway, startLocalGateway } from 'cdk-secure-mcp/local';
import { defineTool } from 'cdk-secure-mcp/runtime';
import { authorizationOf, rolesOf } from 'cdk-secure-mcp/testing';

export const inbound: Inbound = Inbound.cognito();
export const tool = defineTool<{ id: string }>({ name: 'a', handle: ({ input }) => input.id });
export const gateway: Promise<LocalGateway> = startLocalGateway({ assembly: 'cdk.out' });
export const refused = (gateway: SecureMcpGateway): void => {
  authorizationOf(gateway).expect({ agent: 'robot', tool: 'a', arguments: { id: '1' } }).deny();
  rolesOf(gateway).tool('a').canOnly(['dynamodb:GetItem']);
};
TS
npx tsc --noEmit --strict --module node20 --types node types.ts
npx tsc --noEmit --strict --module commonjs --moduleResolution node10 --ignoreDeprecations 6.0 --types node types.ts
npx tsc --noEmit --strict --module esnext --moduleResolution bundler --types node types.ts
npx secure-mcp --help | grep -q 'secure-mcp <command>'
echo 'types resolve'
