import { own } from '../../assembly/cloudformation';
import { actionsOf, inputsRead, policyViews } from '../cedar-view';
import { targetKind } from '../gateways';
import { defineRule, finding, undecided } from '../rule';
import { toolsOf } from '../tools';
import { TARGET } from '../types';

export const az21 = defineRule({
  id: 'AZ21',
  name: 'input-schema-closed',
  layer: 'authorization',
  level: 'medium',
  summary: 'The input of a tool is open',
  explanation:
    'What the schema does not describe, nothing checks on the way: the tool gets whatever the model made up.',
  fix: 'Give every property a type, every object properties, every array items, and name the required ones; bound arguments of writing tools in a permit',
  acknowledge: 'When the tool validates its input itself; name the test.',
  limits:
    'The service carries no patterns, lengths or enums. A bound of a writing tool is looked for in its permits and in the schema that a construct kept in the metadata.',
  references: ['https://modelcontextprotocol.io/specification/2026-07-28/server/tools'],
  frameworks: { owaspMcp: ['05'], owaspAgentic: ['02'], wellArchitected: ['AGENTSEC08'], nist80053: ['SI-10', 'SC-5'] },
  example: {
    bad: `
Crm:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: crm
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: get_user, InputSchema: { Type: object, Properties: { filter: { Type: object } } } }] } } } }
`,
    good: `
Crm:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: crm
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: get_user, InputSchema: { Type: object, Properties: { id: { Type: string } }, Required: [id] } }] } } } }
`,
  },
  *evaluate(model) {
    const bounded = new Map<string, Set<string>>();
    for (const { json } of policyViews(model)) {
      if (json === undefined) continue;
      for (const action of actionsOf(json) ?? [])
        bounded.set(action, new Set([...(bounded.get(action) ?? []), ...inputsRead(json)]));
    }
    for (const target of model.ofType(TARGET)) {
      const { tools, open } = toolsOf(target);
      if (open !== undefined && targetKind(target) === 'Lambda')
        yield undecided(target, `Properties.${open.path}`, open.why);
      for (const tool of tools) {
        if (targetKind(target) !== 'Lambda' && targetKind(target) !== 'McpServer') continue; // OUT12 reads OpenAPI
        const path = `Properties.${tool.path}.InputSchema`;
        if (tool.inputSchema === undefined) {
          yield undecided(target, path, 'the schema cannot be read');
          continue;
        }
        for (const problem of schemaProblems(tool.inputSchema))
          yield finding(target, path, `${tool.name}: ${problem}`, `${tool.name}:${problem}`);
        const names = Object.keys(tool.inputSchema.properties ?? {});
        if (tool.risk === 'READ' || names.length === 0) continue;
        if ((tool.inputSchema.required ?? []).length === 0)
          yield finding(target, path, `${tool.name}: a writing tool requires nothing`, `${tool.name}:required`);
        const limits = bounded.get(tool.qualifiedName) ?? new Set();
        const free = names.filter(
          (name) =>
            needsBound(tool.inputSchema!.properties![name]!.type) &&
            !limits.has(name) &&
            !isBoundedBy(tool.authoredSchema, name),
        );
        if (free.length === names.length)
          yield finding(
            target,
            path,
            `${tool.name}: no argument of this writing tool has a bound`,
            `${tool.name}:bound`,
          );
      }
    }
  },
});

function* schemaProblems(schema: ToolSchema, path = 'the input', depth = 0): Iterable<string> {
  if (depth === 0 && schema.type !== 'object') yield 'the input is no object';
  if (depth > 5) {
    yield `${path} is nested more than 5 levels deep`;
    return;
  }
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length > 50) yield `${path} has ${properties.length} properties`;
  if (schema.type === 'object' && depth > 0 && properties.length === 0) yield `${path} is an object without properties`;
  if (schema.type === 'array') {
    if (schema.items === undefined) yield `${path} is a list of anything`;
    else yield* schemaProblems(schema.items, `items of ${path}`, depth + 1);
  }
  for (const [name, property] of properties) yield* schemaProblems(property, name, depth + 1);
}

interface ToolSchema {
  readonly type: string;
  readonly properties?: { readonly [name: string]: ToolSchema };
  readonly items?: ToolSchema;
}

function needsBound(type: string): boolean {
  return ['string', 'array', 'number', 'integer'].includes(type);
}

const BOUNDS = ['maxLength', 'pattern', 'enum', 'const', 'maximum', 'exclusiveMaximum', 'maxItems', 'format'];

function isBoundedBy(schema: unknown, name: string): boolean {
  const property = own(own(schema, 'properties'), name);
  return BOUNDS.some((keyword) => own(property, keyword) !== undefined);
}
