import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { AccessRendering, DeclaredOperation } from './declared-access';

/**
 * The statements of one access: one per resource and condition, plus what its encryption key and the resources behind
 * it need.
 */
export function accessStatements(access: AccessRendering): PolicyStatement[] {
  const statements = resourceStatements(access.operations);
  const keyActions = keyActionsOf(access.operations);
  if (access.encryptionKey !== undefined && keyActions.length > 0) {
    statements.push(keyStatement(access.service, access.encryptionKey, keyActions));
  }
  return [...statements, ...(access.implied ?? []).flatMap(accessStatements)];
}

/** Operations on the same resources under the same conditions share a statement. */
export function resourceStatements(operations: readonly DeclaredOperation[]): PolicyStatement[] {
  const groups = new Map<string, DeclaredOperation[]>();
  for (const operation of operations) {
    const key = JSON.stringify([operation.resources, operation.conditions]);
    groups.set(key, [...(groups.get(key) ?? []), operation]);
  }
  return [...groups.values()].map(
    ([first, ...others]) =>
      new PolicyStatement({
        actions: [...new Set([first!, ...others].flatMap((operation) => operation.actions))],
        resources: [...first!.resources],
        conditions: first!.conditions,
      }),
  );
}

/** A resource under a customer managed key is unreadable without `kms:Decrypt` through its own service. */
export function keyStatement(service: string, key: IKey, actions: readonly string[]): PolicyStatement {
  const { urlSuffix } = Stack.of(key);
  return new PolicyStatement({
    actions: [...actions],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${key.env.region}.${urlSuffix}` } },
  });
}

export function keyActionsOf(operations: readonly DeclaredOperation[]): string[] {
  const needed = operations.flatMap(
    (operation) =>
      operation.keyActions ?? (operation.readOnly ? ['kms:Decrypt'] : ['kms:Decrypt', 'kms:GenerateDataKey']),
  );
  return [...new Set(needed)].sort();
}
