import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Caller, type CallerContext, type CallerRendering, ClaimMatch, type ICaller } from './authorization';
import type { AnalyzedCaller } from './core/cedar/policy-finding';
import { oauthPrincipal } from './core/cedar/request';
import { type Problem, shown } from './core/errors';
import type { CallbackUrl } from './inbound/callback-url';
import type { AgentIdentity, AgentToIdentify, InboundBinding, LoginOptions } from './inbound/inbound-binding';
import type { IMcpTool } from './mcp-tool';

/** Options of {@link SecureMcpGateway.addInteractiveAgent}. */
export interface InteractiveAgentOptions {
  /** Where authorization codes may be sent; compared exactly. */
  readonly callbackUrls: CallbackUrl[];

  /**
   * Where people may be sent after logging out; compared exactly.
   *
   * @default - none
   */
  readonly logoutUrls?: CallbackUrl[];

  /**
   * How long a login lasts without another password: 1 hour to 7 days. Refresh tokens are rotated with each use.
   *
   * @default Duration.days(1)
   */
  readonly refreshTokenValidity?: Duration;
}

/** Options of {@link SecureMcpGateway.addExternalAgent}. */
export interface ExternalAgentOptions {
  /** The id of the client at the issuer, known at synthesis. */
  readonly clientId: string;
}

/** How an agent comes to its identity; not part of the jsii surface. */
export type Identify = (agent: AgentToIdentify) => AgentIdentity;

/**
 * A program that calls tools, with an OAuth client of its own. The scopes of the client are derived from the permits
 * that name the agent, also within `Caller.allOf`; they are never typed.
 *
 * - `addAgent`: a machine that logs in as itself (client credentials). Its secret is made by Cognito and never stands in
 *   the template.
 * - `addInteractiveAgent`: a client that people log in to (authorization code, no secret; PKCE is the client's to use). A permit that names
 *   only the agent is for everyone who can log in; `Caller.allOf(agent, Caller.group('…'))` is narrower.
 * - `addExternalAgent`: a client that an external issuer knows already.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoint-oauth-grants.html
 */
export class Agent extends Construct implements ICaller {
  /** @internal */
  public static _create(scope: Construct, id: string, agentName: string, identify: Identify): Agent {
    return new Agent(scope, id, agentName, identify);
  }

  /** The name the agent was added under. */
  public readonly agentName: string;
  /** Id of the agent's OAuth client. A token that the agent got as itself also has it as `sub`. */
  public readonly clientId: string;
  private readonly identity: AgentIdentity;
  private readonly scopes = new Set<string>();
  private named = false;

  private constructor(scope: Construct, id: string, agentName: string, identify: Identify) {
    super(scope, id);
    this.agentName = agentName;
    this.identity = identify({ scope: this, name: agentName, scopes: () => [...this.scopes].sort() });
    this.clientId = this.identity.clientId;
  }

  /** How a permit tells this agent apart. The agent is given the scope of the tool: without it the permit would be void. */
  public renderCaller(context: CallerContext): CallerRendering {
    if (context.exempts !== true) {
      this.named = true;
      if (context.scope !== undefined) this.scopes.add(context.scope);
    }
    const { condition, type } = this.caller(context).renderCaller(context);
    const scopes = context.scope === undefined ? [] : [context.scope];
    return { type, condition, scopes, description: `agent '${this.agentName}'` };
  }

  /**
   * Gives the agent the scope of a tool that a Cedar file permits it; `tool.permit(agent)` does so by itself. The scope alone
   * permits nothing.
   */
  public addScopeOf(tool: IMcpTool): void {
    this.named = true;
    if (tool.oauthScope !== undefined) this.scopes.add(tool.oauthScope);
  }

  /** @internal */
  public get _hasPermits(): boolean {
    return this.named;
  }

  /** What policies see of a token of the agent. @internal */
  public get _analyzed(): AnalyzedCaller | undefined {
    const { client, scopes } = this.identity.claims;
    const all = [...this.scopes].sort();
    const granted = scopes === undefined ? {} : { [scopes.name]: scopes.isList ? all : all.join(' ') };
    const principal = oauthPrincipal({ sub: this.clientId, [client]: this.clientId, ...granted });
    if (principal === undefined) return undefined;
    const { open = false } = this.identity;
    return { name: `agent '${this.agentName}'`, principal, scopes: all, open };
  }

  private caller({ scope }: CallerContext): ICaller {
    const { client, scopes } = this.identity.claims;
    if (client === 'client_id' && (scopes === undefined || scopes.name === 'scope')) {
      return Caller.agent(this.clientId, this.agentName);
    }
    const ofClient = Caller.claim(client, ClaimMatch.oneOf(this.clientId));
    if (scope === undefined || scopes === undefined) return ofClient;
    const match = scopes.isList ? ClaimMatch.listContains(scope) : ClaimMatch.words(scope);
    return Caller.allOf(ofClient, Caller.claim(scopes.name, match));
  }
}

/** An agent that people log in to; what is wrong with its URLs and times goes to `onProblem`. */
export function interactive(
  inbound: InboundBinding,
  options: InteractiveAgentOptions,
  onProblem: (problem: Problem) => void,
): Identify {
  return (agent) => {
    const at = agent.scope.node.path;
    const urls = [...options.callbackUrls, ...(options.logoutUrls ?? [])];
    const validity = options.refreshTokenValidity ?? Duration.days(1);
    const minutes = validity.toMinutes({ integral: false });
    for (const problem of urls.flatMap((url) => url._problems(at))) onProblem(problem);
    if (options.callbackUrls.length === 0) {
      onProblem({
        code: 'CALLBACK_URL',
        message: `interactive agent '${agent.name}' has no callback URL`,
        fix: 'Pass the page of the client that takes the authorization code: CallbackUrl.https(…)',
        at,
      });
    }
    if (!Number.isInteger(minutes) || minutes < 60 || minutes > 7 * 24 * 60) {
      onProblem({
        code: 'TOKEN_VALIDITY',
        message: `a login lasts 1 hour to 7 days, got ${shown(minutes)} minutes`,
        fix: 'Pass Duration.days(1)',
        at,
      });
    }
    const login: LoginOptions = {
      callbackUrls: options.callbackUrls.map(({ url }) => url),
      logoutUrls: (options.logoutUrls ?? []).map(({ url }) => url),
      refreshTokenMinutes: minutes,
    };
    return { ...inbound.identifyInteractive(agent, login), open: true };
  };
}

/** A client that an issuer knows already. */
export function external(
  inbound: InboundBinding,
  { clientId }: ExternalAgentOptions,
  onProblem: (problem: Problem) => void,
): Identify {
  return (agent) => {
    if (!Token.isUnresolved(clientId) && clientId.trim() !== '') {
      // The issuer alone knows whether people log in to it.
      return { ...inbound.identifyExternal(agent, clientId), open: true };
    }
    onProblem({
      code: 'AGENT_CLIENT',
      message: `the client id of external agent '${agent.name}' is not literal text, got ${
        Token.isUnresolved(clientId) ? 'a deploy-time value' : shown(clientId)
      }`,
      fix: 'Write the id that the issuer gave the client',
      at: agent.scope.node.path,
    });
    return inbound.identifyExternal(agent, 'none');
  };
}
