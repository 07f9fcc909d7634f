import type { ICaller, PolicyTrial, ToolArgument, ToolCondition } from './authorization';

/** Options of {@link IMcpTool.permit}. */
export interface PermitOptions {
  /**
   * What the arguments must be like; all of these must hold.
   *
   * @default - any arguments that the input schema allows
   */
  readonly when?: ToolCondition[];

  /**
   * Tries it on real calls without letting it decide.
   *
   * @default - it decides
   */
  readonly trial?: PolicyTrial;
}

/** What is left open by {@link IMcpTool.forbidUnless}; all of it must hold. */
export interface ForbidUnlessOptions {
  /**
   * Who must be calling.
   *
   * @default - whoever is permitted
   */
  readonly caller?: ICaller;

  /**
   * What the arguments must be like.
   *
   * @default - any arguments that are permitted
   */
  readonly when?: ToolCondition[];

  /**
   * Tries it on real calls without letting it decide.
   *
   * @default - it decides
   */
  readonly trial?: PolicyTrial;
}

/** A tool of a gateway, whatever is behind it. Nobody may call it until somebody is permitted to. */
export interface IMcpTool {
  /** The name behind the target. */
  readonly toolName: string;
  /** The name that MCP clients see: `<target>___<tool>`. */
  readonly qualifiedName: string;
  /**
   * The OAuth scope of the tool, as tokens carry it.
   *
   * @default - the gateway has no scopes
   */
  readonly oauthScope?: string;

  /** Lets a caller call this tool, under conditions on the arguments. Several permits are alternatives. */
  permit(caller: ICaller, options?: PermitOptions): void;

  /**
   * Forbids every call that is not like this, whatever is permitted, here or in Cedar files; several demands must all be
   * met. There is no `forbid when`: Cedar skips a policy whose condition cannot be evaluated, so a call without the
   * argument or the claim would pass. An agent that is named here is not permitted anything by it.
   */
  forbidUnless(options: ForbidUnlessOptions): void;

  /** One argument of the tool, to state conditions on. A name that the schema lacks fails synthesis. */
  arg(name: string): ToolArgument;
}
