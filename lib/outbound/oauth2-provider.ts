import { CfnOAuth2CredentialProvider } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import { isAnyTenant } from '../core/any-tenant';
import { endpointProblems } from '../core/endpoint';
import { formatProblem, type Problem, shown } from '../core/errors';
import type { PrivateEndpoint } from '../network/private-endpoint';
import type { ClientAuthentication } from './client-authentication';
import type { CredentialAccess } from './credential-access';
import type { ExternalSecret } from './external-secret';
import type { OAuth2Discovery } from './oauth2-discovery';
import { OAuth2Vendor, OWN_CONFIGURATION, TENANT_VENDORS } from './oauth2-vendor';
import type { OnBehalfOf } from './on-behalf-of';
import { checkedProviderName } from './provider-name';

/** Options of {@link OAuth2Provider.vendor}. */
export interface VendorOAuth2ProviderProps {
  /** The authorization server. */
  readonly vendor: OAuth2Vendor;
  /** The client at the vendor. */
  readonly clientId: string;
  /** Its secret. */
  readonly secret: ExternalSecret;
  /**
   * Name of the provider: letters, digits, `-` and `_`, up to 128.
   *
   * @default - derived from the construct path
   */
  readonly providerName?: string;
  /**
   * Tenant of Microsoft Entra ID, by id or domain; required there, and for no other vendor. `common`, `organizations` and
   * `consumers` are refused: they stand for any tenant.
   *
   * @default - none
   */
  readonly tenantId?: string;
  /**
   * Your own issuer; required for Auth0, Cognito, CyberArk, FusionAuth, Okta, OneLogin and PingOne.
   *
   * @default - the vendor's
   */
  readonly issuer?: string;
  /**
   * Where users consent, if the service cannot derive it from the issuer.
   *
   * @default - derived
   */
  readonly authorizationEndpoint?: string;
  /**
   * Where tokens are issued, if the service cannot derive it from the issuer.
   *
   * @default - derived
   */
  readonly tokenEndpoint?: string;
}

/** Options of {@link OAuth2Provider.custom}. */
export interface CustomOAuth2ProviderProps {
  /** The authorization server. */
  readonly discovery: OAuth2Discovery;
  /** How the client proves itself. */
  readonly client: ClientAuthentication;
  /**
   * Name of the provider: letters, digits, `-` and `_`, up to 128.
   *
   * @default - derived from the construct path
   */
  readonly providerName?: string;
  /**
   * Lets targets call for the user behind the caller's token, by token exchange.
   *
   * @default - no on-behalf-of
   */
  readonly onBehalfOf?: OnBehalfOf;
  /**
   * A private way to the authorization server.
   *
   * @default - over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;
}

interface Binding {
  readonly providerName?: string;
  readonly vendor: string;
  readonly configuration: CfnOAuth2CredentialProvider.Oauth2ProviderConfigInputProperty;
  readonly access: CredentialAccess;
  readonly clientId?: string;
  readonly onBehalfOf?: OnBehalfOf;
  readonly problems: readonly Problem[];
}

/**
 * A client at an authorization server, from which targets get tokens. Its secret is a reference, or does not exist.
 *
 * Use one provider per trust boundary: the role of a gateway can read exactly the providers of its targets.
 *
 * Register the {@link callbackUrl} at the authorization server for the authorization code grant.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-outbound-credential-provider.html
 */
export class OAuth2Provider extends Construct {
  /**
   * A vendor that the service knows by name.
   *
   * Errors at synthesis: `OUTBOUND_OPTION`, `ENDPOINT_UNSAFE`, `SECRET_PLAINTEXT`, `SECRET_REFERENCE`.
   */
  public static vendor(scope: Construct, id: string, props: VendorOAuth2ProviderProps): OAuth2Provider {
    return new OAuth2Provider(scope, id, (self) => bindVendor(self, props));
  }

  /**
   * Any authorization server.
   *
   * Errors at synthesis: `OUTBOUND_OPTION`, `ENDPOINT_UNSAFE`, `SECRET_PLAINTEXT`, `SECRET_REFERENCE`.
   */
  public static custom(scope: Construct, id: string, props: CustomOAuth2ProviderProps): OAuth2Provider {
    return new OAuth2Provider(scope, id, (self) => bindCustom(self, props));
  }

  /** ARN of the credential provider. */
  public readonly providerArn: string;
  /** Its name. */
  public readonly providerName: string;
  /** Where the authorization server sends users back to; register it there. */
  public readonly callbackUrl: string;
  /** @internal */
  public readonly _access: CredentialAccess;
  /** @internal */
  public readonly _clientId?: string;
  /** @internal */
  public readonly _onBehalfOf: boolean;

