import { endpointProblems } from '../core/endpoint';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import { isOmnibusScope } from '../core/omnibus-scope';
import { parameterProblems } from './client-authentication';
import type { OAuth2Provider } from './oauth2-provider';
import type { OutboundChoice, OutboundTarget } from './outbound-binding';

/** Options of {@link Outbound.clientCredentials}. */
export interface ClientCredentialsOptions {
  /** What the token is good for: the fewest scopes that the tools of the target need, 1 to 100. */
  readonly scopes: string[];
  /**
   * More parameters for the authorization server, such as `audience`: at most 10 for a target. They stand in the template.
   *
   * @default - none
   */
  readonly customParameters?: { [name: string]: string };
}

/** Options of {@link Outbound.tokenExchange}. */
export interface TokenExchangeOutboundOptions {
  /** What the token is good for: the fewest scopes that the tools of the target need, 1 to 100. */
  readonly scopes: string[];
  /**
   * More parameters for the authorization server, such as `audience`: at most 10 for a target. They stand in the template.
   *
   * @default - none
   */
  readonly customParameters?: { [name: string]: string };
}

/** Options of {@link Outbound.authorizationCode}. */
export interface AuthorizationCodeOptions {
  /** What the user consents to: the fewest scopes that the tools of the target need, 1 to 100. */
  readonly scopes: string[];
  /** Where users come back to after consent: exact, https. */
  readonly returnUrl: string;
  /**
   * More parameters for the authorization server, such as `audience`: at most 10 for a target. They stand in the template.
   *
   * @default - none
   */
  readonly customParameters?: { [name: string]: string };
}

/** Source: https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_OAuthCredentialProvider.html */
const PARAMETERS_MAX = 10;

type Grant = 'clientCredentials' | 'authorizationCode' | 'tokenExchange';

interface GrantOptions {
  readonly scopes: string[];
  readonly customParameters?: { [name: string]: string };
  readonly returnUrl?: string;
}

const GRANT_TYPE: { readonly [grant in Grant]: string } = {
  clientCredentials: 'CLIENT_CREDENTIALS',
  authorizationCode: 'AUTHORIZATION_CODE',
  tokenExchange: 'TOKEN_EXCHANGE',
};

export class OAuth2Outbound implements OutboundChoice {
  public constructor(
    public readonly kind: Grant,
    private readonly provider: OAuth2Provider,
    private readonly options: GrantOptions,
  ) {}

  public render(target: OutboundTarget) {
    const { scopes, customParameters, returnUrl } = this.options;
    const forUser = this.kind !== 'clientCredentials';
    return {
      configuration: {
        credentialProviderType: 'OAUTH',
        credentialProvider: {
          oauthCredentialProvider: {
            providerArn: this.provider.providerArn,
            scopes,
            grantType: GRANT_TYPE[this.kind],
            defaultReturnUrl: returnUrl,
            customParameters,
          },
        },
      },
      access: { ...this.provider._access, forUser },
      headers: ['authorization'],
      problems: [
        ...scopeProblems(scopes, target.at),
        ...parameterProblems(customParameters ?? {}, target.at),
        ...countProblems(Object.keys(customParameters ?? {}).length, target.at),
        ...this.userProblems(forUser, target),
        ...(returnUrl === undefined ? [] : returnUrlProblems(returnUrl, target.at)),
      ],
    };
  }

  private userProblems(forUser: boolean, { at, callersHaveTokens }: OutboundTarget): Problem[] {
    const problems: Problem[] = [];
    if (forUser && !callersHaveTokens) {
      problems.push({
        code: 'OUTBOUND_COMBINATION',
        message: `Outbound.${this.kind} acts for the user behind the caller's token, and callers of this gateway have none`,
        fix: 'Use an inbound choice with tokens, or Outbound.clientCredentials',
        at,
      });
    }
    if (this.kind === 'tokenExchange' && !this.provider._onBehalfOf) {
      problems.push({
        code: 'OUTBOUND_COMBINATION',
        message: `Outbound.tokenExchange needs a provider that exchanges tokens, got ${shown(this.provider.node.id)}`,
        fix: 'Make it with OAuth2Provider.custom and onBehalfOf, or use Outbound.clientCredentials or Outbound.authorizationCode',
        at,
      });
    }
    if (this.kind === 'authorizationCode' && !this.provider._clientId) {
      problems.push({
        code: 'OUTBOUND_COMBINATION',
        message: `Outbound.authorizationCode sends users to consent to a client, and the provider has no client id, got ${shown(this.provider.node.id)}`,
        fix: 'Pass clientId to ClientAuthentication.awsIdentityToken, or use Outbound.clientCredentials',
        at,
      });
    }
    return problems;
  }
}

export function scopeProblems(scopes: readonly string[], at: string): Problem[] {
  const option = (message: string): Problem => ({
    code: 'OUTBOUND_OPTION',
    message,
    fix: 'Name the fewest scopes that the tools of the target need',
    at,
  });
  if (scopes.length === 0 || scopes.length > 100) return [option(`a token has 1 to 100 scopes, got ${scopes.length}`)];
  return scopes
    .filter((scope) => isOmnibusScope(scope) || scope.length > 64 || scope === '')
    .map((scope) => option(`a scope stands for everything, or has not 1 to 64 characters, got ${shown(scope)}`));
}

/** A limit of targets; GetResourceOauth2Token, which a tool calls by itself, names none. */
function countProblems(count: number, at: string): Problem[] {
  if (count <= PARAMETERS_MAX) return [];
  return [
    {
      code: 'OUTBOUND_OPTION',
      message: `a target has at most ${PARAMETERS_MAX} custom parameters, got ${count}`,
      fix: 'Leave out those that the authorization server does not need',
      at,
    },
  ];
}

function returnUrlProblems(url: string, at: string): Problem[] {
  return endpointProblems(url, { what: 'the return URL', at });
}
