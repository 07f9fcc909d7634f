import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { Problem } from '../core/errors';
import type { WeakeningMetadata } from '../protocol/template-metadata';
import type { InboundClaim } from './inbound-claim';

/** What an inbound choice needs to know of its gateway. */
export interface InboundContext {
  readonly gatewayName: string;
  readonly onProblem: (problem: Problem) => void;
}

/** Where an access token says which client it was issued to and which scopes it has. */
export interface TokenClaims {
  /** The claim that holds the client id. */
  readonly client: string;
  /** The claim that holds the scopes: one text with spaces, or a list. Absent if tokens carry no scopes of tools. */
  readonly scopes?: { readonly name: string; readonly isList: boolean };
}

/** How tokens tell an agent apart. */
export interface AgentIdentity {
  readonly clientId: string;
  readonly claims: TokenClaims;
  /** People may log in to it: its tokens have other claims than its own, too. */
  readonly open?: boolean;
}

/** An agent that is to get an identity. */
export interface AgentToIdentify {
  /** The agent, under which its resources are made. */
  readonly scope: Construct;
  readonly name: string;
  /** The scopes of its permits; asked for when the template is written. */
  readonly scopes: () => string[];
}

/** How people log in to an interactive agent. */
export interface LoginOptions {
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  readonly refreshTokenMinutes: number;
}

export type AuthorizerType = 'CUSTOM_JWT' | 'AWS_IAM' | 'AUTHENTICATE_ONLY' | 'NONE';

/** What an inbound choice gives the gateway. */
export interface InboundBinding {
  readonly authorizerType: AuthorizerType;
  readonly authorizerConfiguration?: CfnGateway.AuthorizerConfigurationProperty;
  /** Claims that every token must have. */
  readonly claims?: readonly InboundClaim[];
  /** The issuer of the tokens, as the claim `iss` may have it; absent without tokens. */
  readonly issuers?: readonly string[];
  /** Where tokens say which client and scopes they have; absent without tokens. */
  readonly tokenClaims?: TokenClaims;
  /** The dimension of rate limits that tells callers apart; absent if nothing does. */
  readonly callerDimension?: string;
  /** For the metadata of the gateway, when the choice is weaker than the others. */
  readonly weakening?: WeakeningMetadata;
  /** Defines the scope of one tool and returns it as tokens carry it; `undefined` without scopes. */
  addToolScope(toolName: string, description: string): string | undefined;
  /** An agent that logs in as itself. */
  identifyMachine(agent: AgentToIdentify): AgentIdentity;
  /** An agent that people log in to. */
  identifyInteractive(agent: AgentToIdentify, login: LoginOptions): AgentIdentity;
  /** An agent that the issuer knows already. */
  identifyExternal(agent: AgentToIdentify, clientId: string): AgentIdentity;
  /** What is wrong once all tools and agents are known. */
  findProblems(at: string): Problem[];
}

/** What a token has to be like beyond its signature, for what verifies it once more; nothing without tokens. */
export function callerTokens({ authorizerConfiguration, claims, tokenClaims }: InboundBinding) {
  const jwt = authorizerConfiguration?.customJwtAuthorizer as
    | CfnGateway.CustomJWTAuthorizerConfigurationProperty
    | undefined;
  if (jwt === undefined) return undefined;
  const exact = (claims ?? []).map((claim) => claim._exact).filter((entry) => entry !== undefined);
  return {
    discoveryUrl: jwt.discoveryUrl,
    audience: jwt.allowedAudience,
    claims: Object.fromEntries(exact),
    clientClaim: tokenClaims?.client,
    scopeClaim: tokenClaims?.scopes?.name,
  };
}
