/** The Cedar type of a caller, which follows from how the gateway authenticates it. */
export enum CallerType {
  /** A caller with a JWT: `AgentCore::OAuthUser`, its claims as tags. */
  OAUTH_USER = 'AgentCore::OAuthUser',
  /** A caller with a SigV4 signature: `AgentCore::IamEntity`, its ARN as `id`. */
  IAM_ENTITY = 'AgentCore::IamEntity',
  /** Anyone at a gateway without authorizer: `AgentCore::UnauthenticatedUser`, which a policy cannot name. */
  UNAUTHENTICATED = 'AgentCore::UnauthenticatedUser',
}

/** What a caller is told about the tool that it is permitted to call. */
export interface CallerContext {
  /**
   * The OAuth scope of the tool, as tokens carry it: `<gateway>/<tool>`.
   *
   * @default - the gateway has no scopes
   */
  readonly scope?: string;
  /**
   * The caller is left out of a forbid. That permits it nothing, so it needs no scope for it.
   *
   * @default false
   */
  readonly exempts?: boolean;
}

/** A caller as Cedar sees it. */
export interface CallerRendering {
  /** The type of the principal in the scope of the policy. */
  readonly type: CallerType;
  /** A Cedar expression about `principal` that is true for this caller and no other. */
  readonly condition: string;
  /** The OAuth scopes that a token needs for it. */
  readonly scopes: string[];
  /** For reports: `agent 'support'`. */
  readonly description: string;
  /**
   * Why this may be everybody.
   *
   * @default - it is somebody in particular
   */
  readonly reason?: string;
}

/** Somebody who can be permitted to call a tool: an agent, or what `Caller` makes. */
export interface ICaller {
  /** How this caller is told apart in the policy of a tool. */
  renderCaller(context: CallerContext): CallerRendering;
}
