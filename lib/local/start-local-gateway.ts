import { PolicyAuthorization } from './authorization/authorization';
import { AgentCoreIdentity } from './aws/agent-core-identity';
import { DecisionLog } from './common/decision';
import { openEntrance } from './entrance';
import { forLocalInterceptors } from './interceptors/interceptor-environment';
import { Interceptors } from './interceptors/interceptors';
import { LocalUsers } from './issuer/local-users';
import type { LocalGateway, LocalGatewayOptions } from './local-gateway';
import { GatewayServer } from './mcp/gateway-server';
import { McpEndpoint } from './mcp/mcp-endpoint';
import { RateLimiter } from './mcp/rate-limits';
import { ToolCalls } from './mcp/tool-calls';
import { readProviders } from './model/credential-model';
import { CallerClaims } from './outbound/caller-claims';
import { Credentials } from './outbound/credentials';
import { OutboundIdentity } from './outbound/outbound-identity';
import { reportUnready } from './outbound/readiness';
import { RemoteCalls } from './outbound/remote-calls';
import { Routes } from './outbound/routes';
import { TokenClient } from './outbound/token-client';
import { Vault } from './outbound/vault';
import { type Run, readRun } from './run';
import { addFunctions, startToolProcesses, type ToolProcesses } from './tool-processes';

/**
 * Runs the MCP gateway of a synthesized app on this machine, with no AWS account: JWT checks, Cedar decisions and roles as
 * the template has them, tools in processes of their own, DynamoDB tables in memory.
 *
 * It listens on 127.0.0.1 and issues its own tokens: never trust them elsewhere. Its semantics are no promise about AWS;
 * docs/local-gateway.md lists the differences.
 *
 * Throws `ASSEMBLY_UNREADABLE`, `LOCAL_UNSUPPORTED`, `PORT_IN_USE`, `HANDLER_NOT_FOUND`.
 */
export async function startLocalGateway(options: LocalGatewayOptions): Promise<LocalGateway> {
  const unsupported: string[] = [];
  const log = new DecisionLog(options.onDecision);
  const run = readRun(options, log.add, (what) => void unsupported.push(what));
  const users = LocalUsers.read(options.users);
  const close = async () => {
    for (const closer of run.closers.splice(0).reverse()) await closer();
  };
  try {
    const outbound = layer2(run);
    const tools = await startToolProcesses(run, outbound.ofTools);
    const calls = toolCalls(run, tools, outbound);
    const server = new GatewayServer((text) => options.onLog?.('local gateway', text));
    const port = await server.listen(options.port ?? 0);
    run.closers.push(() => server.close());
    const origin = `http://127.0.0.1:${port}`;
    const mcpUrl = `${origin}/mcp`;
    const { door, oauth, trustedIssuer: issuer, offers } = await openEntrance(run, users, origin);
    outbound.claims.standIn(issuer);
    const functions = forLocalInterceptors(run.functions, run.gateway, { mcpUrl, issuer });
    addFunctions(tools, functions, options.replaceHandlers);
    server.mount(mcpEndpoint(run, tools, outbound, calls), door, oauth);
    return {
      mcpUrl,
      ...offers,
      unsupported,
      get decisions() {
        return log.all;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Layer 2: the gateway's own role, the credentials of the vault, and what leads out of this machine. */
interface Outbound {
  readonly claims: CallerClaims;
  readonly identity: OutboundIdentity;
  readonly remote: RemoteCalls;
  /** For tools that call APIs themselves. */
  readonly ofTools: AgentCoreIdentity;
}

function layer2({ options, assembly, gateway, roles, resourcePolicies, decide, report }: Run): Outbound {
  const { forward, vault: source, tokenEndpoints = {} } = options.outbound ?? {};
  const [routes, vault, claims] = [new Routes(forward), Vault.open(source), new CallerClaims(gateway)];
  const tokens = new TokenClient(routes, vault, tokenEndpoints);
  const identity = new OutboundIdentity(gateway, roles.get(gateway.roleArn), resourcePolicies, claims);
  reportUnready(gateway, routes, vault, tokens, report);
  return {
    claims,
    identity,
    remote: new RemoteCalls(identity, new Credentials(identity, vault, tokens), routes, decide),
    ofTools: new AgentCoreIdentity(readProviders(assembly), vault, tokens, claims),
  };
}

function toolCalls(
  { gateway, functions, decide, report }: Run,
  { host }: ToolProcesses,
  outbound: Outbound,
): ToolCalls {
  const { identity, remote } = outbound;
  const authorization = new PolicyAuthorization(gateway, identity, decide, report);
  return new ToolCalls(gateway, authorization, identity, functions, host, remote, decide);
}

function mcpEndpoint(run: Run, { host }: ToolProcesses, { identity }: Outbound, calls: ToolCalls): McpEndpoint {
  const { options, assembly, gateway, functions, decide, report } = run;
  const timeout = options.interceptorTimeout ?? 'refuse';
  const interceptors = new Interceptors({ gateway, outbound: identity, functions, host, decide, timeout });
  const counted = options.rateLimits === true;
  const limiter = counted ? RateLimiter.read(assembly, gateway.resource, decide, report) : undefined;
  return new McpEndpoint(gateway, calls, interceptors, limiter);
}
