import type { AgentIdentity, AgentToIdentify, InboundContext } from './inbound-binding';

/** Reports an agent that the inbound choice cannot have. The identity returned lets synthesis collect further problems. */
export function refuseAgent(
  context: InboundContext,
  agent: AgentToIdentify,
  kind: string,
  why: { readonly inbound: string; readonly fix: string },
): AgentIdentity {
  context.onProblem({
    code: 'AGENT_KIND',
    message: `${kind} '${agent.name}' does not fit ${why.inbound}`,
    fix: why.fix,
    at: agent.scope.node.path,
  });
  return { clientId: 'none', claims: { client: 'client_id' } };
}
