import { Names, Stack } from 'aws-cdk-lib';
import { CfnWorkloadIdentity } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct, IConstruct } from 'constructs';
import type { AccessProblem, AccessRendering, DeclaredOperation } from './least-privilege/access/declared-access';
import { DeclaredAccess } from './least-privilege/access/declared-access';
import type { ApiKeyProvider } from './outbound/api-key-provider';
import { ofIssuers } from './outbound/caller-issuer';
import { parameterProblems } from './outbound/client-authentication';
import type { CredentialAccess } from './outbound/credential-access';
import {
  type ClientCredentialsOptions,
  scopeProblems,
  type TokenExchangeOutboundOptions,
} from './outbound/oauth2-outbound';
import type { OAuth2Provider } from './outbound/oauth2-provider';
import { forAudiences } from './outbound/token-audience';
import type { ToolOutboundConfiguration } from './protocol/tool-outbound';

/**
 * How a tool calls an API outside AWS by itself. The tool gets a workload identity of its own and the right to the
 * credential of exactly this provider; `outboundCredential` of `cdk-secure-mcp/runtime` turns that into a token or key.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-outbound-credential-provider.html
 */
export class ToolOutbound {
  /** The API key of a provider. */
  public static apiKey(provider: ApiKeyProvider): ToolOutbound {
    return new ToolOutbound('apiKey', provider, {});
  }

  /** A token for the tool itself: OAuth 2.0 client credentials. The API does not learn who called. */
  public static clientCredentials(provider: OAuth2Provider, options: ClientCredentialsOptions): ToolOutbound {
    return new ToolOutbound('clientCredentials', provider, options);
  }

  /**
   * A token for the user who called: the provider exchanges the caller's token. The provider has to be made with
   * `onBehalfOf`. It is the one choice with which a tool gets the token of its caller, and only through an interceptor
   * that verified it: `Interceptor.request({ verifyCaller: true, headers: … })`.
   */
  public static onBehalfOf(provider: OAuth2Provider, options: TokenExchangeOutboundOptions): ToolOutbound {
    return new ToolOutbound('onBehalfOf', provider, options);
  }

  private constructor(
    /** @internal */
    public readonly _kind: ToolOutboundConfiguration['kind'],
    private readonly provider: ApiKeyProvider | OAuth2Provider,
    private readonly options: { readonly scopes?: string[]; readonly customParameters?: { [name: string]: string } },
  ) {}

  /** @internal */
  public _access(callerIssuers: readonly string[] = []): DeclaredAccess {
    return new OutboundAccess(this._kind, this.provider, this.options, callerIssuers);
  }
}

/** The credential of a provider as a declared access: statements of the tool's role, a variable, a line of the report. */
class OutboundAccess extends DeclaredAccess {
  public constructor(
    private readonly kind: ToolOutboundConfiguration['kind'],
    private readonly provider: ApiKeyProvider | OAuth2Provider,
    private readonly options: { readonly scopes?: string[]; readonly customParameters?: { [name: string]: string } },
    private readonly callerIssuers: readonly string[],
  ) {
    super();
  }

  public _render(scope: IConstruct): AccessRendering {
    const { scopes, customParameters } = this.options;
    const { providerArn, providerName, _access: access } = this.provider;
    const identity = new CfnWorkloadIdentity(scope as Construct, 'WorkloadIdentity', { name: nameOf(scope) });
    const configuration: ToolOutboundConfiguration = {
      kind: this.kind,
      workload: identity.name!,
      provider: providerName,
      ...(scopes === undefined ? {} : { scopes }),
      ...(customParameters === undefined ? {} : { parameters: customParameters }),
    };
    return {
      service: 'bedrock-agentcore',
      environmentValue: JSON.stringify(configuration),
      resourceArn: providerArn,
      operations: this.operations(scope, identity.attrWorkloadIdentityArn),
      implied: impliedBy(scope, access),
      declaration: `ToolOutbound.${this.kind}(${this.provider.node.id})`,
      problems: this.problems(scope),
    };
  }

  /** Each of the four resources is demanded by itself; the user's name never is a parameter. */
  private operations(scope: IConstruct, identityArn: string): DeclaredOperation[] {
    const { partition, region, account } = Stack.of(scope);
    const service = `arn:${partition}:bedrock-agentcore:${region}:${account}`;
    const around = [`${service}:workload-identity-directory/default`, identityArn];
    const operation = (name: string, resources: readonly string[]): DeclaredOperation => ({
      operation: name,
      actions: [`bedrock-agentcore:${name}`],
      resources,
      // What the API does with it is not known here.
      readOnly: false,
      keyActions: [],
    });
    const workload =
      this.kind === 'onBehalfOf'
        ? { ...operation('GetWorkloadAccessTokenForJWT', around), conditions: ofIssuers(this.callerIssuers) }
        : operation('GetWorkloadAccessToken', around);
    const credential = this.kind === 'apiKey' ? 'GetResourceApiKey' : 'GetResourceOauth2Token';
    return [workload, operation(credential, [this.provider.providerArn, `${service}:token-vault/default`, ...around])];
  }

  private problems(scope: IConstruct): AccessProblem[] {
    const { scopes, customParameters } = this.options;
    const at = scope.node.path;
    const problems: AccessProblem[] = [
      ...(scopes === undefined ? [] : scopeProblems(scopes, at)),
      ...parameterProblems(customParameters ?? {}, at),
    ];
    if (this.kind === 'onBehalfOf' && !(this.provider as OAuth2Provider)._onBehalfOf) {
      problems.push({
        code: 'OUTBOUND_COMBINATION',
        message: `ToolOutbound.onBehalfOf needs a provider that exchanges tokens, got ${JSON.stringify(this.provider.node.id)}`,
        fix: 'Make it with OAuth2Provider.custom and onBehalfOf, or use ToolOutbound.clientCredentials',
      });
    }
    return problems;
  }
}

/** Deterministic, lower case, within the 255 characters of the service. */
function nameOf(scope: IConstruct): string {
  return Names.uniqueResourceName(scope, { maxLength: 100, separator: '-' }).toLowerCase();
}

/** What AgentCore Identity does in the name of the tool: reads the one secret, signs with the one key. */
function impliedBy(scope: IConstruct, access: CredentialAccess): AccessRendering[] {
  const { region, urlSuffix } = Stack.of(scope);
  const one = (service: string, operation: string, resource: string, conditions?: DeclaredOperation['conditions']) => ({
    service,
    environmentValue: '',
    resourceArn: resource,
    declaration: '',
    problems: [],
    operations: [
      {
        operation,
        actions: [`${service}:${operation}`],
        resources: [resource],
        readOnly: true,
        keyActions: [],
        conditions,
      },
    ],
  });
  const { secret, signingKeyArn, identityTokenAudiences = [] } = access;
  const key = secret?.encryptionKey;
  return [
    ...(secret === undefined ? [] : [one('secretsmanager', 'GetSecretValue', secret.grantArn)]),
    ...(key === undefined
      ? []
      : [
          one('kms', 'Decrypt', key.keyArn, {
            StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` },
          }),
        ]),
    ...(signingKeyArn === undefined ? [] : [one('kms', 'Sign', signingKeyArn)]),
    // The action has no resource type; the audience limits it.
    ...(identityTokenAudiences.length === 0
      ? []
      : [one('sts', 'GetWebIdentityToken', '*', forAudiences(identityTokenAudiences))]),
  ];
}
