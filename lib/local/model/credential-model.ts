import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { isUnresolved, unresolvedIn } from '../../assembly/unresolved';
import { text } from './values';

/** As whom a target is called, as its template says. */
export type CredentialModel =
  | { readonly kind: 'none' }
  | { readonly kind: 'role' }
  | { readonly kind: 'api-key'; readonly provider: ProviderModel; readonly place: ApiKeyPlace }
  | { readonly kind: 'oauth'; readonly provider: OAuth2ProviderModel; readonly grant: OAuthGrant }
  /** The caller's own token: the service takes it for HTTP targets only, and no construct of this library makes it. */
  | { readonly kind: 'jwt-passthrough' }
  | { readonly kind: 'unsupported'; readonly why: string };

export interface ProviderModel {
  readonly arn: string;
  readonly name: string;
  /** As `GetSecretValue` is asked for it; absent when the provider needs no secret. */
  readonly secretArn?: string;
  /** Key of the secret, when it is one of the assembly with a key of its own; `unknown` is one that nobody may use. */
  readonly secretKeyArn?: string;
}

export const UNKNOWN_KEY = 'unknown';

export interface OAuth2ProviderModel extends ProviderModel {
  /** What keeps it from being used here. */
  readonly unsupported?: string;
  readonly clientId: string;
  readonly authentication: string;
  readonly signing?: {
    readonly keyArn: string;
    readonly algorithm: string;
    readonly header: { readonly [claim: string]: unknown };
    readonly payload: { readonly [claim: string]: unknown };
  };
  readonly tokenEndpoint?: string;
  readonly discoveryUrl?: string;
  readonly onBehalfOf?: { readonly grantType: string; readonly actor: string; readonly actorScopes: readonly string[] };
}

export interface ApiKeyPlace {
  readonly location: 'HEADER' | 'QUERY_PARAMETER';
  readonly name: string;
  readonly prefix: string;
}

export interface OAuthGrant {
  readonly type: 'CLIENT_CREDENTIALS' | 'TOKEN_EXCHANGE';
  readonly scopes: readonly string[];
  readonly parameters: { readonly [name: string]: string };
}

const OAUTH2_PROVIDER = 'AWS::BedrockAgentCore::OAuth2CredentialProvider';
const API_KEY_PROVIDER = 'AWS::BedrockAgentCore::ApiKeyCredentialProvider';

