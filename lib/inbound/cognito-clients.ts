import { Lazy } from 'aws-cdk-lib';
import { CfnUserPoolClient, type CfnUserPoolResourceServer } from 'aws-cdk-lib/aws-cognito';
import { type AgentMetadata, METADATA_KEY } from '../protocol/template-metadata';
import type { AgentToIdentify, LoginOptions } from './inbound-binding';

/** After a rotation the old refresh token works this long, so that a lost answer does not log the person out. */
const ROTATION_GRACE_SECONDS = 10;

export interface CognitoClientContext {
  readonly userPoolId: string;
  readonly resourceServer: CfnUserPoolResourceServer;
  readonly accessTokenMinutes: number;
}

/** A confidential client that gets tokens as itself. Cognito makes the secret; it never stands in the template. */
export function machineClient(agent: AgentToIdentify, context: CognitoClientContext): CfnUserPoolClient {
  return client(agent, context, 'machine', {
    generateSecret: true,
    allowedOAuthFlows: ['client_credentials'],
    explicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    refreshTokenMinutes: 60,
  });
}

/**
 * A public client for authorization code with PKCE. The code challenge is the client's to send; Cognito holds it to it.
 * Without the `openid` scope no ID token is issued.
 */
export function interactiveClient(
  agent: AgentToIdentify,
  context: CognitoClientContext,
  login: LoginOptions,
): CfnUserPoolClient {
  return client(agent, context, 'interactive', {
    generateSecret: false,
    allowedOAuthFlows: ['code'],
    callbackUrLs: [...login.callbackUrls],
    ...(login.logoutUrls.length === 0 ? {} : { logoutUrLs: [...login.logoutUrls] }),
    // Rotation excludes ALLOW_REFRESH_TOKEN_AUTH, which would refresh without rotating.
    explicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
    refreshTokenRotation: { feature: 'ENABLED', retryGracePeriodSeconds: ROTATION_GRACE_SECONDS },
    refreshTokenMinutes: login.refreshTokenMinutes,
  });
}

interface Flow {
  readonly generateSecret: boolean;
  readonly allowedOAuthFlows: string[];
  readonly explicitAuthFlows: string[];
  readonly refreshTokenMinutes: number;
  readonly callbackUrLs?: string[];
  readonly logoutUrLs?: string[];
  readonly refreshTokenRotation?: CfnUserPoolClient.RefreshTokenRotationProperty;
}

function client(
  agent: AgentToIdentify,
  context: CognitoClientContext,
  kind: AgentMetadata['kind'],
  { refreshTokenMinutes, ...flow }: Flow,
): CfnUserPoolClient {
  const made = new CfnUserPoolClient(agent.scope, 'Client', {
    userPoolId: context.userPoolId,
    clientName: agent.name,
    ...flow,
    allowedOAuthFlowsUserPoolClient: true,
    allowedOAuthScopes: Lazy.list({ produce: agent.scopes }),
    supportedIdentityProviders: ['COGNITO'],
    preventUserExistenceErrors: 'ENABLED',
    enableTokenRevocation: true,
    accessTokenValidity: context.accessTokenMinutes,
    idTokenValidity: context.accessTokenMinutes,
    refreshTokenValidity: refreshTokenMinutes,
    tokenValidityUnits: { accessToken: 'minutes', idToken: 'minutes', refreshToken: 'minutes' },
  });
  made.addResourceDependency(context.resourceServer);
  made.addMetadata(METADATA_KEY, { agent: agent.name, kind } satisfies AgentMetadata);
  return made;
}
