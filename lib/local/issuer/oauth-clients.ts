import { randomBytes } from 'node:crypto';
import { own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { type AgentMetadata, METADATA_KEY } from '../../protocol/template-metadata';
import type { Report } from '../model/report';

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

const DEFAULT_UNIT = { AccessToken: 'hours', RefreshToken: 'days' } as const;
/** The shortest lifetimes that Cognito takes: 5 minutes, and 60 for refresh tokens. */
const SHORTEST = { AccessToken: 300, RefreshToken: 3600 } as const;

/** A time that cannot be read is the shortest one, and reported. */
export function readClients(assembly: ConcreteAssembly, report: Report): OAuthClient[] {
  return assembly.ofType('AWS::Cognito::UserPoolClient').map((client) => readClient(client, report));
}

function readClient(client: ConcreteResource, report: Report): OAuthClient {
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
    accessTokenSeconds: validity(client, 'AccessToken', 3600, report),
    refresh: refreshOf(client, report),
  };
}

/** Cognito refreshes with rotation, or with the flow that excludes it, which is on by default. */
function refreshOf(client: ConcreteResource, report: Report): OAuthClient['refresh'] {
  const { properties, logicalId } = client;
  const rotation = properties.RefreshTokenRotation;
  const rotates = own(rotation, 'Feature') === 'ENABLED';
  const flows = properties.ExplicitAuthFlows;
  if (!rotates && flows !== undefined && !texts(flows).includes('ALLOW_REFRESH_TOKEN_AUTH')) return undefined;
  const seconds = validity(client, 'RefreshToken', 30 * SECONDS.days!, report);
  if (!rotates) return { seconds };
  const grace = Number(own(rotation, 'RetryGracePeriodSeconds') ?? 0);
  if (Number.isFinite(grace)) return { seconds, graceSeconds: grace };
  report(`${logicalId}: its RetryGracePeriodSeconds is not known here, it is 0`);
  return { seconds, graceSeconds: 0 };
}

function validity(
  { properties, logicalId }: ConcreteResource,
  token: keyof typeof SHORTEST,
  fallback: number,
  report: Report,
): number {
  const value = properties[`${token}Validity`];
  if (value === undefined) return fallback;
  const unit = own(properties.TokenValidityUnits, token) ?? DEFAULT_UNIT[token];
  const seconds = Number(value) * (SECONDS[String(unit)] ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds;
  report(`${logicalId}: its ${token}Validity is not known here, it is ${SHORTEST[token]} seconds`);
  return SHORTEST[token];
}

/** As long as Cognito's. Random, so that it is worth nothing anywhere else. */
export function newSecret(): string {
  return randomBytes(39).toString('base64url').slice(0, 51);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
