import type { DeclaredAccessMetadata } from '../protocol/template-metadata';
import type { UsedPermission } from './handler-analysis';

/** The method of an access that allows an action, e.g. `get()`. */
const METHODS: { readonly [action: string]: string } = {
  'dynamodb:GetItem': 'get',
  'dynamodb:BatchGetItem': 'batchGet',
  'dynamodb:Query': 'query',
  'dynamodb:Scan': 'scan',
  'dynamodb:PutItem': 'put',
  'dynamodb:UpdateItem': 'update',
  'dynamodb:DeleteItem': 'delete',
  'dynamodb:ConditionCheckItem': 'conditionCheck',
};

/** The `access` line with one more method, or what to declare where there is no such method. */
export function accessLineWith(
  access: DeclaredAccessMetadata | undefined,
  env: string | undefined,
  used: UsedPermission,
): string {
  const method = methodOf(used);
  if (method === undefined) {
    return env === undefined
      ? `Declare ${used.action} in the tool's access`
      : `Declare ${used.action} in the tool's access, under ${env}`;
  }
  const name = env ?? 'TABLE';
  const declaration = access?.declaration ?? `Access.table(<the table that ${name} names>)`;
  return `Write ${name}: ${declaration}.${method}`;
}

/** The `access` line without one method, or without the line when it is the last. */
export function accessLineWithout(access: DeclaredAccessMetadata, operation: string, part: string | undefined): string {
  const method = METHODS[`${access.service}:${operation}`];
  const calls =
    method === undefined ? [] : [...access.declaration.matchAll(new RegExp(`\\.${method}\\(([^()]*)\\)`, 'g'))];
  const index = /^\/index\/(.+)$/.exec(part ?? '')?.[1];
  const call = calls.find(([, argument]) => index === undefined || argument?.includes(`'${index}'`));
  if (call === undefined) return `Remove ${operation} from the access ${access.env}`;
  const rest = access.declaration.replace(call[0], '');
  return /\)\./.test(rest) ? `Write ${access.env}: ${rest}` : `Remove the access ${access.env}`;
}

function methodOf(used: UsedPermission): string | undefined {
  const name = METHODS[used.action];
  if (name === undefined) return undefined;
  const index = /^\/index\/([^*]+)$/.exec(used.parts[0] ?? '')?.[1];
  return index === undefined ? `${name}()` : `${name}({ index: '${index}' })`;
}
