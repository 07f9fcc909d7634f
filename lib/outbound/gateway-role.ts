import { type Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface GatewayRoleProps {
  /** Literal, lower case. */
  readonly gatewayName: string;
  readonly policyEngineArn: string;
  readonly encryptionKey?: IKey;
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
  private readonly invocable: string[] = [];

  public constructor(scope: Construct, id: string, props: GatewayRoleProps) {
    super(scope, id);
    const { partition, region, account, urlSuffix } = Stack.of(this);
    const gatewayPattern = `arn:${partition}:bedrock-agentcore:${region}:${account}:gateway/${props.gatewayName}-??????????`;

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
          sid: 'InvokeOwnTools',
          actions: ['lambda:InvokeFunction'],
          resources: Lazy.list({ produce: () => this.invocable }),
        }),
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
          : keyStatements(props.encryptionKey, gatewayPattern, `bedrock-agentcore.${region}.${urlSuffix}`)),
      ],
    });
  }

  /** Lets the gateway invoke one qualified function: an alias or a version, never the bare function. */
  public allowInvoke(qualifiedFunctionArn: string): void {
    this.invocable.push(qualifiedFunctionArn);
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
