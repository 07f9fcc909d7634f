import { randomBytes } from 'node:crypto';
import { own } from '../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../assembly/concrete';
import { type AgentMetadata, METADATA_KEY } from '../protocol/template-metadata';

/** An OAuth client of the template. Its secret is made up at every start. */
export interface OAuthClient {
  /** Agent, or the name of the client in the template. */
  readonly name: string;
  readonly poolId: string;
  readonly clientId: string;
  /** `undefined` for a public client. */
  readonly clientSecret?: string;
  readonly flows: readonly string[];
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly accessTokenSeconds: number;
  /** How logins are refreshed. @default not at all */
  readonly refresh?: {
    readonly seconds: number;
    /** How long a token still works after it was rotated. @default tokens are not rotated */
    readonly graceSeconds?: number;
  };
  /** `aud` of its access tokens; Cognito's have none. */
  readonly audience?: string;
}

const SECONDS: { readonly [unit: string]: number } = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

export function readClients(assembly: ConcreteAssembly): OAuthClient[] {
  return assembly.ofType('AWS::Cognito::UserPoolClient').map(readClient);
}

function readClient(client: ConcreteResource): OAuthClient {
  const { properties, metadata, ref } = client;
  const agent = own(metadata, METADATA_KEY) as AgentMetadata | undefined;
  return {
    name: agent?.agent ?? String(properties.ClientName ?? client.logicalId),
    poolId: String(properties.UserPoolId),
    clientId: ref,
    clientSecret: properties.GenerateSecret === true ? newSecret() : undefined,
    flows: properties.AllowedOAuthFlowsUserPoolClient === true ? texts(properties.AllowedOAuthFlows) : [],
    scopes: texts(properties.AllowedOAuthScopes),
    redirectUris: texts(properties.CallbackURLs),
    accessTokenSeconds: validity(properties, 'AccessToken', 1, 'hours'),
    refresh: refreshOf(properties),
  };
}

/** Cognito refreshes with rotation, or with the flow that excludes it, which is on by default. */
function refreshOf(properties: ConcreteResource['properties']): OAuthClient['refresh'] {
  const rotation = properties.RefreshTokenRotation;
  const rotates = own(rotation, 'Feature') === 'ENABLED';
  const flows = properties.ExplicitAuthFlows;
  if (!rotates && flows !== undefined && !texts(flows).includes('ALLOW_REFRESH_TOKEN_AUTH')) return undefined;
  return {
    seconds: validity(properties, 'RefreshToken', 30, 'days'),
    ...(rotates ? { graceSeconds: Number(own(rotation, 'RetryGracePeriodSeconds') ?? 0) } : {}),
  };
}

function validity(properties: ConcreteResource['properties'], token: string, value: number, unit: string): number {
  const given = String(own(properties.TokenValidityUnits, token) ?? unit);
  return Number(properties[`${token}Validity`] ?? value) * (SECONDS[given] ?? SECONDS[unit]!);
}

/** As long as Cognito's. Random, so that it is worth nothing anywhere else. */
export function newSecret(): string {
  return randomBytes(39).toString('base64url').slice(0, 51);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
