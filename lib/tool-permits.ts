import { CallerType, CallSite, type ICaller, type PolicyTrial, ToolPolicy, writtenAt } from './authorization';
import type { PolicyTool } from './authorization/condition-rendering';
import { type Problem, SecureMcpError } from './core/errors';
import type { ForbidUnlessOptions, PermitOptions } from './mcp-tool';

export interface ToolPermitsProps {
  readonly tool: PolicyTool;
  /** Who comes in at the gateway. */
  readonly callerType: CallerType;
  readonly onProblem: (problem: Problem) => void;
}

/** A policy that is tried out. */
export interface TriedPolicy {
  /** With this one permit or forbid. */
  readonly policy: ToolPolicy;
  readonly effect: 'permit' | 'forbid';
  readonly trial: PolicyTrial;
}

/** The permits and forbids of one tool, whatever is behind it. */
export class ToolPermits {
  public readonly policy: ToolPolicy;
  private readonly listeners: { permit?: () => void; forbid?: () => void; trial?: (trial: TriedPolicy) => void } = {};

  public constructor(private readonly props: ToolPermitsProps) {
    this.policy = new ToolPolicy(props.tool);
  }

  /** Calls back at every policy that is to be tried out: each is one by itself, since it must not change the others. */
  public onTrial(listener: (trial: TriedPolicy) => void): void {
    this.listeners.trial = listener;
  }

  /** Calls back at the first permit or forbid: a tool without one has no such policy. */
  public onFirst(effect: 'permit' | 'forbid', listener: () => void): void {
    this.listeners[effect] = listener;
  }

  public permit(caller: ICaller, { when = [], trial }: PermitOptions): void {
    const { callerType, tool } = this.props;
    const site = CallSite.current();
    if (trial === undefined) this.policy.permit(caller, when, site);
    else this.tryOut('permit', trial, (policy) => policy.permit(caller, when, site));
    // Rendering the caller also lets the agents in it know the scope they need.
    const kind = this.checkKind(caller, tool.scope === undefined ? {} : { scope: tool.scope }, 'permitted to', site);
    if (kind === CallerType.UNAUTHENTICATED && callerType === kind && when.length === 0) {
      this.report('is permitted to anyone with any arguments', BOUND, site);
    }
    if (trial === undefined) this.tell('permit');
  }

  public forbidUnless({ caller, when = [], trial }: ForbidUnlessOptions): void {
    const site = CallSite.current();
    if (caller === undefined && when.length === 0) {
      this.report('is forbidden to everybody', 'Say who may call it, or with which arguments', site);
    }
    const exempt = caller ?? whoever(this.props.callerType);
    if (trial === undefined) this.policy.forbidUnless(exempt, when, site);
    else this.tryOut('forbid', trial, (policy) => policy.forbidUnless(exempt, when, site));
    const kind = this.checkKind(exempt, { exempts: true }, 'forbidden to all but', site);
    if (caller !== undefined && kind === CallerType.UNAUTHENTICATED && when.length === 0) {
      this.report('is forbidden to nobody', 'Say with which arguments it may be called', site);
    }
    if (trial === undefined) this.tell('forbid');
  }

  /** For when somebody else's permits may reach the tool: they do not have the rules of its input schema. */
  public demandInputs(): void {
    if (this.policy.demandInputs(this.props.callerType)) this.tell('forbid');
  }

  /** What else is wrong with a caller is found when its policy is rendered. */
  private checkKind(
    caller: ICaller,
    context: Parameters<ICaller['renderCaller']>[0],
    verb: string,
    site: CallSite | undefined,
  ): CallerType | undefined {
    const rendering = attempt(() => caller.renderCaller(context));
    const { callerType } = this.props;
    if (rendering !== undefined && rendering.type !== callerType) {
      this.report(
        `is ${verb} ${rendering.description}, who cannot come in at this gateway`,
        CALLERS_OF[callerType],
        site,
      );
    }
    return rendering?.type;
  }

  private report(message: string, fix: string, site: CallSite | undefined): void {
    const { tool, onProblem } = this.props;
    onProblem({
      code: 'CALLER_KIND',
      message: `tool '${tool.name}' ${message}`,
      fix,
      at: writtenAt(tool.at, [site]),
    });
  }

  private tryOut(effect: 'permit' | 'forbid', trial: PolicyTrial, add: (policy: ToolPolicy) => void): void {
    const policy = new ToolPolicy(this.props.tool);
    add(policy);
    this.listeners.trial?.({ policy, effect, trial });
  }

  private tell(effect: 'permit' | 'forbid'): void {
    this.listeners[effect]?.();
    delete this.listeners[effect];
  }
}

const BOUND = 'Bound the arguments with { when: [tool.arg(…)…] }, or ask callers who they are';

const CALLERS_OF: Record<CallerType, string> = {
  [CallerType.OAUTH_USER]: 'Permit an agent, or another caller with a token',
  [CallerType.IAM_ENTITY]: 'Permit Caller.iamRole(role) and let the role in with gateway.grantInvoke(role)',
  [CallerType.UNAUTHENTICATED]: 'Permit Caller.unauthenticated() with conditions on the arguments',
};

function whoever(type: CallerType): ICaller {
  return { renderCaller: () => ({ type, condition: 'true', scopes: [], description: 'whoever is permitted' }) };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof SecureMcpError) return undefined;
    throw error;
  }
}
