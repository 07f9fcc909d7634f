import { randomUUID } from 'node:crypto';
import { isObject } from '../../assembly/cloudformation';
import type { RequestContext } from '../../core/iam/conditions';
import type { IamDecision } from '../../core/iam/evaluate';
import type { PolicyDocument } from '../../core/iam/policy-document';
import type { OAuth2ProviderModel, ProviderModel } from '../model/credential-model';
import type { CallerClaims } from '../outbound/caller-claims';
import { type Asker, CredentialDenied, Credentials } from '../outbound/credentials';
import { identityTokenContext } from '../outbound/outbound-identity';
import { UpstreamError } from '../outbound/routes';
import type { TokenClient } from '../outbound/token-client';
import type { Vault } from '../outbound/vault';
import type { IncomingCall } from './aws-call';

/** A tool as AgentCore Identity sees it. */
export interface AskingTool {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly policies: readonly PolicyDocument[];
  readonly decide: (action: string, resource: string, context: RequestContext) => IamDecision;
}

export type IdentityAnswer =
  | { readonly kind: 'done'; readonly action: string; readonly resource: string; readonly body: object }
  | { readonly kind: 'denied' | 'failed'; readonly action: string; readonly resource: string; readonly reason: string };

interface Workload {
  readonly arn: string;
  readonly userToken?: string;
}

const OPERATIONS = [
  'GetWorkloadAccessToken',
  'GetWorkloadAccessTokenForJWT',
  'GetResourceApiKey',
  'GetResourceOauth2Token',
];
const FLOWS: { readonly [flow: string]: 'CLIENT_CREDENTIALS' | 'TOKEN_EXCHANGE' } = {
  M2M: 'CLIENT_CREDENTIALS',
  ON_BEHALF_OF_TOKEN_EXCHANGE: 'TOKEN_EXCHANGE',
};

/**
 * AgentCore Identity for tools that call APIs themselves: tokens of workloads, and with them API keys and OAuth tokens.
 * Each is judged against the role of the tool, for all resources that the service demands, what it does in the tool's name
 * included; values come from the local vault and the token endpoints.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/get-workload-access-token.html
 */
export class AgentCoreIdentity {
  /** Other operations are judged as those of any service are. */
  public static knows({ service, operation }: IncomingCall): boolean {
    return service === 'bedrock-agentcore' && OPERATIONS.includes(operation ?? '');
  }

  private readonly workloads = new Map<string, Workload>();

  public constructor(
    private readonly providers: {
      readonly apiKey: ReadonlyMap<string, ProviderModel>;
      readonly oauth2: ReadonlyMap<string, OAuth2ProviderModel>;
    },
    private readonly vault: Vault,
    private readonly tokens: TokenClient,
    private readonly claims: CallerClaims,
  ) {}

  public async answer({ operation, input }: IncomingCall, tool: AskingTool): Promise<IdentityAnswer> {
    const action = `bedrock-agentcore:${operation}`;
    const text = (name: string) => (typeof input[name] === 'string' ? (input[name] as string) : '');
    if (operation?.startsWith('GetWorkload'))
      return this.workload(action, text('workloadName'), text('userToken'), tool);
    const workload = this.workloads.get(text('workloadIdentityToken'));
    const name = text('resourceCredentialProviderName');
    const isKey = operation === 'GetResourceApiKey';
    const provider = (isKey ? this.providers.apiKey : this.providers.oauth2).get(name);
    const vaultArn = tokenVaultArn(tool);
    const resource = provider?.arn ?? `${vaultArn}/${isKey ? 'apikey' : 'oauth2'}credentialprovider/${name}`;
    // Who may not use the provider does not learn whether it is there.
    const denied = [resource, vaultArn].map((each) => tool.decide(action, each, {})).find(isDenial);
    if (denied !== undefined) return { kind: 'denied', action, resource, reason: denied.reason };
    const failed = (reason: string) => ({ kind: 'failed', action, resource, reason }) as const;
    if (provider === undefined) return failed('there is no such provider in the assembly');
    if (workload === undefined) return failed('the workload token is not known');
    const credentials = new Credentials(askerOf(tool, workload, this.claims), this.vault, this.tokens);
    try {
      if (isKey) {
        const place = { location: 'QUERY_PARAMETER', name: 'key', prefix: '' } as const;
        const { query } = await credentials.of({ kind: 'api-key', provider, place }, {});
        return { kind: 'done', action, resource, body: { apiKey: query.key } };
      }
      const flow = text('oauth2Flow');
      const type = Object.hasOwn(FLOWS, flow) ? FLOWS[flow] : undefined;
      if (type === undefined) return failed('consent of users is not simulated');
      const scopes = Array.isArray(input.scopes) ? input.scopes.map(String) : [];
      const parameters = input.customParameters ?? {};
      if (!areTexts(parameters)) return failed('customParameters are no texts by name');
      const { headers } = await credentials.of(
        { kind: 'oauth', provider: provider as OAuth2ProviderModel, grant: { type, scopes, parameters } },
        { token: workload.userToken },
      );
      return { kind: 'done', action, resource, body: { accessToken: headers.authorization?.replace(/^Bearer /, '') } };
    } catch (error) {
      if (error instanceof CredentialDenied) {
        return { kind: 'denied', action: error.action, resource: error.resource, reason: error.message };
      }
      if (error instanceof UpstreamError) return failed(error.message);
      throw error;
    }
  }

  private workload(action: string, name: string, userToken: string, tool: AskingTool): IdentityAnswer {
    const [directory, arn] = workloadArns(tool, name);
    const claims = userToken === '' ? {} : this.claims.context(userToken);
    const denied = [directory, arn].map((resource) => tool.decide(action, resource, claims)).find(isDenial);
    if (denied !== undefined) return { kind: 'denied', action, resource: arn, reason: denied.reason };
    const token = randomUUID();
    this.workloads.set(token, { arn, ...(userToken === '' ? {} : { userToken }) });
    return { kind: 'done', action, resource: arn, body: { workloadAccessToken: token } };
  }
}

function isDenial({ decision }: IamDecision): boolean {
  return decision !== 'allow';
}

function areTexts(value: unknown): value is { readonly [name: string]: string } {
  return isObject(value) && Object.values(value).every((each) => typeof each === 'string');
}

function tokenVaultArn({ partition, region, account }: AskingTool): string {
  return `arn:${partition}:bedrock-agentcore:${region}:${account}:token-vault/default`;
}

function workloadArns({ partition, region, account }: AskingTool, name: string): [string, string] {
  const directory = `arn:${partition}:bedrock-agentcore:${region}:${account}:workload-identity-directory/default`;
  return [directory, `${directory}/workload-identity/${name}`];
}

function askerOf(tool: AskingTool, { arn }: Workload, claims: CallerClaims): Asker {
  return {
    workloadArns: [workloadArns(tool, '')[0], arn],
    tokenVaultArn: tokenVaultArn(tool),
    throughSecretsManager: { 'kms:ViaService': `secretsmanager.${tool.region}.amazonaws.com` },
    identityTokenContext: identityTokenContext(tool.policies),
    claimsOf: (token) => claims.context(token),
    missing: (action, resources, context = {}) =>
      resources.map((resource) => tool.decide(action, resource, context)).find(isDenial),
  };
}
