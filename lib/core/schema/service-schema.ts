import { isPlainObject } from './json';
import { TOOL_INPUT_TYPES, type ToolInputSchema, type ToolInputType } from './tool-schema';

/** `SchemaDefinition` of `AWS::BedrockAgentCore::GatewayTarget`; the keys of `Properties` are the author's. */
export interface ServiceSchemaDefinition {
  readonly Type: ToolInputType;
  readonly Description?: string;
  readonly Properties?: { readonly [name: string]: ServiceSchemaDefinition };
  readonly Required?: readonly string[];
  readonly Items?: ServiceSchemaDefinition;
}

export function toServiceSchema(schema: ToolInputSchema): ServiceSchemaDefinition {
  return {
    Type: schema.type,
    ...(schema.description === undefined ? {} : { Description: schema.description }),
    ...(schema.properties === undefined ? {} : { Properties: mapValues(schema.properties, toServiceSchema) }),
    ...(schema.required === undefined ? {} : { Required: [...schema.required] }),
    ...(schema.items === undefined ? {} : { Items: toServiceSchema(schema.items) }),
  };
}

/**
 * Reads a `SchemaDefinition` of a template. `undefined` when it is not one, for instance because an intrinsic function
 * stands in its place: the caller then knows nothing about the tool and has to say so.
 */
export function fromServiceSchema(cfn: unknown): ToolInputSchema | undefined {
  if (!isPlainObject(cfn) || !isInputType(cfn.Type)) return undefined;
  const properties = readProperties(cfn.Properties);
  const items = cfn.Items === undefined ? undefined : fromServiceSchema(cfn.Items);
  const required = cfn.Required;
  if (properties === null || (cfn.Items !== undefined && items === undefined)) return undefined;
  if (required !== undefined && !isStringArray(required)) return undefined;
  return {
    type: cfn.Type,
    ...(typeof cfn.Description === 'string' ? { description: cfn.Description } : {}),
    ...(properties === undefined ? {} : { properties }),
    ...(required === undefined ? {} : { required }),
    ...(items === undefined ? {} : { items }),
  };
}

/** `undefined`: no properties; `null`: unreadable. */
function readProperties(cfn: unknown): { [name: string]: ToolInputSchema } | undefined | null {
  if (cfn === undefined) return undefined;
  if (!isPlainObject(cfn)) return null;
  const entries = Object.entries(cfn).map(([name, value]) => [name, fromServiceSchema(value)] as const);
  return entries.some(([, schema]) => schema === undefined)
    ? null
    : (Object.fromEntries(entries) as { [name: string]: ToolInputSchema });
}

function mapValues<A, B>(object: { readonly [key: string]: A }, map: (value: A) => B): { [key: string]: B } {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function isInputType(value: unknown): value is ToolInputType {
  return (TOOL_INPUT_TYPES as readonly unknown[]).includes(value);
}

function isStringArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
