import type { CfnOAuth2CredentialProvider } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Problem } from '../core/errors';
import { isCredentialName } from '../protocol/header-denylist';
import { takenParameters } from '../protocol/token-request';
import type { CredentialAccess } from './credential-access';
import type { ExternalSecret } from './external-secret';

/** Algorithms of key-signed client assertions. */
export enum SigningAlgorithm {
  /** RSASSA-PKCS1-v1_5 with SHA-256. */
  RS256 = 'RS256',
  /** RSASSA-PSS with SHA-256. */
  PS256 = 'PS256',
  /** ECDSA with P-256 and SHA-256. */
  ES256 = 'ES256',
}

/** Options of {@link ClientAuthentication.clientSecretBasic} and {@link ClientAuthentication.clientSecretPost}. */
export interface ClientSecretOptions {
  /** The client at the authorization server. */
  readonly clientId: string;
  /** Its secret. */
  readonly secret: ExternalSecret;
}

/** Options of {@link ClientAuthentication.privateKeyJwt}. */
export interface PrivateKeyJwtOptions {
  /** The client at the authorization server. */
  readonly clientId: string;
  /** An asymmetric key for `SIGN_VERIFY`, of the Region of the provider. The authorization server knows its public half. */
  readonly key: IKey;
  /**
   * What the authorization server and the key both know.
   *
   * @default SigningAlgorithm.ES256
   */
  readonly algorithm?: SigningAlgorithm;
  /**
   * More claims for the header of the assertion, such as `kid`.
   *
   * @default - none
   */
  readonly headerClaims?: { [name: string]: string };
  /**
   * More claims for the assertion.
   *
   * @default - none
   */
  readonly payloadClaims?: { [name: string]: string };
}

/** Options of {@link ClientAuthentication.awsIdentityToken}. */
export interface AwsIdentityTokenOptions {
  /** The audience that the authorization server expects; the gateway role may get a token for no other. */
  readonly audience: string;
  /**
   * The client at the authorization server; needed only for the authorization code grant.
   *
   * @default - none
   */
  readonly clientId?: string;
}

export interface ClientAuthenticationBinding {
  readonly properties: Partial<CfnOAuth2CredentialProvider.CustomOauth2ProviderConfigInputProperty>;
  readonly access: CredentialAccess;
  readonly problems: readonly Problem[];
}

/**
 * How a client proves itself to an authorization server. Best first: an identity token of AWS or a key-signed assertion,
 * where no secret exists that could leak; a client secret where the server knows nothing better.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/client-auth-methods.html
 */
export abstract class ClientAuthentication {
  /** A client secret in the `Authorization` header (RFC 6749, 2.3.1). */
  public static clientSecretBasic(options: ClientSecretOptions): ClientAuthentication {
    return new ClientSecret('CLIENT_SECRET_BASIC', options);
  }

  /** A client secret in the body of the token request. */
  public static clientSecretPost(options: ClientSecretOptions): ClientAuthentication {
    return new ClientSecret('CLIENT_SECRET_POST', options);
  }

  /**
   * An assertion signed by AWS KMS (RFC 7523, 2.2): the private key never leaves KMS.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/private-key-jwt.html
   */
  public static privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
    return new PrivateKeyJwt(options);
  }

  /**
   * An identity token that AWS issues for the gateway role (`sts:GetWebIdentityToken`). Outbound web identity federation
   * has to be switched on in the account, and the authorization server has to trust AWS as issuer.
   *
   * IAM knows no resource for this action: the statement names all, and the audience is what limits it.
   */
  public static awsIdentityToken(options: AwsIdentityTokenOptions): ClientAuthentication {
    return new AwsIdentityToken(options);
  }

  /** @internal */
  public abstract _bind(scope: Construct): ClientAuthenticationBinding;
}

class ClientSecret extends ClientAuthentication {
  public constructor(
    private readonly method: 'CLIENT_SECRET_BASIC' | 'CLIENT_SECRET_POST',
    private readonly options: ClientSecretOptions,
  ) {
    super();
  }

  public _bind(scope: Construct): ClientAuthenticationBinding {
    const secret = this.options.secret._bind(scope);
    return {
      properties: {
        clientId: this.options.clientId,
        clientAuthenticationMethod: this.method,
        clientSecretSource: 'EXTERNAL',
        clientSecretConfig: { secretId: secret.secretId, jsonKey: secret.jsonKey },
      },
      access: { secret },
      problems: secret.problems,
    };
  }
}

class PrivateKeyJwt extends ClientAuthentication {
  public constructor(private readonly options: PrivateKeyJwtOptions) {
    super();
  }

  public _bind(scope: Construct): ClientAuthenticationBinding {
    const { clientId, key, algorithm, headerClaims, payloadClaims } = this.options;
    return {
      properties: {
        clientId,
        clientAuthenticationMethod: 'PRIVATE_KEY_JWT',
        privateKeyJwtConfig: {
          privateKeySource: { kmsKeySource: { kmsKeyArn: key.keyArn } },
          signingAlgorithm: algorithm ?? SigningAlgorithm.ES256,
          additionalHeaderClaims: headerClaims,
          additionalPayloadClaims: payloadClaims,
        },
      },
      access: { signingKeyArn: key.keyArn },
      problems: credentialNames({ ...headerClaims, ...payloadClaims }, scope.node.path),
    };
  }
}

class AwsIdentityToken extends ClientAuthentication {
  public constructor(private readonly options: AwsIdentityTokenOptions) {
    super();
  }

  public _bind(): ClientAuthenticationBinding {
    const { clientId, audience } = this.options;
    return {
      properties: { clientId, clientAuthenticationMethod: 'AWS_IAM_ID_TOKEN_JWT' },
      access: { identityTokenAudiences: [audience] },
      problems: [],
    };
  }
}

/** Values given in the app stand in the template, so none may be a credential. Only the name is shown. */
export function credentialNames(values: { readonly [name: string]: string }, at: string): Problem[] {
  return Object.keys(values)
    .filter(isCredentialName)
    .map((name) => ({
      code: 'SECRET_PLAINTEXT',
      message: `'${name}' reads like a credential, and its value would stand in the template`,
      fix: 'Leave it out; credentials come from Secrets Manager through the credential provider',
      at,
    }));
}

/** Custom parameters of a token request: no credential, and none that the request has by itself. */
export function parameterProblems(parameters: { readonly [name: string]: string }, at: string): Problem[] {
  return [
    ...credentialNames(parameters, at),
    ...takenParameters(parameters)
      .filter((name) => !isCredentialName(name))
      .map(
        (name): Problem => ({
          code: 'OUTBOUND_OPTION',
          message: `a custom parameter takes the place of one that the token request has by itself, got '${name}'`,
          fix: 'Leave it out; grant, client, scopes and tokens come from the provider and the other options',
          at,
        }),
      ),
  ];
}
