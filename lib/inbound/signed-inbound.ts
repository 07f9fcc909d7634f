import type { Problem } from '../core/errors';
import { checkReason } from '../core/reason';
import type { WeakeningMetadata } from '../protocol/template-metadata';
import type { AgentIdentity, AgentToIdentify, InboundBinding, InboundContext } from './inbound-binding';
import { refuseAgent } from './refused-agents';

/** Callers sign with their IAM credentials (SigV4, signing name `bedrock-agentcore`). */
export class SignedInbound implements InboundBinding {
  public readonly callerDimension = '$.context.iam.principal';

  public constructor(
    public readonly authorizerType: 'AWS_IAM' | 'AUTHENTICATE_ONLY',
    private readonly context: InboundContext,
    public readonly weakening?: WeakeningMetadata,
  ) {}

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
    return this.weakening === undefined ? [] : checkReason(this.weakening.weakening, this.weakening.reason, at);
  }

  private refuse(agent: AgentToIdentify, kind: string): AgentIdentity {
    return refuseAgent(this.context, agent, kind, {
      inbound: 'a gateway whose callers sign with IAM credentials instead of OAuth tokens',
      fix: 'Permit an IAM role with Caller.iamRole(role) and let it in with gateway.grantInvoke(role)',
    });
  }
}
