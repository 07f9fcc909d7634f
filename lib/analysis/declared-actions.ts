import { actionsOfOperation, isKnownAction } from '../core/iam/operation-map';

/** A declared operation is an SDK operation, the name of an action, or an action in full. */
export function actionsOf(service: string, operation: string): readonly string[] {
  if (operation.includes(':')) return [operation];
  if (isKnownAction(`${service}:${operation}`)) return [`${service}:${operation}`];
  const actions = actionsOfOperation(service, operation);
  return actions === undefined ? [] : [...actions.certain, ...actions.possible];
}
