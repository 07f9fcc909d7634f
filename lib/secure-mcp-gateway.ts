import { Token } from 'aws-cdk-lib';
import type { CfnGateway, CfnPolicyEngine } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type Agent, type ExternalAgentOptions, external, type InteractiveAgentOptions, interactive } from './agent';
import { type AddPoliciesOptions, CallerType, type CedarPolicies, type ICaller } from './authorization';
import { formatProblem, type Problem } from './core/errors';
import { GatewayAgents } from './gateway-agents';
import { GatewayAlarms } from './gateway-alarms';
import { GatewayCore } from './gateway-core';
import { guardDoor } from './gateway-door';
import { GatewayLogs } from './gateway-logs';
import { GatewayPolicies } from './gateway-policies';
import { GatewayTargets } from './gateway-targets';
import { toolLockProblems } from './gateway-tool-lock';
import type { AuthorizerType } from './inbound/inbound-binding';
import type { InterceptedTool } from './interceptors/gateway-interceptors';
import type { Interceptor } from './interceptors/interceptor';
import type { CodeAnalysis } from './least-privilege/code-analysis';
import type { IMcpTool, PermitOptions } from './mcp-tool';
import { checkGatewayName, checkToolName, defaultGatewayName } from './names';
import type { CallerWish } from './protocol/caller-header';
import { type RateLimitOptions, RateLimits } from './rate-limits';
import { RemoteTarget } from './remote-target';
import type { SecureMcpGatewayProps } from './secure-mcp-gateway-props';
import type { Target } from './targets/target';
import { Tool, type ToolOptions } from './tool';

/** Who comes in, as policies see them. */
const CALLER_TYPE: Record<AuthorizerType, CallerType> = {
  CUSTOM_JWT: CallerType.OAUTH_USER,
  AWS_IAM: CallerType.IAM_ENTITY,
  AUTHENTICATE_ONLY: CallerType.IAM_ENTITY,
  NONE: CallerType.UNAUTHENTICATED,
};

/**
 * An Amazon Bedrock AgentCore Gateway with the four layers from one description of tools and agents:
 * inbound authentication, outbound identity, a policy engine (in ENFORCE unless `policyMode` says otherwise) with one
 * validated Cedar permit per tool, and one least-privilege role per tool.
 *
 * What does not fit together (a policy on an argument that does not exist, a tool nobody may call) fails synthesis, all
 * problems at once. The resources deploy in the order that the service needs: role policy and engine, gateway, targets,
 * policies.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway.html
 */
export class SecureMcpGateway extends Construct {
  /** Literal name. */
  public readonly gatewayName: string;
  /** Where MCP clients connect. */
  public readonly gatewayUrl: string;
  /** For IAM policies and resource policies. */
  public readonly gatewayArn: string;
  /** The name in lower case and ten characters that the service appends; known when deployed. */
  public readonly gatewayId: string;
  /** The underlying resource, for what this construct does not offer. Rules judge the template, overrides included. */
  public readonly gateway: CfnGateway;
  /** The engine that decides on every call; under `PolicyEngineMode.logOnly` it only logs what it would decide. */
  public readonly policyEngine: CfnPolicyEngine;
  /** The key of the gateway, its policies, its logs and the environment of its tools. */
  public readonly encryptionKey: IKey;

  private readonly codeAnalysis: CodeAnalysis | undefined;
  private readonly core: GatewayCore;
  private readonly policies: GatewayPolicies;
  private readonly rateLimits: RateLimits;
  private readonly toolLock: string | undefined;
  private readonly problems: Problem[] = [];
  /** What tools ask about their callers, by target. */
  private readonly callerWishes = new Map<string, CallerWish>();
  private readonly onProblem = (problem: Problem): void => {
    this.problems.push(problem);
  };
  private readonly targets: GatewayTargets;
  private readonly agents = new GatewayAgents(this, this.onProblem);

