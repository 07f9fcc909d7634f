import type { RequiredPermission } from '../../core/iam/aws-operation';
import type { DeclaredAccessMetadata } from '../../protocol/template-metadata';

/** How a DynamoDB operation is declared. */
const TABLE_VERBS: { readonly [operation: string]: string } = {
  GetItem: 'get',
  BatchGetItem: 'batchGet',
  Query: 'query',
  Scan: 'scan',
  PutItem: 'put',
  UpdateItem: 'update',
  DeleteItem: 'delete',
  ConditionCheckItem: 'conditionCheck',
};

/** A declared access with its resource resolved. */
export interface ResolvedAccess extends DeclaredAccessMetadata {
  readonly resource: string;
}

/**
 * What the author of a tool would have to declare for a call that was denied, in the words of the construct API.
 * `undefined` where it has none: then only the IAM action can be named.
 */
export function missingDeclaration(
  { action, resource }: RequiredPermission,
  declared: readonly ResolvedAccess[],
): string | undefined {
  const [service, operation] = action.split(':');
  const verb =
    service === 'dynamodb' && Object.hasOwn(TABLE_VERBS, operation ?? '') ? TABLE_VERBS[operation!] : undefined;
  if (verb === undefined) return undefined;
  const [table, index] = resource.split('/index/');
  const call = index === undefined ? `.${verb}()` : `.${verb}({ index: '${index}' })`;
  const existing = declared.find((access) => access.resource === table);
  if (existing !== undefined) return `declare it: access: { ${existing.env}: ${existing.declaration}${call} }`;
  return `declare it: access: { TABLE: Access.table(table)${call} } for table ${table?.split(':table/')[1] ?? resource}`;
}
