import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { CognitoInbound, type CognitoInboundOptions } from './cognito-inbound';
import type { InboundBinding, InboundContext } from './inbound-binding';

export type AuthorizerConfiguration = CfnGateway.AuthorizerConfigurationProperty;

/**
 * Who may reach the gateway. There is no default: a gateway without an inbound choice does not compile.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html
 */
export abstract class Inbound {
  /**
   * A hardened Cognito user pool made for this gateway, with a scope per tool and an OAuth client per agent.
   *
   * The gateway accepts only access tokens (`token_use` equals `access`) of those clients with at least one of those
   * scopes. What a scope allows is decided per tool by the gateway's policies.
   */
  public static cognito(options: CognitoInboundOptions = {}): Inbound {
    return new CognitoInboundChoice(options);
  }

  /** @internal */
  public abstract _bind(scope: Construct, context: InboundContext): InboundBinding;
}

class CognitoInboundChoice extends Inbound {
  public constructor(private readonly options: CognitoInboundOptions) {
    super();
  }

  public _bind(scope: Construct, context: InboundContext): InboundBinding {
    return new CognitoInbound(scope, 'Inbound', { ...this.options, ...context });
  }
}
