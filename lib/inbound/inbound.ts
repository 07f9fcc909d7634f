import type { Construct } from 'constructs';
import { CognitoInbound, type CognitoInboundOptions } from './cognito-inbound';
import type { InboundBinding, InboundContext } from './inbound-binding';
import { OidcInbound, type OidcInboundOptions } from './oidc-inbound';
import { OpenInbound } from './open-inbound';
import { SignedInbound } from './signed-inbound';

/** Options of the inbound choices that are weaker than the others. */
export interface WeakInboundOptions {
  /** Why the weaker choice is right here, in a sentence. Kept in the metadata of the template for reviews. */
  readonly reason: string;
}

/**
 * Who may reach the gateway. There is no default: a gateway without an inbound choice does not compile.
 *
 * The choice cannot be changed on a deployed gateway: CloudFormation refuses another authorizer type, so give the
 * gateway another name with another choice.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html
 */
export class Inbound {
  /**
   * A Cognito user pool with a scope per tool and an OAuth client per agent: a hardened pool made for this gateway, or
   * one that exists.
   *
   * The gateway accepts only access tokens (`token_use` equals `access`) of those clients with at least one of those
   * scopes. What a scope allows is decided per tool by the gateway's policies.
   *
   * Errors at synthesis: `TOKEN_VALIDITY`, `INBOUND_CLAIM`, `INBOUND_ISSUER`, `SCOPE_LIMIT`, and `INBOUND_OPEN` for a
   * gateway without agents.
   */
  public static cognito(options: CognitoInboundOptions = {}): Inbound {
    return new Inbound((scope, context) => new CognitoInbound(scope, 'Inbound', { ...options, ...context }));
  }

  /**
   * Any OpenID Connect issuer: Okta, Auth0, Entra ID, Keycloak and others. Agents are clients that exist there
   * (`addExternalAgent`); people are told apart in permits by group, role or claim.
   *
   * Errors at synthesis: `INBOUND_ISSUER`, `INBOUND_SCOPE`, `INBOUND_CLAIM`, and `INBOUND_OPEN` when a token that was
   * issued for something else would pass.
   */
  public static oidc(options: OidcInboundOptions): Inbound {
    return new Inbound((_scope, context) => new OidcInbound(options, context));
  }

  /**
   * IAM principals that sign with SigV4 and are allowed `bedrock-agentcore:InvokeGateway` on this gateway
   * (`gateway.grantInvoke`). Permits name them with `Caller.iamRole`.
   */
  public static iam(): Inbound {
    return new Inbound((_scope, context) => new SignedInbound('AWS_IAM', context));
  }

  /**
   * Any IAM principal of any account whose SigV4 signature is right, without asking IAM whether it may call. The policies
   * of the gateway are then the only authorization. The documentation of the service is not of one mind about what this
   * type checks; test it before you rely on it.
   *
   * Errors at synthesis: `REASON_MISSING`.
   */
  public static authenticateOnly(options: WeakInboundOptions): Inbound {
    const weakening = { weakening: 'Inbound.authenticateOnly', reason: options.reason };
    return new Inbound((_scope, context) => new SignedInbound('AUTHENTICATE_ONLY', context, weakening));
  }

  /**
   * Anyone. AWS advises against it for testing, too. Every permit must bound the arguments, the rule `SecureMcp-IN01`
   * still fires, and there are no limits per caller.
   *
   * Errors at synthesis: `REASON_MISSING`.
   */
  public static unauthenticated(options: WeakInboundOptions): Inbound {
    return new Inbound((_scope, context) => new OpenInbound(context, options.reason));
  }

  private constructor(private readonly bind: (scope: Construct, context: InboundContext) => InboundBinding) {}

  /** @internal */
  public _bind(scope: Construct, context: InboundContext): InboundBinding {
    return this.bind(scope, context);
  }
}
