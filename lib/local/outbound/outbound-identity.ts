import type { RequestContext } from '../../core/iam/conditions';
import { evaluate, type IamDecision } from '../../core/iam/evaluate';
import { many, type PolicyDocument, statementsOf } from '../../core/iam/policy-document';
import type { GatewayModel } from '../model/gateway-model';
import type { Role } from '../model/roles';
import type { CallerClaims } from './caller-claims';

const SERVICE = 'bedrock-agentcore.amazonaws.com';

/** The gateway's role, as the service uses it: it must be trusted for this gateway, and must allow what is done. */
export class OutboundIdentity {
  /** The session under which the service acts. */
  public readonly sessionArn: string;

  public constructor(
    private readonly gateway: GatewayModel,
    private readonly role: Role | undefined,
    private readonly resourcePolicies: ReadonlyMap<string, PolicyDocument>,
    private readonly claims: CallerClaims,
  ) {
    const { partition, account } = gateway.resource.environment;
    this.sessionArn = `arn:${partition}:sts::${account}:assumed-role/${role?.name ?? 'unknown'}/gateway`;
  }

  public get roleArn(): string {
    return this.role?.arn ?? this.gateway.roleArn;
  }

  /** The workload identity that the service makes for a gateway, and the directory that it is in. */
  public get workloadArns(): readonly string[] {
    const directory = `${this.service}:workload-identity-directory/default`;
    return [directory, `${directory}/workload-identity/${this.gateway.id}`];
  }

  public get tokenVaultArn(): string {
    return `${this.service}:token-vault/default`;
  }

  private get service(): string {
    const { partition, region, account } = this.gateway.resource.environment;
    return `arn:${partition}:bedrock-agentcore:${region}:${account}`;
  }

  /** How a key is used when Secrets Manager reads a secret for the role. */
  public get throughSecretsManager(): RequestContext {
    return { 'kms:ViaService': `secretsmanager.${this.gateway.resource.environment.region}.amazonaws.com` };
  }

  public get identityTokenContext(): RequestContext {
    return identityTokenContext(this.role?.policies.identity ?? []);
  }

  public claimsOf(token: string): RequestContext {
    return this.claims.context(token);
  }

  /** The first of these permissions that is missing; undefined when the role has them all. */
  public missing(action: string, resources: readonly string[], context: RequestContext = {}): IamDecision | undefined {
    const trust = this.assume();
    if (trust.decision !== 'allow') return trust;
    return resources
      .map((resource) => this.decide(action, resource, context))
      .find(({ decision }) => decision !== 'allow');
  }

  private decide(action: string, resource: string, context: RequestContext): IamDecision {
    const { account } = this.gateway.resource.environment;
    return evaluate(
      {
        principal: { kind: 'role-session', arn: this.sessionArn, roleArn: this.roleArn, account },
        action,
        resource,
        context: { ...context, 'aws:PrincipalArn': this.roleArn, 'aws:PrincipalAccount': account },
      },
      { ...(this.role?.policies ?? { identity: [] }), resource: this.resourcePolicies.get(resource) },
    );
  }

  private assume(): IamDecision {
    const { account } = this.gateway.resource.environment;
    return evaluate(
      {
        principal: { kind: 'service', arn: SERVICE, account },
        action: 'sts:AssumeRole',
        resource: this.roleArn,
        context: { 'aws:SourceAccount': account, 'aws:SourceArn': this.gateway.arn },
      },
      { identity: [], resource: this.role?.trust },
    );
  }
}

/** The template says the audience of identity tokens nowhere but in the role itself. */
export function identityTokenContext(policies: readonly PolicyDocument[]): RequestContext {
  const key = 'sts:IdentityTokenAudience';
  const audiences = policies
    .flatMap(statementsOf)
    .flatMap(({ Condition }) => Object.values(Condition ?? {}))
    .flatMap((keys) => many<unknown>(keys[key] as never));
  return audiences[0] === undefined ? {} : { [key]: String(audiences[0]) };
}
