import { Duration, Fn, Lazy, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import {
  CfnUserPoolDomain,
  CfnUserPoolResourceServer,
  FeaturePlan,
  type IUserPool,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { type Problem, shown } from '../core/errors';
import { type CognitoClientContext, interactiveClient, machineClient } from './cognito-clients';
import type { AgentIdentity, AgentToIdentify, InboundBinding, InboundContext, LoginOptions } from './inbound-binding';
import { InboundClaim } from './inbound-claim';
import { refuseAgent } from './refused-agents';

const CLAIMS = { client: 'client_id', scopes: { name: 'scope', isList: false } } as const;

/** Options of {@link Inbound.cognito}. */
export interface CognitoInboundOptions {
  /**
   * A user pool that exists already, in the same Region and account. It gets a resource server with the name of the
   * gateway and a client per agent; its settings and its domain stay as they are, so hardening it is yours (self
   * sign-up off, MFA, threat protection, deletion protection). Clients of the pool that were not made for an agent of
   * this gateway do not pass.
   *
   * @default - a hardened pool made for this gateway
   */
  readonly userPool?: IUserPool;

  /**
   * How long an access token is valid: 5 minutes to 1 hour.
   *
   * A bearer token that leaks can be replayed until it expires, so shorter is safer.
   *
   * @default Duration.minutes(15)
   */
  readonly accessTokenValidity?: Duration;

  /**
   * Claims that every token must have besides `token_use`, for instance one that a pre-token-generation trigger adds.
   *
   * @default - none
   */
  readonly claims?: InboundClaim[];
}

export interface CognitoInboundProps extends CognitoInboundOptions, InboundContext {}

/** `ScopeDescription` of a resource server: the service API model. */
const SCOPE_DESCRIPTION_MAX = 256;
/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerType.html */
const SCOPES_PER_RESOURCE_SERVER = 100;
/** Not adjustable: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html */
const SCOPES_PER_CLIENT = 50;

/**
 * A user pool that issues the tokens of one gateway. A pool made here has no self sign-up, deletion protection, MFA and
 * threat protection for the people who log in, and a domain for the token endpoint.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
 */
export class CognitoInbound extends Construct implements InboundBinding {
  public readonly authorizerType = 'CUSTOM_JWT';
  public readonly authorizerConfiguration: CfnGateway.AuthorizerConfigurationProperty;
  /** `sub` is the person, or the client where an agent logs in as itself. */
  public readonly callerDimension = '$.context.jwt.sub';
  public readonly userPool: IUserPool;
  public readonly tokenClaims = CLAIMS;
  public readonly claims: readonly InboundClaim[];
  public readonly issuers: readonly string[];
  private readonly props: CognitoInboundProps;
  private readonly clientContext: CognitoClientContext;
  private readonly toolScopes: CfnUserPoolResourceServer.ResourceServerScopeTypeProperty[] = [];
  private readonly clientIds: string[] = [];
  private readonly agents: AgentToIdentify[] = [];

  public constructor(scope: Construct, id: string, props: CognitoInboundProps) {
    super(scope, id);
    this.props = props;
    // An ID token names the client in `aud` and would pass other checks: only access tokens come in.
    this.claims = [InboundClaim.equalTo('token_use', 'access'), ...(props.claims ?? [])];
    this.userPool = props.userPool ?? this.makePool();
    this.issuers = [issuerOf(this.userPool)];
    const resourceServer = new CfnUserPoolResourceServer(this, 'ResourceServer', {
      userPoolId: this.userPool.userPoolId,
      identifier: props.gatewayName,
      name: props.gatewayName,
      scopes: Lazy.any({ produce: () => this.toolScopes }) as never,
    });
    if (props.userPool === undefined) {
      new CfnUserPoolDomain(this, 'Domain', {
        userPoolId: this.userPool.userPoolId,
        domain: Fn.join('-', [domainPrefix(props.gatewayName), stackSuffix(this)]),
      });
    }
    this.clientContext = {
      userPoolId: this.userPool.userPoolId,
      resourceServer,
      accessTokenMinutes: (props.accessTokenValidity ?? Duration.minutes(15)).toMinutes({ integral: false }),
    };
    this.authorizerConfiguration = this.makeAuthorizer();
  }

  public addToolScope(toolName: string, description: string): string {
    this.toolScopes.push({ scopeName: toolName, scopeDescription: description.slice(0, SCOPE_DESCRIPTION_MAX) });
    return `${this.props.gatewayName}/${toolName}`;
  }

  public identifyMachine(agent: AgentToIdentify): AgentIdentity {
    return this.admit(agent, machineClient(agent, this.clientContext).ref);
  }

  public identifyInteractive(agent: AgentToIdentify, login: LoginOptions): AgentIdentity {
    return this.admit(agent, interactiveClient(agent, this.clientContext, login).ref);
  }

  public identifyExternal(agent: AgentToIdentify): AgentIdentity {
    return refuseAgent(this.props, agent, 'external agent', {
      inbound: 'Inbound.cognito, which makes the client of every agent',
      fix: 'Use addAgent or addInteractiveAgent, or Inbound.oidc for an issuer that has the clients already',
    });
  }

  public findProblems(at: string): Problem[] {
    const claims = (this.props.claims ?? []).flatMap((claim) => claim._problems(at));
    return [
      ...claims,
      ...this.validityProblems(at),
      ...this.placeProblems(at),
      ...this.scopeProblems(at),
      ...this.openProblems(at),
    ];
  }

  private admit(agent: AgentToIdentify, clientId: string): AgentIdentity {
    this.clientIds.push(clientId);
    this.agents.push(agent);
    return { clientId, claims: CLAIMS };
  }

  private makePool(): UserPool {
    return new UserPool(this, 'UserPool', {
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
  }

  private makeAuthorizer(): CfnGateway.AuthorizerConfigurationProperty {
    return {
      customJwtAuthorizer: {
        discoveryUrl: `${this.issuers[0]}/.well-known/openid-configuration`,
        allowedClients: Lazy.list({ produce: () => this.clientIds }),
        allowedScopes: Lazy.list({ produce: () => [...new Set(this.agents.flatMap(({ scopes }) => scopes()))].sort() }),
        customClaims: this.claims.map((claim) => claim._render()),
      },
    };
  }

  private validityProblems(at: string): Problem[] {
    const minutes = this.clientContext.accessTokenMinutes;
    if (Number.isInteger(minutes) && minutes >= 5 && minutes <= 60) return [];
    return [
      {
        code: 'TOKEN_VALIDITY',
        message: `an access token is valid for 5 to 60 whole minutes, got ${shown(minutes)} minutes`,
        fix: 'Pass Duration.minutes(15)',
        at,
      },
    ];
  }

  /** One scope for each tool, and for each agent the scopes of the tools that it may call. */
  private scopeProblems(at: string): Problem[] {
    const limit = (what: string, given: number, max: number, fix: string, where: string): Problem[] =>
      given <= max
        ? []
        : [{ code: 'SCOPE_LIMIT', message: `${what} has ${max} scopes at most, got ${given}`, fix, at: where }];
    const split = 'Put some of the tools behind a gateway of their own';
    return [
      ...limit('the resource server of a gateway', this.toolScopes.length, SCOPES_PER_RESOURCE_SERVER, split, at),
      ...this.agents.flatMap(({ name, scope, scopes }) =>
        limit(
          `the OAuth client of agent ${shown(name)}`,
          scopes().length,
          SCOPES_PER_CLIENT,
          'Permit it fewer tools, or make an agent for each job',
          scope.node.path,
        ),
      ),
    ];
  }

  /** Without a client in the list, others of the pool would not be told apart; the service takes no empty list. */
  private openProblems(at: string): Problem[] {
    if (this.agents.length > 0) return [];
    const pool = this.props.userPool === undefined ? 'a new pool' : 'an existing pool';
    return [
      {
        code: 'INBOUND_OPEN',
        message: `a user pool lets in the clients of agents, and the service takes no empty list of them, got ${pool} and no agent`,
        fix: 'Add an agent with addAgent or addInteractiveAgent: the gateway lets in the clients of its agents only',
        at,
      },
    ];
  }

  /** Resource server and clients are made in this stack, so the pool must be where the stack is. */
  private placeProblems(at: string): Problem[] {
    const here = Stack.of(this);
    const pool = this.userPool.env;
    const differs = (a: string, b: string) => !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
    if (!differs(pool.region, here.region) && !differs(pool.account, here.account)) return [];
    return [
      {
        code: 'INBOUND_ISSUER',
        message: `the user pool is in another Region or account than the gateway, got ${shown(`${pool.region}, ${pool.account}`)}`,
        fix: 'Use Inbound.oidc with the issuer URL of the pool and clients that exist there',
        at,
      },
    ];
  }
}

function issuerOf(pool: IUserPool): string {
  if (pool instanceof UserPool) return pool.userPoolProviderUrl;
  const { urlSuffix } = Stack.of(pool);
  return `https://cognito-idp.${pool.env.region}.${urlSuffix}/${pool.userPoolId}`;
}

/** Eight characters that differ between stacks: a domain prefix is unique in a Region, across all accounts. */
function stackSuffix(scope: Construct): string {
  const guid = Fn.select(2, Fn.split('/', Stack.of(scope).stackId));
  return Fn.select(0, Fn.split('-', guid));
}

/** Cognito refuses these words in the prefix of a domain. */
function domainPrefix(gatewayName: string): string {
  return gatewayName.replace(/aws|amazon|cognito/g, 'mcp');
}
