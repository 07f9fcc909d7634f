import { isPlainObject } from './json';

type Json = { readonly [key: string]: unknown };

/**
 * The schema as it is published to the gateway: without `enum` and `format`. The vendor's schema generator gives such
 * arguments types of their own, on which the conditions of a permit would not fit. Lists of texts become a pattern, and
 * the description names the values.
 */
export function publishedSchema(schema: Json): Json {
  const { enum: values, format, properties, items, ...rest } = schema;
  const hints = [
    ...(Array.isArray(values) ? [`One of: ${values.map((value) => JSON.stringify(value)).join(', ')}.`] : []),
    ...(format === undefined ? [] : [`Format: ${String(format)}.`]),
  ];
  const description = [rest.description, ...hints].filter((text) => text !== undefined).join(' ');
  return {
    ...rest,
    ...(description === '' ? {} : { description }),
    ...(isTexts(values) && rest.pattern === undefined ? { pattern: `^(?:${values.map(escaped).join('|')})$` } : {}),
    ...(isPlainObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, publishedSchema(each as Json)]),
          ),
        }
      : {}),
    ...(isPlainObject(items) ? { items: publishedSchema(items) } : {}),
  };
}

function isTexts(values: unknown): values is string[] {
  return Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