  public constructor(scope: Construct, id: string, props: SecureMcpGatewayProps) {
    super(scope, id);
    this.gatewayName = props.gatewayName ?? defaultGatewayName(this);
    this.toolLock = props.toolLock;
    this.problems.push(...checkGatewayName(this.gatewayName, Token.isUnresolved(this.gatewayName), this.node.path));
    this.codeAnalysis = props.codeAnalysis;
    this.problems.push(...(props.codeAnalysis?._problems(this.node.path) ?? []));
    const { gatewayName, onProblem } = this;
    this.core = new GatewayCore(this, { ...props, gatewayName, tools: () => this.interceptedTools(), onProblem });
    const { encryptionKey, gateway, inbound, policyEngine, role, webAclArn } = this.core;
    this.encryptionKey = encryptionKey;
    this.policyEngine = policyEngine;
    this.gateway = gateway;
    this.gatewayArn = this.gateway.attrGatewayArn;
    this.gatewayId = this.gateway.attrGatewayIdentifier;
    this.gatewayUrl = this.gateway.attrGatewayUrl;
    this.targets = new GatewayTargets(this, role.policy, onProblem);
    this.policies = new GatewayPolicies(this, 'Policies', {
      gatewayName,
      gateway,
      policyEngine,
      alarmActions: props.alarms?.actions ?? [],
      onProblem,
    });
    const { gatewayArn, gatewayId } = this;
    new GatewayLogs(this, 'Logs', { gatewayName, gatewayArn, encryptionKey, traces: props.traces ?? false });
    new GatewayAlarms(this, 'Alarms', { ...props.alarms, gatewayName, gatewayArn, gatewayId });
    this.rateLimits = new RateLimits(this, 'RateLimits', {
      gatewayIdentifier: gatewayId,
      callerDimension: inbound.callerDimension,
      onProblem,
    });
    guardDoor(this, {
      ...props,
      gatewayArn,
      inbound,
      rateLimits: this.rateLimits,
      webAclArn,
      callersHaveTokens: this.callerType !== CallerType.IAM_ENTITY,
      onProblem,
    });
    for (const interceptor of props.interceptors ?? []) this.addInterceptor(interceptor);
    this.node.addValidation({ validate: () => this.findProblems().map(formatProblem) });
  }

  /**
   * Adds a tool. The name is the target's and the tool's: letters, digits and single hyphens, at most 30 characters.
   *
   * Errors: `TOOL_NAME`, `TOOL_DUPLICATE`, and at synthesis those of its schema, handler and permits.
   */
  public addTool(name: string, options: ToolOptions): Tool {
    this.problems.push(...checkToolName(name, this.node.path));
    const scope = this.core.inbound.addToolScope(name, options.description);
    const tool = Tool._create(this, this.targets.freeId(name), {
      ...options,
      toolName: name,
      gatewayIdentifier: this.gatewayId,
      gatewayCodeAnalysis: this.codeAnalysis,
      gatewayKey: this.encryptionKey,
      scope,
      callerType: this.callerType,
      callerIssuers: this.core.inbound.issuers,
      onProblem: this.onProblem,
    });
    this.core.role.allowInvoke(tool.alias.functionArn);
    this.targets.add(name, tool);
    this.policies.addTool(tool, tool);
    if (tool._callerWish !== undefined) this.callerWishes.set(name, tool._callerWish);
    return tool;
  }

  /**
   * Adds what stands behind the gateway besides functions: an API, an MCP server, another gateway. Each of its operations
   * is a tool, named `<target>___<operation>`, and needs a permit: `target.tool('getCustomer').permit(agent)`.
   *
   * Errors: `TARGET_NAME`, `TOOL_DUPLICATE`, and at synthesis those of its document, endpoint, credential and permits.
   */
  public addTarget(name: string, target: Target): RemoteTarget {
    const remote = RemoteTarget._create(this, this.targets.freeId(name), {
      targetName: name,
      target,
      gatewayIdentifier: this.gatewayId,
      callerType: this.callerType,
      callersHaveTokens: this.core.inbound.authorizerType === 'CUSTOM_JWT',
      addToolScope: (scope, description) => this.core.inbound.addToolScope(scope, description),
      onProblem: this.onProblem,
    });
    for (const access of remote._binding.access) this.core.role.allowCredential(access);
    this.targets.add(name, remote);
    for (const tool of remote.tools) this.policies.addTool(tool, remote);
    return remote;
  }

  /**
   * Adds a machine agent with its own OAuth client (client credentials). It may call what tools permit it, nothing else.
   *
   * Errors: `AGENT_NAME`, `AGENT_DUPLICATE`, `AGENT_KIND`, and at synthesis `AGENT_WITHOUT_PERMIT`.
   */
  public addAgent(name: string): Agent {
    return this.agents.add(name, (agent) => this.core.inbound.identifyMachine(agent));
  }

