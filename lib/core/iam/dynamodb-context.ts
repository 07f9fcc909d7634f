import { isPlainObject } from '../schema/json';
import type { RequestContext } from './conditions';

/** Condition keys whose value follows from the items of a request. A policy that uses one cannot be judged without it. */
export const ITEM_CONDITION_KEYS = ['dynamodb:LeadingKeys', 'dynamodb:Attributes'] as const;

/**
 * Condition keys of a request on items, as far as the request decides them.
 *
 * @param part the request, or one entry of a batch or transaction
 * @param partitionKey name of the partition key of the table or index; undefined when it is not known
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function itemContext(part: unknown, partitionKey: string | undefined): RequestContext {
  if (!isPlainObject(part)) return {};
  const context: Record<string, string | string[]> = {};
  if (typeof part.Select === 'string') context['dynamodb:Select'] = part.Select;
  if (typeof part.ReturnValues === 'string') context['dynamodb:ReturnValues'] = part.ReturnValues;
  const leading = partitionKey === undefined ? undefined : leadingKeys(part, partitionKey);
  if (leading !== undefined) context['dynamodb:LeadingKeys'] = leading;
  const attributes = accessedAttributes(part);
  if (attributes !== undefined) context['dynamodb:Attributes'] = attributes;
  return context;
}

function leadingKeys(part: { readonly [name: string]: unknown }, partitionKey: string): string[] | undefined {
  const items = Array.isArray(part.Keys) ? part.Keys : [part.Key ?? part.Item].filter((item) => item !== undefined);
  const values = items.length > 0 ? items.map((item) => textOf(item, partitionKey)) : [queried(part, partitionKey)];
  return values.includes(undefined) ? undefined : (values as string[]);
}

/** The value that a key condition compares the partition key with. */
function queried(part: { readonly [name: string]: unknown }, partitionKey: string): string | undefined {
  for (const [, name, value] of String(part.KeyConditionExpression ?? '').matchAll(/(#?[\w.-]+)\s*=\s*(:\w+)/g)) {
    if (resolveName(part, name!) === partitionKey) return textOf(part.ExpressionAttributeValues, value!);
  }
  return undefined;
}

function accessedAttributes(part: { readonly [name: string]: unknown }): string[] | undefined {
  const keys = isPlainObject(part.Key) ? Object.keys(part.Key) : [];
  if (isPlainObject(part.Item)) return Object.keys(part.Item);
  if (typeof part.ProjectionExpression !== 'string') return undefined;
  const projected = part.ProjectionExpression.split(',').map((path) =>
    resolveName(part, path.trim().split(/[.[]/)[0]!),
  );
  return [...new Set([...keys, ...projected])];
}

function resolveName(part: { readonly [name: string]: unknown }, name: string): string {
  const names = part.ExpressionAttributeNames;
  return name.startsWith('#') && isPlainObject(names) && Object.hasOwn(names, name) ? String(names[name]) : name;
}

/** The text of an attribute value: `{ "S": "o-1" }`. */
function textOf(item: unknown, name: string): string | undefined {
  const value = isPlainObject(item) && Object.hasOwn(item, name) ? item[name] : undefined;
  const [text] = isPlainObject(value) ? Object.values(value) : [];
  return typeof text === 'string' ? text : undefined;
}
