import { matchesAction } from '../core/iam/match';
import type { AccessFinding, DeclaredAccess, OutsideGrant } from './access-finding';
import { actionsOf } from './declared-actions';
import type { HandlerAnalysis, UsedPermission } from './handler-analysis';

/** What policies from outside say to one action. */
export interface AllowedBeside {
  /** Whether one allows the action on the resource that a variable names; `undefined` for any resource. */
  allows(env: string | undefined): boolean;
  /** Whether there is one of which it is not known what it allows. */
  readonly isOpen: boolean;
}

export function allowedBeside(outside: readonly OutsideGrant[], action: string): AllowedBeside {
  const allowing = outside.filter(({ actions }) => actions?.some((pattern) => matchesAction(pattern, action)));
  return {
    allows: (env) => allowing.some((grant) => env === undefined || grant.anyResource || grant.envs.includes(env)),
    isOpen: outside.some(({ actions }) => actions === undefined),
  };
}

/**
 * What the Lambda service does as the role, such as logs, traces, network interfaces and reading from event sources, and
 * keys that services use for it: no code calls it.
 */
const NOT_BY_CODE =
  /^(logs|xray|ec2|kms):|^sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility|GetQueueUrl|GetQueueAttributes)$|^(dynamodb|kinesis):(DescribeStream\w*|GetRecords|GetShardIterator|ListShards|ListStreams|SubscribeToShard)$/i;

/** What a policy from outside allows, and no code uses. */
export function outsideExcess(
  outside: readonly OutsideGrant[],
  analysis: HandlerAnalysis,
  declared: readonly DeclaredAccess[],
): AccessFinding[] {
  const isUsed = (grant: OutsideGrant, pattern: string) =>
    analysis.used.some((used) => matchesAction(pattern, used.action) && mayBeOf(grant, used, declared));
  return outside.flatMap((grant) =>
    (grant.actions ?? []).flatMap((action): AccessFinding[] => {
      if (NOT_BY_CODE.test(action) || isUsed(grant, action)) return [];
      const service = action.slice(0, Math.max(action.indexOf(':'), 0));
      if (analysis.unverifiable.some((open) => open.service === '*' || open.service === service)) return [];
      const allows = `a policy that was added from outside allows ${action} on ${grant.name}`;
      const unreached = analysis.unreached.find(
        (open) =>
          (open.service === '*' || open.service === service) &&
          (open.operation === '*' ||
            actionsOf(open.service, open.operation).some((other) => matchesAction(action, other))),
      );
      if (unreached !== undefined) {
        const message = `${allows}, and whether the code uses it cannot be told`;
        const fix = 'Declare what the code needs as access of the tool, and leave the policy out';
        return [{ kind: 'unverifiable', severity: 'info', message, fix, at: unreached.at, action }];
      }
      return [
        {
          kind: 'excess',
          severity: 'warning',
          message: `${allows}, and no code uses it`,
          fix: 'Leave the grant or the statement out, and declare what the code needs as access of the tool',
          action,
        },
      ];
    }),
  );
}

/** Of a variable that no access sets it is not known what it names. */
function mayBeOf(grant: OutsideGrant, { resources }: UsedPermission, declared: readonly DeclaredAccess[]): boolean {
  if (grant.anyResource || resources.length === 0) return true;
  return resources.some(
    (resource) =>
      resource.kind !== 'env' ||
      grant.envs.includes(resource.name) ||
      !declared.some(({ env }) => env === resource.name),
  );
}
