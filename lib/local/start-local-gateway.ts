import { existsSync, readFileSync } from 'node:fs';
import { ConcreteAssembly } from '../assembly/concrete';
import { type Assembly, readAssembly } from '../assembly/read-assembly';
import { SecureMcpError, shown } from '../core/errors';
import { PolicyAuthorization } from './authorization/authorization';
import { AgentCoreIdentity } from './aws/agent-core-identity';
import { AwsEndpoint } from './aws/aws-endpoint';
import { EmbeddedDynamoDb, type Seed } from './aws/embedded-dynamodb';
import { type Decide, type Decision, DecisionLog } from './common/decision';
import { foreignIssuer } from './inbound/foreign-issuer';
import { IamCallers, type LocalCredentials } from './inbound/iam-callers';
import { makeDoor } from './inbound/make-door';
import { keySetOf } from './inbound/verify-token';
import { forLocalInterceptors } from './interceptors/interceptor-environment';
import { Interceptors } from './interceptors/interceptors';
import { type LocalUser, LocalUsers } from './issuer/local-users';
import type { OAuthClient } from './issuer/oauth-clients';
import { OAuthEndpoint } from './issuer/oauth-endpoint';
import type { TokenRecipe } from './issuer/token-issuer';
import { LambdaHost } from './lambda/lambda-host';
import { GatewayServer } from './mcp/gateway-server';
import { McpEndpoint } from './mcp/mcp-endpoint';
import { RATE_LIMIT, RateLimiter } from './mcp/rate-limits';
import { ToolCalls } from './mcp/tool-calls';
import { readProviders } from './model/credential-model';
import { type RunnableFunction, readFunctions } from './model/functions';
import { type GatewayModel, readGateway } from './model/gateway-model';
import { reportNotSimulated } from './model/not-simulated';
import type { Report } from './model/report';
import { readResourcePolicies } from './model/resource-policies';
import { readRoles } from './model/roles';
import { CallerClaims } from './outbound/caller-claims';
import { Credentials } from './outbound/credentials';
import { OutboundIdentity } from './outbound/outbound-identity';
import { reportUnready } from './outbound/readiness';
import { RemoteCalls } from './outbound/remote-calls';
import { Routes } from './outbound/routes';
import { TokenClient } from './outbound/token-client';
import { Vault, type VaultValues } from './outbound/vault';

export interface LocalGatewayOptions {
  /** Path of a cloud assembly (`cdk.out`) or of a template, or an assembly that was read already. */
  readonly assembly: string | Assembly;
  /** @default any free port of 127.0.0.1 */
  readonly port?: number;
  /** Name or logical id of the gateway. @default the only one of the assembly */
  readonly gateway?: string;
  /** Rows by table, or a JSON file with them. @default empty tables */
  readonly seed?: string | Seed;
  /** Files that are run in place of a tool's code, under the tool's synthesized role: what is left when a tool is hostile. */
  readonly replaceHandlers?: { readonly [tool: string]: string };
  /**
   * Advertises all allowed scopes, as the service does. The official client then asks for all of them, whatever its own
   * scope is, and is refused if it may not have them all.
   *
   * @default false
   */
  readonly advertiseScopes?: boolean;
  /**
   * Who can log in at the local issuer, with groups and claims, or a JSON file with the list: `login_hint` picks one, a page
   * asks where it is missing. There are no passwords.
   *
   * @default anybody, under the name in `login_hint`
   */
  readonly users?: string | readonly LocalUser[];
  /**
   * The claim `iss` of an issuer that runs by itself, on this machine or over https, in place of the one of the template:
   * its discovery document and keys are asked for over HTTP.
   *
   * @default - the user pool of the template, or a local issuer that stands in for another one
   */
  readonly issuer?: string;
  /**
   * Whether the rate limits of the template refuse calls. They are counted exactly here; the service counts eventually.
   *
   * @default false, so that a test may call as often as it likes
   */
  readonly rateLimits?: boolean;
  /** How targets that are not functions are called from this machine. @default they are not called */
  readonly outbound?: LocalOutboundOptions;
  /**
   * What happens to a request when an interceptor runs into its time limit: `refuse`, or `pass`, as gateways with other
   * kinds of targets were seen to do. With `pass` a test shows what is left without the interceptor.
   *
   * @default 'refuse'
   */
  readonly interceptorTimeout?: 'refuse' | 'pass';
  readonly onDecision?: (decision: Decision) => void;
  /** Output of the tools. */
  readonly onLog?: (functionName: string, text: string) => void;
}

