import type { Construct } from 'constructs';
import { Agent, type Identify } from './agent';
import { type Problem, shown } from './core/errors';
import { checkAgentName, freeId } from './names';

/** The agents of one gateway. */
export class GatewayAgents {
  private readonly agents = new Map<string, Agent>();

  public constructor(
    private readonly gateway: Construct,
    private readonly onProblem: (problem: Problem) => void,
  ) {}

  public get all(): readonly Agent[] {
    return [...this.agents.values()];
  }

  public add(name: string, identify: Identify): Agent {
    const { gateway, onProblem } = this;
    for (const problem of checkAgentName(name, gateway.node.path)) onProblem(problem);
    const id = freeId(gateway, { code: 'AGENT_DUPLICATE', name, used: this.agents, prefix: 'Agent-', onProblem });
    const agent = Agent._create(gateway, id, name, identify);
    this.agents.set(name, agent);
    return agent;
  }

  public findProblems(): Problem[] {
    return this.all
      .filter((agent) => !agent._hasPermits)
      .map((agent) => ({
        code: 'AGENT_WITHOUT_PERMIT',
        message: `agent ${shown(agent.agentName)} may call no tool, so its OAuth client would hold no scope`,
        fix: 'Call tool.permit(agent) or remove the agent',
        at: agent.node.path,
      }));
  }
}
