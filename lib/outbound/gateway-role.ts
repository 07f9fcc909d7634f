import { type Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ofIssuers } from './caller-issuer';
import type { Conditions, CredentialAccess, SecretAccess } from './credential-access';
import { forAudiences } from './token-audience';

export interface GatewayRoleProps {
  /** Literal, lower case. */
  readonly gatewayName: string;
  readonly policyEngineArn: string;
  readonly encryptionKey?: IKey;
  /** Whether the key statements have the conditions of the service's documentation; true unless told otherwise. */
  readonly keyConditions?: boolean;
  /** The issuer of callers' tokens, as the claim `iss` may have it; none where callers have none. */
  readonly callerIssuers?: readonly string[];
  readonly maxSessionDuration?: Duration;
}

/**
 * The identity with which the gateway calls its targets: it may invoke the aliases of its own tools, use its own policy
 * engine and its own key, and nothing else.
 *
 * The gateway's ARN is not known when its role is made. Where a statement needs it, the pattern is the gateway's name
 * and the ten characters that the service appends: `gateway/<name>-??????????`.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-prerequisites-permissions.html
 */
export class GatewayRole extends Construct {
  public readonly role: Role;
  /** The gateway and its targets depend on this: the service checks the permissions when they are created. */
  public readonly policy: Policy;
  private readonly granted = new Map<string, Set<string>>();
  private readonly audiences = new Set<string>();
  private readonly identityArns: readonly string[];
  private readonly tokenVaultArn: string;
  private readonly callerIssuers: readonly string[];

