import type { ToolRiskLevel } from '../../protocol/template-metadata';
import type { Problem } from '../errors';
import { shown } from '../errors';
import { type DroppedKeyword, droppedBeside, pointerTo } from './dropped-keyword';
import { inlineSchema } from './inline-schema';
import type { InputConstraint } from './input-constraint';
import { isPlainObject } from './json';
import { parseToolSchema } from './parse-tool-schema';
import { publishedSchema } from './published-schema';
import type { ToolInputSchema } from './tool-schema';

export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ToolInputSchema;
  readonly constraints: readonly InputConstraint[];
  /** What of the definition is neither published nor enforced. */
  readonly dropped: readonly DroppedKeyword[];
  readonly risk: ToolRiskLevel;
  /** The definition as it is pinned. */
  readonly published: { readonly [key: string]: unknown };
}

export interface McpToolsReading {
  readonly tools: readonly McpTool[];
  readonly problems: readonly Problem[];
}

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Reads a list of MCP tools: the result of `tools/list`, or only its `tools`.
 *
 * What a server says about itself in `annotations` is a hint, not a promise: it can raise the risk of a tool, never
 * lower it.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools
 */
export function readMcpTools(json: unknown, at: string): McpToolsReading {
  const list = isPlainObject(json) ? json.tools : json;
  if (!Array.isArray(list) || list.length === 0) {
    return {
      tools: [],
      problems: [
        invalid(`a tool list is a non-empty list of tools, got ${shown(json)}`, 'Save the result of tools/list', at),
      ],
    };
  }
  const problems: Problem[] = [];
  const root = isPlainObject(json) ? '/tools' : '';
  const tools = list.flatMap((tool, index) => readTool(tool, `${at}#${index}`, pointerTo(root, index), problems));
  const names = tools.map(({ name }) => name);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    problems.push(invalid(`two tools have the name ${shown(name)}`, 'Keep one', at));
  }
  return { tools, problems };
}

function readTool(tool: unknown, at: string, pointer: string, problems: Problem[]): McpTool[] {
  if (!isPlainObject(tool) || typeof tool.name !== 'string' || !TOOL_NAME.test(tool.name)) {
    problems.push(
      invalid(
        `a tool has a name of letters, digits, - and _, got ${shown(isPlainObject(tool) ? tool.name : tool)}`,
        'Correct the name',
        isPlainObject(tool) ? `${at}.name` : at,
      ),
    );
    return [];
  }
  if (typeof tool.description !== 'string' || tool.description === '') {
    problems.push(
      invalid(`tool ${shown(tool.name)} has no description`, 'Say what it does: the model chooses by it', at),
    );
  }
  const schemaPointer = pointerTo(pointer, 'inputSchema');
  const inlined = inlineSchema(tool.inputSchema, {
    document: tool.inputSchema,
    at: `${at} ${tool.name}`,
    pointer: schemaPointer,
    documentPointer: schemaPointer,
  });
  const parsed = inlined.schema === undefined ? undefined : parseToolSchema(inlined.schema, `${at} ${tool.name}`);
  problems.push(...inlined.problems, ...(parsed?.problems ?? []));
  const annotations = isPlainObject(tool.annotations) ? tool.annotations : {};
  return [
    {
      name: tool.name,
      description: String(tool.description ?? ''),
      inputSchema: parsed?.schema ?? { type: 'object' },
      constraints: parsed?.constraints ?? [],
      dropped: [
        ...droppedBeside(tool, ['name', 'description', 'inputSchema'], pointer, { annotations: 'hint' }),
        ...inlined.dropped,
      ],
      risk: annotations.destructiveHint === true ? 'DESTRUCTIVE' : 'WRITE',
      published: {
        name: tool.name,
        description: tool.description,
        inputSchema: publishedSchema(inlined.schema ?? { type: 'object' }),
      },
    },
  ];
}

function invalid(message: string, fix: string, at: string): Problem {
  return { code: 'MCP_TOOLS_INVALID', message, fix, at };
}
