import { CallerType, type ICaller, type ToolCondition, ToolPolicy } from './authorization';
import type { PolicyTool } from './authorization/condition-rendering';
import { type Problem, SecureMcpError } from './core/errors';

export interface ToolPermitsProps {
  readonly tool: PolicyTool;
  /** Who comes in at the gateway. */
  readonly callerType: CallerType;
  readonly onProblem: (problem: Problem) => void;
}

/** The permits of one tool, whatever is behind it. */
export class ToolPermits {
  public readonly policy: ToolPolicy;

  public constructor(private readonly props: ToolPermitsProps) {
    this.policy = new ToolPolicy(props.tool);
  }

  public permit(caller: ICaller, when: readonly ToolCondition[]): void {
    this.policy.permit(caller, when);
    this.checkCaller(caller, when);
  }

  /** Rendering the caller also lets the agents in it know the scope they need. What is wrong with it is found later. */
  private checkCaller(caller: ICaller, when: readonly ToolCondition[]): void {
    const { callerType, tool, onProblem } = this.props;
    const rendering = attempt(() => caller.renderCaller(tool.scope === undefined ? {} : { scope: tool.scope }));
    if (rendering === undefined) return;
    if (rendering.type !== callerType) {
      onProblem({
        code: 'CALLER_KIND',
        message: `tool '${tool.name}' is permitted to ${rendering.description}, who cannot come in at this gateway`,
        fix: CALLERS_OF[callerType],
        at: tool.at,
      });
    } else if (callerType === CallerType.UNAUTHENTICATED && when.length === 0) {
      onProblem({
        code: 'CALLER_KIND',
        message: `tool '${tool.name}' is permitted to anyone with any arguments`,
        fix: 'Bound the arguments with { when: [tool.arg(…)…] }, or ask callers who they are',
        at: tool.at,
      });
    }
  }
}

const CALLERS_OF: Record<CallerType, string> = {
  [CallerType.OAUTH_USER]: 'Permit an agent, or another caller with a token',
  [CallerType.IAM_ENTITY]: 'Permit Caller.iamRole(role) and let the role in with gateway.grantInvoke(role)',
  [CallerType.UNAUTHENTICATED]: 'Permit Caller.unauthenticated() with conditions on the arguments',
};

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof SecureMcpError) return undefined;
    throw error;
  }
}
