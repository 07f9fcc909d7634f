/**
 * The input schema of a tool as the gateway carries it: five keywords of JSON Schema.
 * Source: `SchemaDefinition` of the service API model.
 */
export interface ToolInputSchema {
  readonly type: ToolInputType;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: ToolInputSchema };
  readonly required?: readonly string[];
  readonly items?: ToolInputSchema;
}

export const TOOL_INPUT_TYPES = ['string', 'number', 'object', 'array', 'boolean', 'integer'] as const;

export type ToolInputType = (typeof TOOL_INPUT_TYPES)[number];

/** Own properties only: an argument called `constructor` must not find one of Object's. */
export function findProperty(schema: ToolInputSchema, name: string): ToolInputSchema | undefined {
  const properties = schema.properties;
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

export function isRequired(schema: ToolInputSchema, name: string): boolean {
  return schema.required?.includes(name) ?? false;
}
