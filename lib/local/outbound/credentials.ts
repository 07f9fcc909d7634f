import type { RequestContext } from '../../core/iam/conditions';
import {
  type CredentialModel,
  NO_EXCHANGE,
  type OAuth2ProviderModel,
  type ProviderModel,
  UNKNOWN_KEY,
} from '../model/credential-model';
import { UpstreamError } from './routes';
import { fieldOf, type TokenClient } from './token-client';
import { Vault } from './vault';

/** What is added to a request for a target. */
export interface Credential {
  readonly headers: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
}

/** The gateway's role may not get a credential. */
export class CredentialDenied extends UpstreamError {
  public constructor(
    reason: string,
    public readonly action: string,
    public readonly resource: string,
  ) {
    super(reason);
  }
}

/** Who asks for a credential, and what IAM says to it: the gateway, or a tool that calls an API itself. */
export interface Asker {
  /** The directory of workload identities, and the one of the asker. */
  readonly workloadArns: readonly string[];
  readonly tokenVaultArn: string;
  readonly throughSecretsManager: RequestContext;
  readonly identityTokenContext: RequestContext;
  /** What conditions can be about of a token of a caller. */
  claimsOf(token: string): RequestContext;
  /** The first of these permissions that is missing; undefined when it has them all. */
  missing(
    action: string,
    resources: readonly string[],
    context?: RequestContext,
  ): { readonly reason: string } | undefined;
}

/** For whom a target is called. */
export interface CallFor {
  /** The verified token of the caller: sent to the authorization server that exchanges it, and with `JWT_PASSTHROUGH` on. */
  readonly token?: string;
}

const NOTHING: Credential = { headers: {}, query: {} };

/**
 * Layer 2: the credential of a target. The role of whoever asks has to be allowed to get it, action by action as AgentCore
 * Identity demands; the value comes from the local vault.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-prerequisites-permissions.html
 */
export class Credentials {
  public constructor(
    private readonly identity: Asker,
    private readonly vault: Vault,
    private readonly tokens: TokenClient,
  ) {}

  /** Throws `UpstreamError` for whatever keeps the gateway from having one; that is a denial of layer 2. */
  public async of(credential: CredentialModel, call: CallFor): Promise<Credential> {
    switch (credential.kind) {
      case 'none':
      case 'role':
        return NOTHING;
      case 'api-key': {
        const { provider, place } = credential;
        this.demand('bedrock-agentcore:GetWorkloadAccessToken', this.identity.workloadArns);
        this.demand('bedrock-agentcore:GetResourceApiKey', this.around(provider));
        this.demandSecret(provider);
        const value = this.vault.get(provider.name, 'apiKey');
        if (value === undefined) {
          throw new UpstreamError(
            `the vault has no apiKey of ${provider.name}. ${Vault.hint(provider.name, 'apiKey')}`,
          );
        }
        if (place.location === 'QUERY_PARAMETER') return { headers: {}, query: { [place.name]: value } };
        return header(place.name.toLowerCase(), `${place.prefix}${value}`, `the apiKey of ${provider.name}`);
      }
      case 'oauth': {
        const { provider, grant } = credential;
        if (grant.type === 'CLIENT_CREDENTIALS') {
          this.demandToken(provider, 'bedrock-agentcore:GetWorkloadAccessToken');
          return bearer(await this.tokens.clientCredentials(provider, grant), provider);
        }
        if (call.token === undefined) throw new UpstreamError('the caller has no token that could be exchanged');
        const claims = this.identity.claimsOf(call.token);
        this.demandToken(provider, 'bedrock-agentcore:GetWorkloadAccessTokenForJWT', claims);
        if (provider.onBehalfOf === undefined) throw new UpstreamError(`${NO_EXCHANGE} is not simulated`);
        return bearer(await this.tokens.exchange(provider, grant, call.token), provider);
      }
      case 'jwt-passthrough':
        return call.token === undefined
          ? NOTHING
          : header('authorization', `Bearer ${call.token}`, "the caller's token");
      default:
        throw new UpstreamError('this credential is not simulated');
    }
  }

  private demandToken(provider: OAuth2ProviderModel, workload: string, claims?: RequestContext): void {
    this.demand(workload, this.identity.workloadArns, claims);
    this.demand('bedrock-agentcore:GetResourceOauth2Token', this.around(provider));
    this.demandSecret(provider);
    if (provider.signing !== undefined) this.demand('kms:Sign', [provider.signing.keyArn]);
    if (fieldOf(provider) === 'identityToken' || provider.onBehalfOf?.actor === 'AWS_IAM_ID_TOKEN_JWT') {
      this.demand('sts:GetWebIdentityToken', ['*'], this.identity.identityTokenContext);
    }
    if (provider.unsupported !== undefined) throw new UpstreamError(`${provider.unsupported} is not simulated`);
  }

  private demandSecret({ secretArn, secretKeyArn }: ProviderModel): void {
    if (secretArn === undefined) return;
    this.demand('secretsmanager:GetSecretValue', [secretArn]);
    if (secretKeyArn === undefined) return;
    if (secretKeyArn === UNKNOWN_KEY) {
      const reason = `the key of ${secretArn} is not known here, so it is used by nobody. Give KmsKeyId the ARN of a key`;
      throw new CredentialDenied(reason, 'kms:Decrypt', secretArn);
    }
    this.demand('kms:Decrypt', [secretKeyArn], this.identity.throughSecretsManager);
  }

  /** All four are needed, each by itself. */
  private around({ arn }: ProviderModel): string[] {
    return [arn, this.identity.tokenVaultArn, ...this.identity.workloadArns];
  }

  private demand(action: string, resources: readonly string[], context?: RequestContext): void {
    const missing = this.identity.missing(action, resources, context);
    if (missing !== undefined) throw new CredentialDenied(missing.reason, action, resources[0]!);
  }
}

function bearer(token: string, { name }: OAuth2ProviderModel): Credential {
  return header('authorization', `Bearer ${token}`, `the token of ${name}`);
}

/** An HTTP client would quote a value that is none for a header in its error. */
function header(name: string, value: string, what: string): Credential {
  if (!/^[\t\x20-\x7e]+$/.test(value)) {
    throw new UpstreamError(`${what} is no value of a header: it holds a line break or a character that is not ASCII`);
  }
  return { headers: { [name]: value }, query: {} };
}
