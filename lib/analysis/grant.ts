import type { DeclaredAccess } from './access-finding';
import { actionsOf } from './declared-actions';

/** One action that an access allows, on one part of its resource. */
export interface Grant {
  readonly access: DeclaredAccess;
  readonly operation: string;
  readonly action: string;
  /** `undefined`: any part. */
  readonly part: string | undefined;
}

export function grantsOf(access: DeclaredAccess): Grant[] {
  return access.operations.flatMap((operation) => {
    const parts = access.parts?.[operation] ?? [undefined];
    return actionsOf(access.service, operation).flatMap((action) =>
      parts.map((part) => ({ access, operation, action, part })),
    );
  });
}

/** Access that names actions itself may be on any resource. */
export function isCustom(grant: Grant): boolean {
  return grant.operation.includes(':');
}
