/**
 * As whom the gateway calls a target. Every target names its credential; there is no default that forwards the caller's
 * token.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html
 */
export abstract class Outbound {
  /** The gateway's own role, limited to the alias of this tool. The only choice for Lambda targets. */
  public static gatewayRole(): Outbound {
    return new GatewayRoleOutbound();
  }

  /** @internal */
  public abstract _render(): { readonly credentialProviderType: string };
}

class GatewayRoleOutbound extends Outbound {
  public _render() {
    return { credentialProviderType: 'GATEWAY_IAM_ROLE' };
  }
}
