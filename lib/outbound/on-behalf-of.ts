import type { CfnOAuth2CredentialProvider } from 'aws-cdk-lib/aws-bedrockagentcore';

/** Who acts for the user in a token exchange (`actor_token` of RFC 8693). */
export enum ActorToken {
  /** Nobody is named. */
  NONE = 'NONE',
  /** The client, by a token of its own from the client credentials grant. */
  CLIENT_CREDENTIALS = 'M2M',
  /** The gateway role, by an identity token that AWS issues. */
  AWS_IDENTITY_TOKEN = 'AWS_IAM_ID_TOKEN_JWT',
}

/** Options of {@link OnBehalfOf.tokenExchange}. */
export interface TokenExchangeOptions {
  /**
   * Who acts for the user.
   *
   * @default ActorToken.CLIENT_CREDENTIALS
   */
  readonly actorToken?: ActorToken;
  /**
   * Scopes of the actor's own token.
   *
   * @default - none
   */
  readonly actorScopes?: string[];
  /**
   * Audience of the actor's token; required for, and only for, `AWS_IDENTITY_TOKEN`.
   *
   * @default - none
   */
  readonly actorAudience?: string;
}

/**
 * How an authorization server turns the caller's token into one for the API behind it. The caller's own token never
 * reaches that API.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/on-behalf-of-token-exchange.html
 */
export class OnBehalfOf {
  /** OAuth 2.0 Token Exchange (RFC 8693). */
  public static tokenExchange(options: TokenExchangeOptions = {}): OnBehalfOf {
    const actorTokenContent = options.actorToken ?? ActorToken.CLIENT_CREDENTIALS;
    return new OnBehalfOf(
      {
        grantType: 'TOKEN_EXCHANGE',
        tokenExchangeGrantTypeConfig: { actorTokenContent, actorTokenScopes: options.actorScopes },
      },
      options.actorAudience,
    );
  }

  /** The JWT authorization grant (RFC 7523), as Microsoft Entra ID does it. */
  public static jwtAuthorizationGrant(): OnBehalfOf {
    return new OnBehalfOf({ grantType: 'JWT_AUTHORIZATION_GRANT' });
  }

  /** @internal */
  public readonly _rendering: CfnOAuth2CredentialProvider.OnBehalfOfTokenExchangeConfigProperty;
  /** @internal */
  public readonly _actorAudience?: string;

  private constructor(
    rendering: CfnOAuth2CredentialProvider.OnBehalfOfTokenExchangeConfigProperty,
    actorAudience?: string,
  ) {
    this._rendering = rendering;
    this._actorAudience = actorAudience;
  }

  /** @internal */
  public get _usesIdentityToken(): boolean {
    const config = this._rendering.tokenExchangeGrantTypeConfig as { actorTokenContent?: string } | undefined;
    return config?.actorTokenContent === ActorToken.AWS_IDENTITY_TOKEN;
  }
}