export interface LocalOutboundOptions {
  /**
   * Hosts of the template that are called, and the server on this machine that stands for each:
   * `{ 'https://api.crm.example': 'http://127.0.0.1:9001' }`. `undefined` calls the host itself. No other host is called.
   */
  readonly forward?: { readonly [origin: string]: string | undefined };
  /**
   * Credentials by name of the credential provider, or a JSON file with them that git ignores. Variables
   * `SECURE_MCP_VAULT_<PROVIDER>_<FIELD>` of the environment come first.
   */
  readonly vault?: string | VaultValues;
  /** Token endpoints by name of the credential provider, where the template does not say them or others are to be used. */
  readonly tokenEndpoints?: { readonly [provider: string]: string };
}

export interface LocalAgent {
  readonly name: string;
  readonly clientId: string;
  /** Made up at every start; worth nothing anywhere else. */
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

/** A client that people log in to, with authorization code and PKCE. */
export interface LocalInteractiveAgent {
  readonly name: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Where codes are sent. */
  readonly redirectUris: readonly string[];
}

export interface LocalGateway {
  readonly mcpUrl: string;
  /** Empty for a gateway without authorizer. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  /** Machine agents. */
  readonly agents: readonly LocalAgent[];
  readonly interactiveAgents: readonly LocalInteractiveAgent[];
  /** What the deployed gateway would do and this one does not. */
  readonly unsupported: readonly string[];
  readonly decisions: readonly Decision[];
  /** A token of the local issuer, bad ones too: every part of it may be wrong on purpose. */
  mintToken(recipe: TokenRecipe): Promise<string>;
  /**
   * Credentials to sign requests with (SigV4, `bedrock-agentcore`, Region of the template) as a role: by name, logical id or
   * ARN. A role that is not in the assembly has no policies here. Throws `LOCAL_UNSUPPORTED`.
   */
  assumeRole(role: string): LocalCredentials;
  close(): Promise<void>;
}

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
  const report: Report = (what) => void unsupported.push(what);
  const assembly = new ConcreteAssembly(
    typeof options.assembly === 'string' ? readAssembly(options.assembly) : options.assembly,
  );
  const gateway = readGateway(assembly, options.gateway, report);
  const users = LocalUsers.read(options.users);
  const log = new DecisionLog(options.onDecision);
  const roles = readRoles(assembly);
  const functions = readFunctions(assembly, roles, report);
  const resourcePolicies = readResourcePolicies(assembly);
  reportNotSimulated(assembly, gateway, functions, report, options.rateLimits === true ? [RATE_LIMIT] : []);

  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const host = new LambdaHost(options.onLog);
    closers.push(() => host.close());
    await host.start();
    const access = outboundAccess(options.outbound ?? {});
    const claims = new CallerClaims(gateway);
    const dynamodb = await startTables(assembly, options.seed, report);
    const endpoint = new AwsEndpoint(
      {
        dynamodb,
        resourcePolicies,
        identity: new AgentCoreIdentity(readProviders(assembly), access.vault, access.tokens, claims),
        invoke: (name, payload, context) => invokeByName(host, functions, name, payload, context),
      },
      log.add,
    );
    closers.push(() => endpoint.close());
    await endpoint.listen();
    const outbound = new OutboundIdentity(gateway, roles.get(gateway.roleArn), resourcePolicies, claims);
    const calls = new ToolCalls(
      gateway,
      new PolicyAuthorization(gateway, outbound, log.add, report),
      outbound,
      functions,
      host,
      remoteCalls(gateway, outbound, access, log.add, report),
      log.add,
    );
    const server = new GatewayServer((text) => options.onLog?.('local gateway', text));
    const port = await server.listen(options.port ?? 0);
    closers.push(() => server.close());
    const origin = `http://127.0.0.1:${port}`;
    const { authorizer } = gateway;
    const foreign = options.issuer === undefined ? undefined : await foreignIssuer(gateway, options.issuer);
    const jwt = typeof authorizer === 'object' && foreign === undefined ? authorizer : undefined;
    const oauth = await OAuthEndpoint.create(origin, assembly, jwt, report, users);
    const issuer = oauth.trusted;
    const trusted = foreign ?? (issuer && { issuer: issuer.issuer, keys: keySetOf(issuer.keySet) });
    claims.standIn(trusted?.issuer);
    const callers = new IamCallers(assembly, roles);
    const door = makeDoor(origin, gateway, { trusted, callers }, options.advertiseScopes ?? false, log.add);
    const interceptors = new Interceptors({
      gateway,
      outbound,
      functions,
      host,
      decide: log.add,
      timeout: options.interceptorTimeout ?? 'refuse',
    });
    const local = { mcpUrl: `${origin}/mcp`, issuer: trusted?.issuer };
    addFunctions(host, endpoint, forLocalInterceptors(functions, gateway, local), options.replaceHandlers ?? {});
    const limiter =
      options.rateLimits === true ? RateLimiter.read(assembly, gateway.resource, log.add, report) : undefined;
    server.mount(new McpEndpoint(gateway, calls, interceptors, limiter), door, oauth);
    return {
      mcpUrl: `${origin}/mcp`,
      issuer: trusted?.issuer ?? '',
      tokenEndpoint: (foreign ?? issuer)?.tokenEndpoint ?? '',
      agents: (issuer?.clients ?? []).flatMap(toAgent),
      interactiveAgents: (issuer?.clients ?? []).flatMap(toInteractiveAgent),
      unsupported,
      get decisions() {
        return log.all;
      },
      mintToken: async (recipe) => {
        if (issuer === undefined) throw new Error('this gateway has no issuer of its own');
        const agent = issuer.clients.find(({ name }) => name === recipe.clientId);
        return issuer.mint({ ...recipe, clientId: agent?.clientId ?? recipe.clientId });
      },
      assumeRole: (role) => callers.assume(role),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OutboundAccess {
  readonly routes: Routes;
  readonly vault: Vault;
  readonly tokens: TokenClient;
}

/** What leads out of this machine's gateway, and the credentials for it. */
function outboundAccess({ forward, vault: source, tokenEndpoints = {} }: LocalOutboundOptions): OutboundAccess {
  const [routes, vault] = [new Routes(forward), Vault.open(source)];
  return { routes, vault, tokens: new TokenClient(routes, vault, tokenEndpoints) };
}

function remoteCalls(
  gateway: GatewayModel,
  identity: OutboundIdentity,
  { routes, vault, tokens }: OutboundAccess,
  decide: Decide,
  report: Report,
): RemoteCalls {
  reportUnready(gateway, routes, vault, tokens, report);
  return new RemoteCalls(identity, new Credentials(identity, vault, tokens), routes, decide);
}

async function startTables(assembly: ConcreteAssembly, seed: LocalGatewayOptions['seed'], report: Report) {
  const dynamodb = new EmbeddedDynamoDb(assembly);
  await dynamodb.createTables(report);
  if (seed !== undefined) await dynamodb.seed(typeof seed === 'string' ? readSeed(seed) : seed);
  return dynamodb;
}

function readSeed(file: string): Seed {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Seed;
  } catch (error) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `the seed file cannot be read, got ${shown(file)}: ${(error as Error).message}`,
      fix: 'Pass a JSON file: { "<table>": [ { "<attribute>": value } ] }',
    });
  }
}

