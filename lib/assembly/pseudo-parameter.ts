import type { CloudEnvironment } from './attributes';
import { MadeUpIds } from './made-up-ids';
import { unresolved } from './unresolved';
import { NO_VALUE } from './values';

export const PSEUDO_PARAMETER = 'AWS::';

/** What `Ref` of a pseudo parameter gives in a stack, e.g. `AWS::Region`. */
export function pseudoParameter(name: string, stack: string, environment: CloudEnvironment): unknown {
  const { partition, region, account } = environment;
  switch (name) {
    case 'AWS::NoValue':
      return NO_VALUE;
    case 'AWS::Region':
      return region;
    case 'AWS::AccountId':
      return account;
    case 'AWS::Partition':
      return partition;
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stack.replaceAll('/', '-');
    case 'AWS::StackId': {
      const id = new MadeUpIds(stack, 'AWS::StackId').uuid();
      return `arn:${partition}:cloudformation:${region}:${account}:stack/${stack}/${id}`;
    }
    case 'AWS::NotificationARNs':
      return [];
    default:
      return unresolved(`Ref ${name}`);
  }
}
