import { checkReason } from '../core/reason';
import { type ApiKeyOptions, ApiKeyOutbound } from './api-key-outbound';
import type { ApiKeyProvider } from './api-key-provider';
import { IamOutbound, type IamOutboundOptions } from './iam-outbound';
import {
  type AuthorizationCodeOptions,
  type ClientCredentialsOptions,
  OAuth2Outbound,
  type TokenExchangeOutboundOptions,
} from './oauth2-outbound';
import type { OAuth2Provider } from './oauth2-provider';
import type { OutboundBinding, OutboundChoice, OutboundTarget } from './outbound-binding';
import { combinationProblems } from './outbound-combinations';
import type { WeakeningReason } from './provider-secret';

/**
 * As whom the gateway calls a target. Every target names its credential; nothing forwards the caller's token, and there
 * is no choice that does.
 *
 * | target | credentials |
 * | --- | --- |
 * | Lambda | `gatewayRole` |
 * | OpenAPI, MCP server | `clientCredentials`, `authorizationCode`, `tokenExchange`, `apiKey`, `iam` |
 * | API Gateway | `gatewayRole`, `apiKey` |
 * | Smithy | `gatewayRole`, `clientCredentials` |
 *
 * Another combination fails synthesis with `OUTBOUND_COMBINATION`, which names the allowed ones.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html
 */
export class Outbound {
  /** The gateway's own role, limited to what this target is: a function alias, operations of an API or of a service. */
  public static gatewayRole(): Outbound {
    return new Outbound({
      kind: 'gatewayRole',
      render: () => ({
        configuration: { credentialProviderType: 'GATEWAY_IAM_ROLE' },
        access: {},
        headers: ['authorization'],
        problems: [],
      }),
    });
  }

  /** The gateway's own role signs requests (SigV4) to an API with IAM authorization. */
  public static iam(options: IamOutboundOptions): Outbound {
    return new Outbound(new IamOutbound(options));
  }

  /** A key in a header. Never in the query: that is written to logs on the way. */
  public static apiKey(provider: ApiKeyProvider, options: ApiKeyOptions = {}): Outbound {
    return new Outbound(new ApiKeyOutbound(provider, options));
  }

  /** The gateway as itself: OAuth 2.0 client credentials. The API does not learn who called. */
  public static clientCredentials(provider: OAuth2Provider, options: ClientCredentialsOptions): Outbound {
    return new Outbound(new OAuth2Outbound('clientCredentials', provider, options));
  }

  /**
   * The user, who consents once in a browser: OAuth 2.0 authorization code.
   *
   * The user gets a link, valid for 10 minutes, and comes back to the return URL with a session id. The application at
   * that URL has to call `CompleteResourceTokenAuth` with the session id and the user's own token: that binds the consent
   * to the user who started it, so that nobody can have another person consent for them. The permission for it belongs
   * to that application, not to the gateway. The workload identity of a gateway has a list of allowed return URLs that
   * CloudFormation cannot set; set it with `UpdateWorkloadIdentity`.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/oauth2-authorization-url-session-binding.html
   */
  public static authorizationCode(provider: OAuth2Provider, options: AuthorizationCodeOptions): Outbound {
    return new Outbound(new OAuth2Outbound('authorizationCode', provider, options));
  }

  /**
   * The user, without consent: the authorization server exchanges the caller's token for one that is good for this API
   * alone. The provider has to be made with `onBehalfOf`.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/on-behalf-of-token-exchange.html
   */
  public static tokenExchange(provider: OAuth2Provider, options: TokenExchangeOutboundOptions): Outbound {
    return new Outbound(new OAuth2Outbound('tokenExchange', provider, options));
  }

  /** Nobody. Only for what is open to everybody anyway; the rules report it, and the reason stands in the template. */
  public static unauthenticated(weakening: WeakeningReason): Outbound {
    const { reason } = weakening;
    return new Outbound({
      kind: 'unauthenticated',
      render: ({ at }) => ({
        access: {},
        headers: [],
        weakening: { weakening: 'Outbound.unauthenticated', reason },
        problems: checkReason('Outbound.unauthenticated', reason, at),
      }),
    });
  }

  private constructor(private readonly choice: OutboundChoice) {}

  /** @internal */
  public _bind(target: OutboundTarget): OutboundBinding {
    const { kind } = this.choice;
    const combination = combinationProblems(target.kind, kind, target.at);
    const rendered = this.choice.render(target);
    return { ...rendered, kind, problems: [...combination, ...rendered.problems] };
  }
}