  private constructor(scope: Construct, id: string, bind: (self: Construct) => Binding) {
    super(scope, id);
    const { vendor, configuration, access, clientId, onBehalfOf, providerName, problems } = bind(this);
    const name = checkedProviderName(this, providerName);
    const provider = new CfnOAuth2CredentialProvider(this, 'Provider', {
      name: name.name,
      credentialProviderVendor: vendor,
      oauth2ProviderConfigInput: configuration,
    });
    this.providerArn = provider.attrCredentialProviderArn;
    this.providerName = name.name;
    this.callbackUrl = provider.attrCallbackUrl;
    this._access = { ...access, oauth2ProviderArn: this.providerArn };
    this._clientId = clientId;
    this._onBehalfOf = onBehalfOf !== undefined;
    this.node.addValidation({ validate: () => [...name.problems, ...problems].map(formatProblem) });
  }
}

function bindVendor(self: Construct, props: VendorOAuth2ProviderProps): Binding {
  const { vendor, clientId, tenantId, issuer, authorizationEndpoint, tokenEndpoint } = props;
  const secret = props.secret._bind(self);
  const own = OWN_CONFIGURATION[vendor];
  const client = {
    clientId,
    clientSecretSource: 'EXTERNAL',
    clientSecretConfig: { secretId: secret.secretId, jsonKey: secret.jsonKey },
  };
  const options = own === undefined ? { issuer, authorizationEndpoint, tokenEndpoint } : { tenantId };
  return {
    providerName: props.providerName,
    vendor,
    configuration: { [own ?? 'includedOauth2ProviderConfig']: { ...client, ...options } },
    access: { secret },
    clientId,
    problems: [...secret.problems, ...vendorProblems(props, self.node.path)],
  };
}

function vendorProblems(props: VendorOAuth2ProviderProps, at: string): Problem[] {
  const { vendor, tenantId, issuer, authorizationEndpoint, tokenEndpoint } = props;
  const given = Object.entries({ issuer, authorizationEndpoint, tokenEndpoint }).filter(([, url]) => url !== undefined);
  const problems = given.flatMap(([what, url]) => endpointProblems(url!, { what: `the ${what} of a provider`, at }));
  const option = (message: string, fix: string) => problems.push({ code: 'OUTBOUND_OPTION', message, fix, at });
  if (tenantId !== undefined && vendor !== OAuth2Vendor.MICROSOFT) {
    option(`only Microsoft has a tenantId, got it for ${vendor}`, 'Leave tenantId out');
  }
  if (vendor === OAuth2Vendor.MICROSOFT && isAnyTenant(tenantId)) {
    option(
      `${vendor} is for any tenant unless it names one, got ${shown(tenantId)}`,
      'Pass the id or a domain of your tenant as tenantId',
    );
  }
  if (given.length > 0 && OWN_CONFIGURATION[vendor] !== undefined) {
    option(
      `the endpoints of ${vendor} are fixed, got ${given.map(([what]) => what).join(', ')}`,
      'Leave them out, or use OAuth2Provider.custom',
    );
  }
  if (issuer === undefined && TENANT_VENDORS.includes(vendor)) {
    option(`${vendor} has an issuer per customer, got none`, 'Pass issuer');
  }
  return problems;
}

function bindCustom(self: Construct, props: CustomOAuth2ProviderProps): Binding {
  const { discovery, onBehalfOf, privateEndpoint } = props;
  const client = props.client._bind(self);
  const at = self.node.path;
  const audiences = [client.access.identityTokenAudiences ?? [], onBehalfOf?._actorAudience ?? []].flat();
  return {
    providerName: props.providerName,
    vendor: 'CustomOauth2',
    configuration: {
      customOauth2ProviderConfig: {
        ...client.properties,
        oauthDiscovery: discovery._rendering,
        onBehalfOfTokenExchangeConfig: onBehalfOf?._rendering,
        privateEndpoint: privateEndpoint?._rendering,
      },
    },
    access: { ...client.access, identityTokenAudiences: audiences },
    clientId: client.properties.clientId,
    onBehalfOf,
    problems: [
      ...client.problems,
      ...discovery._problems(at, privateEndpoint !== undefined),
      ...(privateEndpoint?._problems(at) ?? []),
      ...actorProblems(onBehalfOf, at),
    ],
  };
}

function actorProblems(onBehalfOf: OnBehalfOf | undefined, at: string): Problem[] {
  if (onBehalfOf === undefined || onBehalfOf._usesIdentityToken === (onBehalfOf._actorAudience !== undefined))
    return [];
  return [
    {
      code: 'OUTBOUND_OPTION',
      message: `actorAudience belongs to ActorToken.AWS_IDENTITY_TOKEN and to no other, got ${shown(onBehalfOf._actorAudience)}`,
      fix: onBehalfOf._usesIdentityToken ? 'Pass the audience that the authorization server expects' : 'Leave it out',
      at,
    },
  ];
}
