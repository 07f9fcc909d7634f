import { OPERATION_EXCEPTIONS, type OperationException } from './operation-exceptions';
import { ACTIONS } from './operation-map.generated';

/** IAM actions of one SDK operation. */
export interface OperationActions {
  /** Needed by the call as it is written. */
  readonly certain: readonly string[];
  /** Needed by some calls of the operation: parameters decide that are not known, or their content. */
  readonly possible: readonly string[];
}

/**
 * The IAM actions of an SDK operation, e.g. `s3`, `HeadObject`: `s3:GetObject`. `undefined` for what is not in the map:
 * it is not verified, never taken as needing nothing.
 *
 * `parameters` are the names that the call is known to pass; left out when they are not known.
 */
export function actionsOfOperation(
  service: string,
  operation: string,
  parameters?: readonly string[],
): OperationActions | undefined {
  const exception = exceptionOf(service, operation);
  if (exception === undefined) {
    const action = `${service}:${operation}`;
    return isKnownAction(action) ? { certain: [action], possible: [] } : undefined;
  }
  const qualified = (names: readonly string[]) =>
    names.map((name) => (name.includes(':') ? name : `${service}:${name}`));
  const conditional = [...Object.entries(exception.instead ?? {}), ...Object.entries(exception.also ?? {})];
  if (parameters === undefined) {
    const possible = [...conditional.flatMap(([, actions]) => actions), ...(exception.byContent ?? [])];
    // One action stands for another: which of them is not known.
    const certain = exception.instead === undefined ? exception.actions : [];
    return {
      certain: qualified(certain),
      possible: qualified([...new Set([...(certain === exception.actions ? [] : exception.actions), ...possible])]),
    };
  }
  const replaced = Object.entries(exception.instead ?? {}).find(([name]) => parameters.includes(name));
  const also = Object.entries(exception.also ?? {}).flatMap(([name, actions]) =>
    parameters.includes(name) ? actions : [],
  );
  return {
    certain: qualified([...new Set([...(replaced?.[1] ?? exception.actions), ...also])]),
    possible: qualified(exception.byContent ?? []),
  };
}

/** Whether the service has the action, compared as IAM does, without regard to case. */
export function isKnownAction(action: string): boolean {
  return accessLevel(action) !== undefined;
}

/** Whether the map holds the actions of a service, compared as IAM does, without regard to case. */
export function isKnownService(service: string): boolean {
  return Object.keys(ACTIONS).some((known) => known.toLowerCase() === service.toLowerCase());
}

/** `List`, `Read`, `Write`, `Permissions management, Write`, `Tagging, Write`; `undefined` for an unknown action. */
export function accessLevel(action: string): string | undefined {
  index ??= new Map(
    Object.entries(ACTIONS).flatMap(([service, levels]) =>
      Object.entries(levels).flatMap(([level, names]) =>
        names.split(' ').map((name) => [`${service}:${name}`.toLowerCase(), level] as const),
      ),
    ),
  );
  return index.get(action.toLowerCase());
}

/** The operation of a service whose name is written in other case: `putitem` is `PutItem`. */
export function operationNamed(service: string, name: string): string | undefined {
  return [...operationsOf(service)].find((known) => known.toLowerCase() === name.toLowerCase());
}

/** Operations of all services whose name is this one in whatever case. */
export function operationsNamed(name: string): readonly { readonly service: string; readonly operation: string }[] {
  byName ??= namedOperations();
  return byName.get(name.toLowerCase()) ?? [];
}

function namedOperations(): Map<string, { service: string; operation: string }[]> {
  const found = new Map<string, { service: string; operation: string }[]>();
  for (const service of new Set([...Object.keys(OPERATION_EXCEPTIONS), ...Object.keys(ACTIONS)])) {
    for (const operation of operationsOf(service)) {
      const all = found.get(operation.toLowerCase()) ?? [];
      found.set(operation.toLowerCase(), [...all, { service, operation }]);
    }
  }
  return found;
}

function operationsOf(service: string): Set<string> {
  const exceptions = Object.hasOwn(OPERATION_EXCEPTIONS, service) ? Object.keys(OPERATION_EXCEPTIONS[service]!) : [];
  const actions = Object.hasOwn(ACTIONS, service)
    ? Object.values(ACTIONS[service]!).flatMap((names) => names.split(' '))
    : [];
  return new Set([...exceptions, ...actions]);
}

let byName: ReadonlyMap<string, readonly { readonly service: string; readonly operation: string }[]> | undefined;
let index: ReadonlyMap<string, string> | undefined;

function exceptionOf(service: string, operation: string): OperationException | undefined {
  const table = Object.hasOwn(OPERATION_EXCEPTIONS, service) ? OPERATION_EXCEPTIONS[service]! : {};
  return Object.hasOwn(table, operation) ? table[operation] : undefined;
}
