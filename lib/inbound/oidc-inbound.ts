import { Lazy, Token } from 'aws-cdk-lib';
import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { type Problem, shown } from '../core/errors';
import { checkReason } from '../core/reason';
import type { PrivateEndpoint } from '../network/private-endpoint';
import type { WeakeningMetadata } from '../protocol/template-metadata';
import type { AgentIdentity, AgentToIdentify, InboundBinding, InboundContext, TokenClaims } from './inbound-binding';
import { InboundClaim } from './inbound-claim';
import type { IssuerScopes } from './issuer-scopes';
import { issuerProblem } from './issuer-url';
import { refuseAgent } from './refused-agents';

/** Options of {@link Inbound.oidc}. */
export interface OidcInboundOptions {
  /**
   * The issuer, as the claim `iss` of its tokens has it: `https://example.okta.com/oauth2/aus1`. Known at synthesis, over
   * https, of one tenant.
   */
  readonly issuer: string;

  /** How the scopes of the issuer stand for tools. */
  readonly scopes: IssuerScopes;

  /**
   * The audiences (claim `aud`) of tokens that were issued for this gateway; one must match. It is the identifier of your
   * API at the issuer, not a client id: the audience of an ID token is the client that logged somebody in.
   *
   * @default - tokens are told apart by client: then `clientClaim` is `client_id` and there is at least one external agent
   */
  readonly audience?: string[];

  /**
   * The claim that holds the id of the client a token was issued to: `client_id` as RFC 9068 has it, `azp` at Auth0,
   * Entra ID (v2.0), Keycloak and Google, `appid` at Entra ID (v1.0), `cid` at Okta.
   *
   * With `client_id` the gateway itself lets in the clients of `addExternalAgent` only, once there is one. The service
   * does not compare other claims that way; then permits tell clients apart.
   *
   * @default 'client_id'
   */
  readonly clientClaim?: string;

  /**
   * Claims that every token must have, for instance the tenant.
   *
   * @default - none
   */
  readonly claims?: InboundClaim[];

  /**
   * The private path on which the service reaches an issuer that is not on the internet.
   *
   * @default - over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;
}

/** Tokens of an issuer that this app does not make. */
export class OidcInbound implements InboundBinding {
  public readonly authorizerType = 'CUSTOM_JWT';
  public readonly authorizerConfiguration: CfnGateway.AuthorizerConfigurationProperty;
  public readonly callerDimension = '$.context.jwt.sub';
  public readonly weakening?: WeakeningMetadata;
  public readonly claims: readonly InboundClaim[];
  public readonly issuers: readonly string[];
  public readonly tokenClaims: TokenClaims;
  private readonly clientClaim: string;
  private readonly clientIds: string[] = [];
  private readonly tools: string[] = [];

  public constructor(
    private readonly options: OidcInboundOptions,
    private readonly context: InboundContext,
  ) {
    this.clientClaim = options.clientClaim ?? 'client_id';
    this.tokenClaims = { client: this.clientClaim, scopes: options.scopes._claim };
    this.claims = options.claims ?? [];
    const issuer = options.issuer.replace(/\/$/, '');
    // The discovery document is the same, whether or not the issuer ends so.
    this.issuers = [issuer, `${issuer}/`];
    const reason = options.scopes._reasonForNone;
    if (reason !== undefined) this.weakening = { weakening: 'IssuerScopes.none', reason };
    this.authorizerConfiguration = this.makeAuthorizer();
  }

  public addToolScope(toolName: string): string | undefined {
    this.tools.push(toolName);
    return this.options.scopes._scopeOf(toolName);
  }

  public identifyMachine(agent: AgentToIdentify): AgentIdentity {
    return this.refuse(agent, 'agent');
  }

  public identifyInteractive(agent: AgentToIdentify): AgentIdentity {
    return this.refuse(agent, 'interactive agent');
  }

  public identifyExternal(_agent: AgentToIdentify, clientId: string): AgentIdentity {
    this.clientIds.push(clientId);
    return { clientId, claims: this.tokenClaims };
  }

  public findProblems(at: string): Problem[] {
    const { options } = this;
    const reason = options.scopes._reasonForNone;
    return [
      ...issuerProblem(options.issuer, at),
      ...(options.claims ?? []).flatMap((claim) => claim._problems(at)),
      ...(reason === undefined ? [] : checkReason('IssuerScopes.none', reason, at)),
      ...options.scopes._problems(this.tools, at),
      ...(options.privateEndpoint?._problems(at) ?? []),
      ...this.audienceProblems(at),
    ];
  }

  private refuse(agent: AgentToIdentify, kind: string): AgentIdentity {
    return refuseAgent(this.context, agent, kind, {
      inbound: 'Inbound.oidc: its clients are made at the issuer',
      fix: 'Register the client there and use addExternalAgent with its client id',
    });
  }

  private makeAuthorizer(): CfnGateway.AuthorizerConfigurationProperty {
    const { issuer, scopes, audience, privateEndpoint } = this.options;
    const atTheDoor = () => scopes._atTheDoor(this.tools);
    return {
      customJwtAuthorizer: {
        discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
        allowedAudience: audience,
        allowedClients: Lazy.list(
          { produce: () => (this.clientClaim === 'client_id' ? this.clientIds : []) },
          { omitEmpty: true },
        ),
        allowedScopes: Lazy.list(
          { produce: () => (scopes._doorClaim === undefined ? atTheDoor() : []) },
          { omitEmpty: true },
        ),
        advertisedScopeMapping: Lazy.any({ produce: () => nonEmpty(scopes._advertised(atTheDoor())) }),
        customClaims: Lazy.any({ produce: () => this.renderClaims(atTheDoor()) }, { omitEmptyArray: true }),
        privateEndpoint: privateEndpoint?._rendering,
      },
    };
  }

  private renderClaims(scopes: string[]): CfnGateway.CustomClaimValidationTypeProperty[] {
    const claim = this.options.scopes._doorClaim;
    const ofScopes = claim === undefined || scopes.length === 0 ? [] : [InboundClaim.listContainsAny(claim, ...scopes)];
    return [...this.claims, ...ofScopes].map((each) => each._render());
  }

  private audienceProblems(at: string): Problem[] {
    const audience = this.options.audience ?? [];
    const problem = (message: string, fix: string): Problem => ({ code: 'INBOUND_OPEN', message, fix, at });
    const odd = audience.filter((value) => Token.isUnresolved(value) || value.trim() === '' || value.includes('*'));
    if (odd.length > 0) {
      return [
        problem(
          `an audience must be exact and known at synthesis, got ${Token.isUnresolved(odd[0]) ? 'a deploy-time value' : shown(odd[0])}`,
          'Write the identifier of your API at the issuer',
        ),
      ];
    }
    const byClient = this.clientClaim === 'client_id' && this.clientIds.length > 0;
    if (audience.length > 0 || byClient) return [];
    return [
      problem(
        `any token of the issuer would pass the door, whatever it was issued for, got no audience and client claim ${shown(this.clientClaim)}`,
        "Pass audience, or add external agents and keep clientClaim 'client_id'",
      ),
    ];
  }
}

function nonEmpty<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
