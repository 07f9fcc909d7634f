import { Duration, Fn, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import {
  CfnUserPoolClient,
  CfnUserPoolDomain,
  CfnUserPoolResourceServer,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { type AgentMetadata, METADATA_KEY } from '../protocol/template-metadata';
import type { AgentClient, InboundBinding, InboundContext } from './inbound-binding';

/** Options of {@link Inbound.cognito}. */
export interface CognitoInboundOptions {
  /**
   * How long an access token is valid: 5 minutes to 1 hour.
   *
   * A bearer token that leaks can be replayed until it expires, so shorter is safer.
   *
   * @default Duration.minutes(15)
   */
  readonly accessTokenValidity?: Duration;
}

export interface CognitoInboundProps extends CognitoInboundOptions, InboundContext {}

/**
 * A user pool that only issues tokens for one gateway: no self sign-up, deletion protection, MFA and threat protection
 * for whoever is added later, one resource server, one domain for the token endpoint.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
 */
export class CognitoInbound extends Construct implements InboundBinding {
  public readonly authorizerType = 'CUSTOM_JWT';
  public readonly authorizerConfiguration: CfnGateway.AuthorizerConfigurationProperty;
  public readonly callerDimension = '$.context.jwt.client_id';
  public readonly userPool: UserPool;
  private readonly resourceServer: CfnUserPoolResourceServer;
  private readonly toolScopes: CfnUserPoolResourceServer.ResourceServerScopeTypeProperty[] = [];
  private readonly clients: CfnUserPoolClient[] = [];
  private readonly usedScopes: (() => string[])[] = [];
  private readonly accessTokenValidity: Duration;

  public constructor(scope: Construct, id: string, props: CognitoInboundProps) {
    super(scope, id);
    this.accessTokenValidity = props.accessTokenValidity ?? Duration.minutes(15);

    this.userPool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: false,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 16,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(1),
      },
    });
    this.resourceServer = new CfnUserPoolResourceServer(this, 'ResourceServer', {
      userPoolId: this.userPool.userPoolId,
      identifier: props.gatewayName,
      name: props.gatewayName,
      scopes: Lazy.any({ produce: () => this.toolScopes }) as never,
    });
    new CfnUserPoolDomain(this, 'Domain', {
      userPoolId: this.userPool.userPoolId,
      domain: Fn.join('-', [props.gatewayName, stackSuffix(this)]),
    });
    this.authorizerConfiguration = this.makeAuthorizer();
  }

  public addToolScope(toolName: string, description: string): string {
    this.toolScopes.push({ scopeName: toolName, scopeDescription: description });
    return `${this.resourceServer.identifier}/${toolName}`;
  }

  public addMachineClient(scope: Construct, agentName: string, scopes: () => string[]): AgentClient {
    const client = new CfnUserPoolClient(scope, 'Client', {
      userPoolId: this.userPool.userPoolId,
      clientName: agentName,
      generateSecret: true,
      allowedOAuthFlowsUserPoolClient: true,
      allowedOAuthFlows: ['client_credentials'],
      allowedOAuthScopes: Lazy.list({ produce: scopes }),
      explicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      supportedIdentityProviders: ['COGNITO'],
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
      accessTokenValidity: this.accessTokenValidity.toMinutes(),
      idTokenValidity: this.accessTokenValidity.toMinutes(),
      refreshTokenValidity: 60,
      tokenValidityUnits: { accessToken: 'minutes', idToken: 'minutes', refreshToken: 'minutes' },
    });
    client.addResourceDependency(this.resourceServer);
    client.addMetadata(METADATA_KEY, { agent: agentName, kind: 'machine' } satisfies AgentMetadata);
    this.clients.push(client);
    this.usedScopes.push(scopes);
    return { clientId: client.ref };
  }

  private makeAuthorizer(): CfnGateway.AuthorizerConfigurationProperty {
    return {
      customJwtAuthorizer: {
        discoveryUrl: `${this.userPool.userPoolProviderUrl}/.well-known/openid-configuration`,
        allowedClients: Lazy.list({ produce: () => this.clients.map((client) => client.ref) }),
        allowedScopes: Lazy.list({ produce: () => [...new Set(this.usedScopes.flatMap((scopes) => scopes()))].sort() }),
        customClaims: [
          {
            // An ID token names the client in `aud` and would pass other checks: only access tokens come in.
            inboundTokenClaimName: 'token_use',
            inboundTokenClaimValueType: 'STRING',
            authorizingClaimMatchValue: {
              claimMatchOperator: 'EQUALS',
              claimMatchValue: { matchValueString: 'access' },
            },
          },
        ],
      },
    };
  }
}

/** Eight characters that differ between stacks: a domain prefix is unique in a Region, across all accounts. */
function stackSuffix(scope: Construct): string {
  const guid = Fn.select(2, Fn.split('/', Stack.of(scope).stackId));
  return Fn.select(0, Fn.split('-', guid));
}
