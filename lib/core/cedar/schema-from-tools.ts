import { CEDAR_ACTION_GROUP, CEDAR_NAMESPACE } from '../../protocol/cedar-entities';
import { qualifiedToolName } from '../../protocol/tool-name';
import type { ToolInputSchema } from '../schema/tool-schema';
import { isRequired } from '../schema/tool-schema';
import type { CedarSchema } from './engine';

export interface CedarTool {
  readonly target: string;
  readonly name: string;
  readonly inputSchema: ToolInputSchema;
}

type CedarType = NonNullable<CedarSchema[string]['commonTypes']>[string];
type CedarActions = CedarSchema[string]['actions'];

const STRING = { type: 'String' } as const;
const CALLERS = ['IamEntity', 'OAuthUser', 'UnauthenticatedUser'];

/**
 * The Cedar schema of a gateway with these tools, as AgentCore Policy builds one: it is what the vendor's public
 * generator makes of the tools, with the claims of the token as tags, the time, and the groups of the actions.
 *
 * `number` is a `decimal`, `integer` a `Long`, an array a set, an object a record; what is not required is optional.
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-schema-constraints.html
 */
export function schemaFromTools(tools: readonly CedarTool[]): CedarSchema {
  const actions: CedarActions = {
    [CEDAR_ACTION_GROUP.mcp]: { appliesTo: appliesTo() },
    [CEDAR_ACTION_GROUP.callTool]: { memberOf: [{ id: CEDAR_ACTION_GROUP.mcp }], appliesTo: appliesTo() },
  };
  for (const tool of tools) {
    actions[tool.target] ??= { memberOf: [{ id: CEDAR_ACTION_GROUP.callTool }] };
    actions[qualifiedToolName(tool.target, tool.name)] = {
      memberOf: [{ id: tool.target }],
      appliesTo: appliesTo(tool.inputSchema),
    };
  }
  return {
    [CEDAR_NAMESPACE]: {
      entityTypes: {
        OAuthUser: { shape: record({ id: STRING }), tags: STRING },
        IamEntity: { shape: record({ id: STRING }) },
        UnauthenticatedUser: {},
        Gateway: {},
        ...(tools.some(({ inputSchema }) => hasUnknownItems(inputSchema)) ? { Unknown: {} } : {}),
      },
      actions,
    },
  };
}

function appliesTo(input?: ToolInputSchema): NonNullable<CedarActions[string]['appliesTo']> {
  const system = record({ now: { type: 'Extension', name: 'datetime' } });
  return {
    principalTypes: CALLERS,
    resourceTypes: ['Gateway'],
    context: record(input === undefined ? { system } : { input: cedarType(input), system }),
  };
}

function cedarType(schema: ToolInputSchema): CedarType {
  switch (schema.type) {
    case 'string':
      return STRING;
    case 'integer':
      return { type: 'Long' };
    case 'boolean':
      return { type: 'Boolean' };
    case 'number':
      return { type: 'Extension', name: 'decimal' };
    case 'array':
      // The vendor's generator gives items without schema an entity type that no value has, and declares it only then.
      return {
        type: 'Set',
        element: schema.items === undefined ? { type: 'Entity', name: 'Unknown' } : cedarType(schema.items),
      };
    case 'object':
      return {
        type: 'Record',
        attributes: Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, property]) => [
            name,
            isRequired(schema, name) ? cedarType(property) : { ...cedarType(property), required: false },
          ]),
        ),
      };
  }
}

function hasUnknownItems({ type, items, properties }: ToolInputSchema): boolean {
  if (type === 'array') return items === undefined || hasUnknownItems(items);
  return type === 'object' && Object.values(properties ?? {}).some(hasUnknownItems);
}

function record(attributes: { [name: string]: CedarType }): CedarType {
  return { type: 'Record', attributes };
}
