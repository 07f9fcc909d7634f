import { Construct } from 'constructs';
import { Caller, type CallerContext, type CallerRendering, type ICaller } from './authorization';
import type { InboundBinding } from './inbound/inbound-binding';

/**
 * A machine that calls tools: one confidential OAuth client (client credentials), with exactly the scopes that its
 * permits need. The scopes are derived, never typed.
 *
 * The client's secret is made by Cognito and never stands in the template.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoint-oauth-grants.html
 */
export class Agent extends Construct implements ICaller {
  /** @internal */
  public static _create(scope: Construct, id: string, agentName: string, inbound: InboundBinding): Agent {
    return new Agent(scope, id, agentName, inbound);
  }

  /** The name the agent was added under. */
  public readonly agentName: string;
  /** Id of the agent's OAuth client; the `client_id` and `sub` of its tokens. */
  public readonly clientId: string;
  private readonly scopes = new Set<string>();

  private constructor(scope: Construct, id: string, agentName: string, inbound: InboundBinding) {
    super(scope, id);
    this.agentName = agentName;
    this.clientId = inbound.addMachineClient(this, agentName, () => [...this.scopes].sort()).clientId;
  }

  public renderCaller(context: CallerContext): CallerRendering {
    return Caller.agent(this.clientId, this.agentName).renderCaller(context);
  }

  /** @internal */
  public _addScopes(scopes: readonly string[]): void {
    for (const scope of scopes) this.scopes.add(scope);
  }

  /** @internal */
  public get _hasPermits(): boolean {
    return this.scopes.size > 0;
  }
}
