import { type RequiredPermission, requiredPermissions } from '../../core/iam/aws-operation';
import { ITEM_CONDITION_KEYS } from '../../core/iam/dynamodb-context';
import { evaluate, type IamDecision } from '../../core/iam/evaluate';
import { matchesAction } from '../../core/iam/match';
import { actionsOfOperation } from '../../core/iam/operation-map';
import { many, type PolicyDocument, statementsOf } from '../../core/iam/policy-document';
import type { Decide } from '../common/decision';
import type { Role } from '../model/roles';
import type { IncomingCall } from './aws-call';
import { missingDeclaration, type ResolvedAccess } from './missing-declaration';

/** In whose name a tool calls AWS. */
export interface ToolIdentity {
  readonly functionName: string;
  /** As decisions name it. */
  readonly tool: string;
  readonly role: Role;
  readonly access: readonly ResolvedAccess[];
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly partition: string;
  readonly region: string;
}

/** What a role says to a call. */
export interface RoleVerdict {
  /** Why the call is denied, `undefined` when it is allowed. */
  readonly denial: string | undefined;
  /** Whether the resources of the call are known and were compared. */
  readonly compared: boolean;
}

/**
 * Layer 4: what the synthesized role of a tool says to an AWS call, mapped to the IAM actions and resources that it needs.
 * What cannot be judged is denied. Each decision is logged.
 */
export class RoleJudge {
  public constructor(
    /** By ARN. */
    private readonly resourcePolicies: ReadonlyMap<string, PolicyDocument>,
    private readonly partitionKeyOf: (table: string, index?: string) => string | undefined,
    private readonly decide: Decide,
  ) {}

  public verdict(identity: ToolIdentity, call: IncomingCall): RoleVerdict {
    const needed = this.permissionsOf(identity, call);
    if (needed === undefined) return { denial: this.judgeUnknown(identity, call), compared: false };
    return { denial: this.judgeAll(identity, needed), compared: true };
  }

  private permissionsOf(identity: ToolIdentity, call: IncomingCall): RequiredPermission[] | undefined {
    const { role, partition, region } = identity;
    const { service, operation, input } = call;
    if (operation === undefined) return undefined;
    const { partitionKeyOf } = this;
    return requiredPermissions({ service, operation, input, partition, region, account: role.account, partitionKeyOf });
  }

  private judgeAll(identity: ToolIdentity, needed: readonly RequiredPermission[]): string | undefined {
    for (const permission of needed) {
      const { action, resource, context } = permission;
      const open = undecidableKey(identity.role, permission);
      if (open !== undefined) {
        const text = `the role limits ${open}, which cannot be told from this ${action} call, so it is denied here`;
        this.log(identity, 'deny', action, resource, text);
        return text;
      }
      const decision = this.evaluate(identity, action, resource, context);
      if (decision.decision === 'allow') {
        this.log(identity, 'allow', action, resource, decision.reason);
        continue;
      }
      const hint = missingDeclaration(permission, identity.access);
      this.log(identity, 'deny', action, resource, decision.reason, hint);
      return hint === undefined ? decision.reason : `${decision.reason}. To allow it, ${hint}`;
    }
    return undefined;
  }

  /**
   * A call whose permissions are not known here. Only when the role plainly allows actions of this kind does the caller
   * learn that it is not emulated; otherwise it is denied.
   */
  private judgeUnknown(identity: ToolIdentity, call: IncomingCall): string | undefined {
    const action = `${call.service}:${call.operation ?? '*'}`;
    const patterns = identity.role.policies.identity
      .flatMap((document) => statementsOf(document))
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => many<string>(Action));
    const { service, operation } = call;
    const allowed =
      operation === undefined
        ? patterns.some((pattern) => pattern === '*' || pattern.toLowerCase().startsWith(`${service}:`))
        : actionsNeeded(service, operation).every((needed) =>
            patterns.some((pattern) => matchesAction(pattern, needed)),
          );
    if (allowed) {
      this.log(
        identity,
        'allow',
        action,
        '*',
        'a statement of the role names the action; its resource was not compared',
      );
      return undefined;
    }
    const reason = `User: ${sessionArn(identity)} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
    this.log(identity, 'deny', action, '*', reason, `the role of ${identity.tool} does not allow it`);
    return reason;
  }

  public evaluate(identity: ToolIdentity, action: string, resource: string, context: IamContext): IamDecision {
    const { role } = identity;
    const arn = sessionArn(identity);
    return evaluate(
      {
        principal: { arn, account: role.account, kind: 'role-session', roleArn: role.arn },
        action,
        resource,
        resourceAccount: resource.split(':')[4] || role.account,
        context: {
          'aws:PrincipalArn': role.arn,
          'aws:PrincipalAccount': role.account,
          'aws:RequestedRegion': identity.region,
          'aws:SecureTransport': true,
          ...context,
        },
      },
      { ...role.policies, resource: this.resourcePolicies.get(resource) },
    );
  }

  public log(
    identity: ToolIdentity,
    decision: 'allow' | 'deny',
    action: string,
    resource: string,
    reason: string,
    hint?: string,
  ): void {
    this.decide({
      layer: 4,
      decision,
      tool: identity.tool,
      action,
      resource,
      identity: identity.role.arn,
      reason,
      hint,
    });
  }
}

type IamContext = Parameters<typeof evaluate>[0]['context'];

/** At least these; an operation that is not in the map has an action of its own name. */
function actionsNeeded(service: string, operation: string): readonly string[] {
  const known = actionsOfOperation(service, operation)?.certain ?? [];
  return known.length === 0 ? [`${service}:${operation}`] : known;
}

/** The principal that a tool is to AWS. */
function sessionArn({ role, functionName }: ToolIdentity): string {
  const partition = role.arn.split(':')[1] ?? 'aws';
  return `arn:${partition}:sts::${role.account}:assumed-role/${role.name}/${functionName}`;
}

/** A condition key about items that the role uses and the call does not decide. Without it a limit could be passed over. */
function undecidableKey(role: Role, { action, context }: RequiredPermission): string | undefined {
  if (!action.startsWith('dynamodb:') || action === 'dynamodb:Scan') return undefined;
  const policies = JSON.stringify(role.policies);
  return ITEM_CONDITION_KEYS.find((key) => policies.includes(`"${key}"`) && context[key] === undefined);
}