function addFunctions(
  host: LambdaHost,
  endpoint: AwsEndpoint,
  functions: ReadonlyMap<string, RunnableFunction>,
  replaced: { readonly [tool: string]: string },
): void {
  const own = new Set(functions.values());
  const tools = [...own].map(({ metadata, fn }) => metadata?.tool ?? fn.name);
  for (const [tool, file] of Object.entries(replaced)) {
    if (!tools.includes(tool)) {
      throw new SecureMcpError({
        code: 'LOCAL_UNSUPPORTED',
        message: `there is no tool ${shown(tool)} whose code could be replaced`,
        fix: `Use one of ${tools.join(', ')}`,
      });
    }
    if (!existsSync(file)) {
      throw new SecureMcpError({
        code: 'HANDLER_NOT_FOUND',
        message: `the file that replaces the code of ${shown(tool)} does not exist, got ${shown(file)}`,
        fix: 'Pass the path of a .js file that exports the handler',
      });
    }
  }
  for (const { fn, role, metadata } of own) {
    const tool = metadata?.tool ?? fn.name;
    const { arn, region } = fn;
    const access = (metadata?.access ?? []).map((entry) => ({ ...entry, resource: String(entry.resource) }));
    const identity = endpoint.add({ functionName: fn.name, tool, role, access, partition: arn.split(':')[1]!, region });
    const replacement = Object.hasOwn(replaced, tool) ? replaced[tool] : undefined;
    const code = replacement === undefined ? fn.code : { kind: 'path' as const, path: replacement };
    host.add({ ...fn, code }, { ...identity, endpoint: endpoint.url });
  }
}

async function invokeByName(
  host: LambdaHost,
  functions: ReadonlyMap<string, RunnableFunction>,
  name: string,
  payload: string,
  clientContext?: string,
) {
  const found = functions.get(name) ?? [...functions.values()].find(({ fn }) => fn.name === name.split(':')[0]);
  if (found === undefined) return undefined;
  const outcome = await host.invoke(found.fn.arn, payload, clientContext);
  if (outcome.ok) return { payload: outcome.payload };
  const { errorType, errorMessage } = outcome;
  return { error: 'Unhandled', payload: JSON.stringify({ errorType, errorMessage }) };
}

function toAgent({ name, clientId, clientSecret, scopes }: OAuthClient): LocalAgent[] {
  return clientSecret === undefined ? [] : [{ name, clientId, clientSecret, scopes }];
}

function toInteractiveAgent({ name, clientId, scopes, flows, redirectUris }: OAuthClient): LocalInteractiveAgent[] {
  return flows.includes('code') ? [{ name, clientId, scopes, redirectUris }] : [];
}
