import { readOpenApi } from '../core/openapi/read-openapi';
import { parseToolSchema } from '../core/schema/parse-tool-schema';
import { readMcpTools } from '../core/schema/read-mcp-tools';
import { fromServiceSchema } from '../core/schema/service-schema';
import type { ToolInputSchema } from '../core/schema/tool-schema';
import { METADATA_KEY } from '../protocol/template-metadata';
import { isObject, own } from './cloudformation';
import type { ConcreteResource } from './concrete';
import { parseYaml } from './parse-yaml';
import { isUnresolved } from './unresolved';

export interface TargetTool {
  readonly name: string;
  readonly inputSchema: ToolInputSchema;
}

/**
 * The tools of a gateway target, as far as the template tells: from the schema of a function, from an inline OpenAPI
 * document or tool list, or from what a construct noted about a target of another kind. What it does not tell goes to
 * `unknown`.
 */
export function toolsOfTarget(target: ConcreteResource, unknown: string[]): TargetTool[] {
  const name = String(target.properties.Name ?? target.logicalId);
  const mcp = own(target.properties.TargetConfiguration, 'Mcp');
  const functionTools = own(own(own(mcp, 'Lambda'), 'ToolSchema'), 'InlinePayload');
  if (Array.isArray(functionTools)) return functionTools.flatMap((entry) => functionTool(entry, name, unknown));
  const tools = documentedTools(mcp) ?? notedTools(target);
  if (tools === undefined) unknown.push(`target ${name}: its tools are not in the template`);
  return tools ?? [];
}

function functionTool(entry: unknown, target: string, unknown: string[]): TargetTool[] {
  const name = String(own(entry, 'Name'));
  if (isUnresolved(name)) {
    unknown.push(`target ${target}: the name of a tool is only known after a deployment`);
    return [];
  }
  const inputSchema = fromServiceSchema(own(entry, 'InputSchema'));
  if (inputSchema !== undefined) return [{ name, inputSchema }];
  unknown.push(`tool ${name} of target ${target}: its input schema is only known after a deployment`);
  return [];
}

/** Only when the schema of every tool was noted: half of a list would be taken for the whole. */
function notedTools({ metadata }: ConcreteResource): TargetTool[] | undefined {
  const noted = own(metadata[METADATA_KEY], 'tools');
  const tools = Object.entries(isObject(noted) ? noted : {}).map(([name, tool]) => ({
    name,
    inputSchema: parseToolSchema(own(tool, 'inputSchema'), name).schema,
  }));
  return tools.length > 0 && tools.every(isComplete) ? tools : undefined;
}

function isComplete(tool: { name: string; inputSchema: ToolInputSchema | undefined }): tool is TargetTool {
  return tool.inputSchema !== undefined;
}

function documentedTools(mcp: unknown): TargetTool[] | undefined {
  const list = own(own(own(mcp, 'McpServer'), 'McpToolSchema'), 'InlinePayload');
  if (typeof list === 'string') {
    const { tools, problems } = readMcpTools(parsed(list), 'the tool list');
    return problems.length > 0 ? undefined : tools.map(({ name, inputSchema }) => ({ name, inputSchema }));
  }
  const document = own(own(mcp, 'OpenApiSchema'), 'InlinePayload');
  if (typeof document !== 'string') return undefined;
  const at = 'the document';
  const { operations, problems } = readOpenApi(parsed(document), { pathPatterns: {}, privateEndpoint: true, at });
  return problems.length > 0 ? undefined : operations.map(({ id, inputSchema }) => ({ name: id, inputSchema }));
}

function parsed(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return undefined;
  }
}
