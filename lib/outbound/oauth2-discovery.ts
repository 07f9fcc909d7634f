import type { CfnOAuth2CredentialProvider } from 'aws-cdk-lib/aws-bedrockagentcore';
import { servesAnyTenant } from '../core/any-tenant';
import { endpointProblems } from '../core/endpoint';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';

/** Options of {@link OAuth2Discovery.metadata}. */
export interface AuthorizationServerMetadata {
  /** Issuer of the tokens. */
  readonly issuer: string;
  /** Where users consent. */
  readonly authorizationEndpoint: string;
  /** Where tokens are issued. */
  readonly tokenEndpoint: string;
  /**
   * Response types the server supports.
   *
   * @default - those the service assumes
   */
  readonly responseTypes?: string[];
}

/** How the service learns the endpoints of an authorization server. */
export class OAuth2Discovery {
  /**
   * A discovery document: `https://<issuer>/.well-known/openid-configuration`. CloudFormation takes no other. The one of
   * Microsoft Entra ID for any tenant is refused.
   */
  public static url(discoveryUrl: string): OAuth2Discovery {
    return new OAuth2Discovery({ discoveryUrl }, [discoveryUrl]);
  }

  /** The endpoints themselves: nothing is looked up, so nobody can swap them. */
  public static metadata(metadata: AuthorizationServerMetadata): OAuth2Discovery {
    const { issuer, authorizationEndpoint, tokenEndpoint } = metadata;
    return new OAuth2Discovery({ authorizationServerMetadata: metadata }, [
      issuer,
      authorizationEndpoint,
      tokenEndpoint,
    ]);
  }

  /** @internal */
  public readonly _rendering: CfnOAuth2CredentialProvider.Oauth2DiscoveryProperty;

  private constructor(
    rendering: CfnOAuth2CredentialProvider.Oauth2DiscoveryProperty,
    private readonly urls: readonly string[],
  ) {
    this._rendering = rendering;
  }

  /** @internal */
  public _problems(at: string, privateEndpoint: boolean): Problem[] {
    const unsafe = this.urls.flatMap((url) =>
      endpointProblems(url, { what: 'an endpoint of the authorization server', at, privateEndpoint }),
    );
    unsafe.push(...this.urls.filter(servesAnyTenant).map((url) => anyTenant(url, at)));
    const { discoveryUrl } = this._rendering;
    if (discoveryUrl === undefined || /\/\.well-known\/openid-configuration$/.test(discoveryUrl)) {
      return unsafe;
    }
    return [
      ...unsafe,
      {
        code: 'OUTBOUND_OPTION',
        message: `a discovery URL ends with /.well-known/openid-configuration, got ${shown(discoveryUrl)}`,
        fix: 'Pass the URL of the document, or OAuth2Discovery.metadata',
        at,
      },
    ];
  }
}

function anyTenant(url: string, at: string): Problem {
  return {
    code: 'OUTBOUND_OPTION',
    message: `an endpoint of the authorization server is the one for any tenant, got ${shown(url)}`,
    fix: 'Use the endpoint of your tenant: https://login.microsoftonline.com/<tenant id>/v2.0',
    at,
  };
}