  /**
   * Adds a client that people log in to: authorization code, no secret, exact callback URLs, refresh tokens that are
   * rotated. PKCE is the client's to use, as MCP demands; Cognito accepts a login without it.
   *
   * Errors: those of {@link addAgent}, `CALLBACK_URL`, `TOKEN_VALIDITY`.
   */
  public addInteractiveAgent(name: string, options: InteractiveAgentOptions): Agent {
    return this.agents.add(name, interactive(this.core.inbound, options, this.onProblem));
  }

  /**
   * Adds an agent whose client exists at the external issuer of `Inbound.oidc`.
   *
   * Errors: those of {@link addAgent}, `AGENT_CLIENT`.
   */
  public addExternalAgent(name: string, options: ExternalAgentOptions): Agent {
    return this.agents.add(name, external(this.core.inbound, options, this.onProblem));
  }

  /** Lets a caller call each of these tools, under conditions on arguments that all of them have. */
  public permit(caller: ICaller, tools: IMcpTool[], options: PermitOptions = {}): void {
    for (const tool of tools) tool.permit(caller, options);
  }

  /**
   * Adds policies in Cedar's own language, for what permits of tools cannot say. They are validated and analyzed with all
   * others; each becomes a resource of its own, deployed after the targets that it names and permits before forbids.
   *
   * A permit in Cedar gives an agent no scope ({@link Agent.addScopeOf} does) and has none of the rules of an input schema: what of these Cedar can say is
   * added as a forbid of each tool that such a permit may concern.
   *
   * Errors at synthesis: `CEDAR_FILE`, `CEDAR_INVALID`, `POLICY_ANALYSIS`, `POLICY_SIZE`.
   */
  public addPolicies(policies: CedarPolicies, options: AddPoliciesOptions = {}): void {
    this.policies.addFiles(policies, options);
  }

  /**
   * Lets an IAM principal reach this gateway and no other, on a gateway with `Inbound.iam`. Which tools it may call is
   * decided by permits: `tool.permit(Caller.iamRole(role))`.
   *
   * Errors: `CALLER_KIND` on a gateway that takes tokens.
   */
  public grantInvoke(grantee: IGrantable): Grant {
    if (this.callerType !== CallerType.IAM_ENTITY) {
      this.problems.push({
        code: 'CALLER_KIND',
        message: 'an IAM principal cannot come in at this gateway, since it does not check signatures',
        fix: 'Use Inbound.iam() on a gateway of its own, or add an agent',
        at: this.node.path,
      });
    }
    return Grant.addToPrincipal({
      grantee,
      actions: ['bedrock-agentcore:InvokeGateway'],
      resourceArns: [this.gatewayArn],
    });
  }

  /**
   * Caps calls. A call must be within every limit that its dimensions fall under.
   *
   * The service enforces limits eventually, lets calls through when in doubt and ignores a dimension that a call does not
   * have: they cap costs and are no security boundary.
   *
   * Errors: `RATE_LIMIT`.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-rate-limits.html
   */
  public addRateLimit(options: RateLimitOptions): void {
    this.rateLimits.add(options);
  }

  /**
   * Puts a function in front of the gateway's requests or responses, one at each point.
   *
   * Errors: `INTERCEPTOR_DUPLICATE`, `INTERCEPTOR_OPTION`, `REASON_MISSING`, and at synthesis those of its entry.
   */
  public addInterceptor(interceptor: Interceptor): void {
    const alias = this.core.interceptors.add(interceptor);
    if (alias !== undefined) this.core.role.allowInvoke(alias.functionArn);
  }

  private get callerType(): CallerType {
    return CALLER_TYPE[this.core.inbound.authorizerType];
  }

  private interceptedTools(): InterceptedTool[] {
    return this.policies.policyTools.map((tool) => ({ ...tool, callerWish: this.callerWishes.get(tool.target) }));
  }

  private findProblems(): Problem[] {
    this.policies.reportInputs(this, this.core.interceptors.validatesInput);
    return [
      ...this.problems,
      ...this.policies.findProblems(this.agents.all),
      // After the policies, which tell the agents their scopes.
      ...this.core.inbound.findProblems(this.node.path),
      ...toolLockProblems(this, {
        gateway: this.gateway,
        targets: this.targets.resources,
        file: this.toolLock,
      }),
      ...this.core.interceptors.findProblems(),
      ...this.agents.findProblems(),
      ...this.rateLimits.findProblems(this.policies.policyTools, this.targets.names),
    ];
  }
}
