import type { Problem } from '../core/errors';
import { checkReason } from '../core/reason';
import type { WeakeningMetadata } from '../protocol/template-metadata';
import type { AgentIdentity, AgentToIdentify, InboundBinding, InboundContext } from './inbound-binding';
import { refuseAgent } from './refused-agents';

/** Nobody is asked who they are. */
export class OpenInbound implements InboundBinding {
  public readonly authorizerType = 'NONE';
  public readonly weakening: WeakeningMetadata;

  public constructor(
    private readonly context: InboundContext,
    reason: string,
  ) {
    this.weakening = { weakening: 'Inbound.unauthenticated', reason };
  }

  public addToolScope(): undefined {
    return undefined;
  }

  public identifyMachine(agent: AgentToIdentify): AgentIdentity {
    return this.refuse(agent, 'agent');
  }

  public identifyInteractive(agent: AgentToIdentify): AgentIdentity {
    return this.refuse(agent, 'interactive agent');
  }

  public identifyExternal(agent: AgentToIdentify): AgentIdentity {
    return this.refuse(agent, 'external agent');
  }

  public findProblems(at: string): Problem[] {
    return checkReason(this.weakening.weakening, this.weakening.reason, at);
  }

  private refuse(agent: AgentToIdentify, kind: string): AgentIdentity {
    return refuseAgent(this.context, agent, kind, {
      inbound: 'Inbound.unauthenticated, where no caller has an identity',
      fix: 'Permit Caller.unauthenticated() with conditions on the arguments, or use another inbound choice',
    });
  }
}