const CLIENT_AUTHENTICATIONS = ['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'PRIVATE_KEY_JWT', 'AWS_IAM_ID_TOKEN_JWT'];
const EXCHANGES = ['TOKEN_EXCHANGE', 'JWT_AUTHORIZATION_GRANT'];
const ACTORS = ['NONE', 'M2M', 'AWS_IAM_ID_TOKEN_JWT'];
/** Why a provider without `OnBehalfOfTokenExchangeConfig` gets no token of a caller. */
export const NO_EXCHANGE = 'a token exchange without OnBehalfOfTokenExchangeConfig';
/** What Secrets Manager adds to a name; six characters that nobody knows. */
const ARN_SUFFIX = '-AbCdEf';
const LATER = 'a value that is only known after a deployment';

/** Every credential provider of an assembly by its name, for tools that ask for one themselves. */
export function readProviders(assembly: ConcreteAssembly): {
  readonly apiKey: ReadonlyMap<string, ProviderModel>;
  readonly oauth2: ReadonlyMap<string, OAuth2ProviderModel>;
} {
  const named = <T extends ProviderModel>(type: string, read: (resource: ConcreteResource) => T) =>
    new Map(assembly.ofType(type).map((resource) => [resource.ref, read(resource)]));
  return {
    apiKey: named(API_KEY_PROVIDER, (resource) => readApiKeyProvider(assembly, resource)),
    oauth2: named(OAUTH2_PROVIDER, (resource) => readOAuth2Provider(assembly, resource)),
  };
}

export function readCredential(assembly: ConcreteAssembly, target: ConcreteResource): CredentialModel {
  const configurations = target.properties.CredentialProviderConfigurations;
  const [first] = Array.isArray(configurations) ? configurations : [];
  if (first === undefined) return configurations === undefined ? { kind: 'none' } : unsupported('its credential');
  const provider = own(first, 'CredentialProvider');
  switch (own(first, 'CredentialProviderType')) {
    case 'GATEWAY_IAM_ROLE':
      return own(provider, 'IamCredentialProvider') === undefined
        ? { kind: 'role' }
        : unsupported('signed requests (SigV4)');
    case 'API_KEY':
      return readApiKey(assembly, own(provider, 'ApiKeyCredentialProvider'));
    case 'OAUTH':
      return readOAuth(assembly, own(provider, 'OauthCredentialProvider'));
    case 'JWT_PASSTHROUGH':
      return { kind: 'jwt-passthrough' };
    default:
      return unsupported(`the credential type ${String(own(first, 'CredentialProviderType'))}`);
  }
}

function unsupported(why: string): CredentialModel {
  return { kind: 'unsupported', why };
}

function readApiKey(assembly: ConcreteAssembly, reference: unknown): CredentialModel {
  const resource = providerOf(assembly, API_KEY_PROVIDER, own(reference, 'ProviderArn'));
  if (resource === undefined) return unsupported('a credential provider that is not in the assembly');
  if (unresolvedIn(reference).length > 0) return unsupported(LATER);
  const name = own(reference, 'CredentialParameterName');
  return {
    kind: 'api-key',
    provider: readApiKeyProvider(assembly, resource),
    place: {
      location: own(reference, 'CredentialLocation') === 'QUERY_PARAMETER' ? 'QUERY_PARAMETER' : 'HEADER',
      name: typeof name === 'string' ? name : 'Authorization',
      prefix: String(own(reference, 'CredentialPrefix') ?? ''),
    },
  };
}

function readApiKeyProvider(assembly: ConcreteAssembly, resource: ConcreteResource): ProviderModel {
  const secretId = own(resource.properties.ApiKeySecretConfig, 'SecretId');
  return { ...providerModel(resource), ...secretOf(assembly, resource, secretId, 'apikey') };
}

function readOAuth(assembly: ConcreteAssembly, reference: unknown): CredentialModel {
  const resource = providerOf(assembly, OAUTH2_PROVIDER, own(reference, 'ProviderArn'));
  if (resource === undefined) return unsupported('a credential provider that is not in the assembly');
  const type = own(reference, 'GrantType') ?? 'CLIENT_CREDENTIALS';
  if (type !== 'CLIENT_CREDENTIALS' && type !== 'TOKEN_EXCHANGE') return unsupported(`the grant ${String(type)}`);
  if (unresolvedIn(reference).length > 0) return unsupported(LATER);
  const provider = readOAuth2Provider(assembly, resource);
  const why = provider.unsupported ?? (type === 'TOKEN_EXCHANGE' && !provider.onBehalfOf ? NO_EXCHANGE : undefined);
  if (why !== undefined) return unsupported(why);
  const scopes = own(reference, 'Scopes');
  return {
    kind: 'oauth',
    provider,
    grant: {
      type,
      scopes: Array.isArray(scopes) ? scopes.map(String) : [],
      parameters: texts(own(reference, 'CustomParameters')),
    },
  };
}

function readOAuth2Provider(assembly: ConcreteAssembly, resource: ConcreteResource): OAuth2ProviderModel {
  // One member of the input is set: the one of the vendor.
  const inputs = own(resource.properties, 'Oauth2ProviderConfigInput');
  const [configuration] = isObject(inputs) ? Object.values(inputs) : [];
  const discovery = own(configuration, 'OauthDiscovery');
  const metadata = own(discovery, 'AuthorizationServerMetadata');
  const issuer = text(own(configuration, 'Issuer'));
  const exchange = own(configuration, 'OnBehalfOfTokenExchangeConfig');
  const actor = own(exchange, 'TokenExchangeGrantTypeConfig');
  const actorScopes = own(actor, 'ActorTokenScopes');
  const authentication = String(own(configuration, 'ClientAuthenticationMethod') ?? 'CLIENT_SECRET_BASIC');
  const signing = own(configuration, 'PrivateKeyJwtConfig');
  return {
    ...providerModel(resource),
    unsupported: unsupportedIn(configuration, authentication),
    ...(authentication.startsWith('CLIENT_SECRET')
      ? secretOf(assembly, resource, own(own(configuration, 'ClientSecretConfig'), 'SecretId'), 'oauth2')
      : {}),
    clientId: String(own(configuration, 'ClientId') ?? ''),
    authentication,
    signing: isObject(signing)
      ? {
          keyArn: String(own(own(own(signing, 'PrivateKeySource'), 'KmsKeySource'), 'KmsKeyArn')),
          algorithm: String(signing.SigningAlgorithm ?? 'ES256'),
          header: texts(signing.AdditionalHeaderClaims),
          payload: texts(signing.AdditionalPayloadClaims),
        }
      : undefined,
    tokenEndpoint: text(own(metadata, 'TokenEndpoint')) ?? text(own(configuration, 'TokenEndpoint')),
    discoveryUrl:
      text(own(discovery, 'DiscoveryUrl')) ??
      (issuer === undefined ? undefined : `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
    onBehalfOf: isObject(exchange)
      ? {
          grantType: String(exchange.GrantType),
          actor: String(own(actor, 'ActorTokenContent') ?? 'NONE'),
          actorScopes: Array.isArray(actorScopes) ? actorScopes.map(String) : [],
        }
      : undefined,
  };
}

/** What a default in place of it would make weaker, or send to the wrong client. */
function unsupportedIn(configuration: unknown, authentication: string): string | undefined {
  const clientId = own(configuration, 'ClientId');
  const exchange = own(configuration, 'OnBehalfOfTokenExchangeConfig');
  const actor = own(own(exchange, 'TokenExchangeGrantTypeConfig'), 'ActorTokenContent') ?? 'NONE';
  if (!CLIENT_AUTHENTICATIONS.includes(authentication)) return 'a ClientAuthenticationMethod that is not known here';
  const named = typeof clientId === 'string' && clientId !== '' && !isUnresolved(clientId);
  if (authentication === 'PRIVATE_KEY_JWT' && !isKnownSigning(own(configuration, 'PrivateKeyJwtConfig'))) {
    return 'a PrivateKeyJwtConfig that is not known here';
  }
  // An identity token of AWS names its client by itself.
  if (!named && (authentication !== 'AWS_IAM_ID_TOKEN_JWT' || clientId !== undefined)) {
    return 'a ClientId that is not known here';
  }
  if (exchange === undefined) return undefined;
  if (!EXCHANGES.includes(String(own(exchange, 'GrantType'))))
    return 'an exchange of a GrantType that is not known here';
  if (!ACTORS.includes(String(actor))) return 'an ActorTokenContent that is not known here';
  return unresolvedIn(exchange).length > 0 ? LATER : undefined;
}

/** Without its key nobody could say who may sign with it. */
function isKnownSigning(signing: unknown): boolean {
  const key = own(own(own(signing, 'PrivateKeySource'), 'KmsKeySource'), 'KmsKeyArn');
  return typeof key === 'string' && unresolvedIn(signing).length === 0;
}

function providerOf(assembly: ConcreteAssembly, type: string, arn: unknown): ConcreteResource | undefined {
  return assembly.ofType(type).find((resource) => resource.attribute('CredentialProviderArn') === arn);
}

function providerModel(resource: ConcreteResource): ProviderModel {
  return { arn: resource.attribute('CredentialProviderArn') ?? '', name: resource.ref };
}

/** The secret of a provider: one that exists outside (`EXTERNAL`), or one that the service makes. */
function secretOf(
  assembly: ConcreteAssembly,
  resource: ConcreteResource,
  secretId: unknown,
  kind: 'oauth2' | 'apikey',
): Pick<ProviderModel, 'secretArn' | 'secretKeyArn'> {
  const { partition, region, account } = resource.environment;
  const arnOf = (name: string) => `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}${ARN_SUFFIX}`;
  if (secretId === undefined) {
    return { secretArn: arnOf(`bedrock-agentcore-identity!default/${kind}/${resource.ref}`) };
  }
  const secret = assembly
    .ofType('AWS::SecretsManager::Secret')
    .find(({ ref, properties }) => [ref, ref.slice(0, -ARN_SUFFIX.length), properties.Name].includes(secretId));
  const key = secret?.properties.KmsKeyId;
  const arn = String(secretId).startsWith('arn:') ? String(secretId) : arnOf(String(secretId));
  const secretArn = secret?.ref ?? arn;
  return { secretArn, ...(key === undefined ? {} : { secretKeyArn: keyArn(assembly, String(key)) }) };
}

function keyArn(assembly: ConcreteAssembly, key: string): string {
  const known =
    assembly
      .ofType('AWS::KMS::Key')
      .find(({ ref }) => ref === key)
      ?.attribute('Arn') ?? key;
  return /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(known) ? known : UNKNOWN_KEY;
}

function texts(value: unknown): { readonly [name: string]: string } {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)])) : {};
}
