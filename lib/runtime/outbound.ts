import { createHash } from 'node:crypto';
import { OUTBOUND_ENV, type ToolOutboundConfiguration } from '../protocol/tool-outbound';
import { type Caller, callerTokenOf } from './caller';

/** Options of {@link outboundCredential}. */
export interface OutboundCredentialOptions {
  /**
   * Asks AgentCore Identity once more, after the API refused the one before. It may give the same one while that is valid:
   * `forceAuthentication`, which goes along, is documented for logins of users only.
   *
   * @default false
   */
  readonly renew?: boolean;
}

/** A credential whose end is not known is asked for again after this time; AgentCore Identity keeps it as well. */
const KEPT_MS = 60_000;
/** A token that is about to expire is not used. */
const MARGIN_MS = 30_000;
const KEPT_MAX = 100;
/** One call and one retry, which the SDK makes for throttling, server errors and lost connections. */
const ATTEMPTS = 2;

const kept = new Map<string, { readonly value: string; readonly until: number }>();

type Sdk = typeof import('@aws-sdk/client-bedrock-agentcore');
let loaded: { readonly sdk: Sdk; readonly client: InstanceType<Sdk['BedrockAgentCoreClient']> } | undefined;

/**
 * The API key or OAuth token of the `outbound` that the tool declares. It is kept until it expires, and a token that is for
 * a user only for that user. The AWS SDK of the runtime is loaded at the first call.
 *
 * Throws an `Error` that names the step that failed and never holds a credential. Let it fall through: the caller then
 * sees the gateway's generic text.
 *
 * @param caller needed for `ToolOutbound.onBehalfOf`: the caller that `defineTool` hands to the tool
 */
export async function outboundCredential(caller?: Caller, options: OutboundCredentialOptions = {}): Promise<string> {
  const configuration = configurationOf();
  const userToken = configuration.kind === 'onBehalfOf' ? tokenOf(caller) : undefined;
  const key = userToken === undefined ? '' : createHash('sha256').update(userToken).digest('hex');
  const known = kept.get(key);
  if (known !== undefined && known.until > Date.now() && options.renew !== true) return known.value;
  const value = await fetchCredential(configuration, userToken, options.renew === true);
  kept.delete(key);
  kept.set(key, { value, until: untilOf(value) });
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
  return value;
}

async function fetchCredential(
  { kind, workload, provider, scopes = [], parameters }: ToolOutboundConfiguration,
  userToken: string | undefined,
  renew: boolean,
): Promise<string> {
  const { sdk, client } = load();
  const { workloadAccessToken: workloadIdentityToken } = await step(`the identity ${workload}`, () =>
    userToken === undefined
      ? client.send(new sdk.GetWorkloadAccessTokenCommand({ workloadName: workload }))
      : client.send(new sdk.GetWorkloadAccessTokenForJWTCommand({ workloadName: workload, userToken })),
  );
  const value = await step(`the credential of ${provider}`, async () => {
    if (kind === 'apiKey') {
      const input = { workloadIdentityToken, resourceCredentialProviderName: provider };
      return (await client.send(new sdk.GetResourceApiKeyCommand(input))).apiKey;
    }
    const answer = await client.send(
      new sdk.GetResourceOauth2TokenCommand({
        workloadIdentityToken,
        resourceCredentialProviderName: provider,
        oauth2Flow: kind === 'onBehalfOf' ? 'ON_BEHALF_OF_TOKEN_EXCHANGE' : 'M2M',
        scopes: [...scopes],
        customParameters: parameters,
        forceAuthentication: renew ? true : undefined,
      }),
    );
    return answer.accessToken;
  });
  if (value === undefined || value === '')
    throw new Error(`AgentCore Identity gave no credential of ${provider}. Look at the secret of the provider`);
  return value;
}

function configurationOf(): ToolOutboundConfiguration {
  const json = process.env[OUTBOUND_ENV];
  if (json === undefined) throw new Error('this tool declares no outbound. Pass outbound: ToolOutbound… to addTool');
  return JSON.parse(json) as ToolOutboundConfiguration;
}

/** Only an interceptor that verified the token hands it on; what a client sends under the name of its header is replaced. */
function tokenOf(caller: Caller | undefined): string {
  const token = caller === undefined ? undefined : callerTokenOf(caller);
  if (token === undefined || token === '') {
    throw new Error("the caller's token did not arrive. On-behalf-of needs an interceptor with verifyCaller");
  }
  return token;
}

function load(): NonNullable<typeof loaded> {
  if (loaded === undefined) {
    const sdk = require('@aws-sdk/client-bedrock-agentcore') as Sdk;
    loaded = { sdk, client: new sdk.BedrockAgentCoreClient({ maxAttempts: ATTEMPTS }) };
  }
  return loaded;
}

/** By the name of the error; its message could repeat what was sent. */
async function step<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode;
    if (status === undefined)
      throw new Error(`AgentCore Identity was not reached for ${what}: ${name}. Look at the network of the tool`);
    throw new Error(
      status < 500
        ? `AgentCore Identity refused ${what}: ${name}. Look at the role of the tool and at the provider`
        : `AgentCore Identity failed at ${what}: ${name}. Try again`,
    );
  }
}

/** A JWT says when it ends; it is not verified here, and nothing but the end is read. */
function untilOf(value: string): number {
  try {
    const { exp } = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()) as { exp?: unknown };
    if (typeof exp === 'number') return exp * 1000 - MARGIN_MS;
  } catch {
    // not a JWT
  }
  return Date.now() + KEPT_MS;
}