  public constructor(scope: Construct, id: string, props: GatewayRoleProps) {
    super(scope, id);
    const { partition, region, account, urlSuffix } = Stack.of(this);
    const service = `arn:${partition}:bedrock-agentcore:${region}:${account}`;
    const gatewayPattern = `${service}:gateway/${props.gatewayName}-??????????`;
    const directory = `${service}:workload-identity-directory/default`;
    this.callerIssuers = props.callerIssuers ?? [];
    this.tokenVaultArn = `${service}:token-vault/default`;
    this.identityArns = [directory, `${directory}/workload-identity/${props.gatewayName}-??????????`];

    this.role = new Role(this, 'Role', {
      description: `Outbound identity of the MCP gateway ${props.gatewayName}`,
      assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': gatewayPattern },
        },
      }),
    });
    this.policy = new Policy(this, 'Policy', {
      roles: [this.role],
      statements: [
        new PolicyStatement({
          sid: 'ReadOwnPolicyEngine',
          actions: ['bedrock-agentcore:GetPolicyEngine'],
          resources: [props.policyEngineArn],
        }),
        new PolicyStatement({
          sid: 'AskOwnPolicyEngine',
          actions: ['bedrock-agentcore:AuthorizeAction', 'bedrock-agentcore:PartiallyAuthorizeActions'],
          resources: [props.policyEngineArn, gatewayPattern],
        }),
        ...(props.encryptionKey === undefined
          ? []
          : props.keyConditions === false
            ? [plainKeyStatement(props.encryptionKey)]
            : keyStatements(props.encryptionKey, gatewayPattern, `bedrock-agentcore.${region}.${urlSuffix}`)),
      ],
    });
  }

  /** Lets the gateway invoke one qualified function: an alias or a version, never the bare function. */
  public allowInvoke(qualifiedFunctionArn: string): void {
    this.grant('InvokeOwnTools', ['lambda:InvokeFunction'], [qualifiedFunctionArn]);
  }

  /** Lets the gateway use the credential of one target. */
  public allowCredential(access: CredentialAccess): void {
    this.allowProvider(access);
    if (access.secret !== undefined) this.allowSecret(access.secret);
    if (access.signingKeyArn !== undefined) this.grant('SignAssertions', ['kms:Sign'], [access.signingKeyArn]);
    const audiences = access.identityTokenAudiences ?? [];
    for (const audience of audiences) this.audiences.add(audience);
    if (audiences.length > 0) {
      // The action has no resource type; the audience limits it.
      const all = Lazy.list({ produce: () => [...this.audiences] });
      this.grant('GetIdentityTokens', ['sts:GetWebIdentityToken'], ['*'], forAudiences(all));
    }
    for (const { sid, actions, resources, conditions } of access.statements ?? []) {
      this.grant(sid, [...actions], resources, conditions);
    }
  }

  /**
   * What the provider needs: four resources per call, all of which the service demands. A token for a user comes from the
   * caller's verified token alone, and of no other issuer; `GetWorkloadAccessTokenForUserId` takes any user's name and is never granted, nor is
   * `CompleteResourceTokenAuth`, which belongs to the application that users come back to.
   */
  private allowProvider({ oauth2ProviderArn, apiKeyProviderArn, forUser }: CredentialAccess): void {
    const providers = [oauth2ProviderArn, apiKeyProviderArn].filter((arn) => arn !== undefined);
    if (providers.length === 0) return;
    this.grant('GetOwnWorkloadToken', ['bedrock-agentcore:GetWorkloadAccessToken'], this.identityArns);
    if (forUser === true) {
      const actions = ['bedrock-agentcore:GetWorkloadAccessTokenForJWT'];
      this.grant('GetWorkloadTokenForCaller', actions, this.identityArns, ofIssuers(this.callerIssuers));
    }
    const around = [this.tokenVaultArn, ...this.identityArns];
    if (oauth2ProviderArn !== undefined) {
      this.grant('GetOAuth2Tokens', ['bedrock-agentcore:GetResourceOauth2Token'], [...around, oauth2ProviderArn]);
    }
    if (apiKeyProviderArn !== undefined) {
      this.grant('GetApiKeys', ['bedrock-agentcore:GetResourceApiKey'], [...around, apiKeyProviderArn]);
    }
  }

  private allowSecret({ grantArn, encryptionKey }: SecretAccess): void {
    this.grant('ReadProviderSecrets', ['secretsmanager:GetSecretValue'], [grantArn]);
    if (encryptionKey === undefined) return;
    const { region, urlSuffix } = Stack.of(this);
    this.grant('DecryptProviderSecrets', ['kms:Decrypt'], [encryptionKey.keyArn], {
      StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` },
    });
  }

  /** One statement per name; its resources are those of all targets that need it. */
  private grant(sid: string, actions: string[], resources: readonly string[], conditions?: Conditions): void {
    const granted = this.granted.get(sid) ?? new Set<string>();
    for (const resource of resources) granted.add(resource);
    if (this.granted.has(sid)) return;
    this.granted.set(sid, granted);
    const statement = { sid, actions, resources: Lazy.list({ produce: () => [...granted] }), conditions };
    this.policy.addStatements(new PolicyStatement(statement));
  }
}

/**
 * The four actions of the service's documentation, with its conditions.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-encryption.html
 */
function keyStatements(key: IKey, gatewayPattern: string, service: string): PolicyStatement[] {
  const viaService = { 'kms:ViaService': service };
  const ofThisGateway = { 'kms:EncryptionContext:aws:bedrock-agentcore-gateway:arn': gatewayPattern };
  return [
    new PolicyStatement({
      sid: 'DescribeOwnKey',
      actions: ['kms:DescribeKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: viaService },
    }),
    new PolicyStatement({
      sid: 'UseOwnKey',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: viaService, StringLike: ofThisGateway },
    }),
    new PolicyStatement({
      effect: Effect.ALLOW,
      sid: 'GrantOwnKeyToService',
      actions: ['kms:CreateGrant'],
      resources: [key.keyArn],
      conditions: {
        StringEquals: { ...viaService, 'kms:GrantConstraintType': 'EncryptionContextSubset' },
        'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Decrypt', 'GenerateDataKey'] },
        StringLike: ofThisGateway,
      },
    }),
  ];
}

function plainKeyStatement(key: IKey): PolicyStatement {
  return new PolicyStatement({
    sid: 'UseOwnKey',
    actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
  });
}
