import { SEARCH_TOOL_NAME } from '../../protocol/tool-name';
import type { ToolResult } from '../common/tool-result';
import type { ToolModel } from '../model/gateway-model';

const RESULTS_MAX = 10;

interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: {
    type: 'object';
    properties: { [name: string]: { type: string } };
    required: string[];
  };
}

/** As `tools/list` shows it, before all others. */
export const SEARCH_TOOL: ListedTool = {
  name: SEARCH_TOOL_NAME,
  description:
    'A special tool that returns a trimmed down list of tools given a context. Use this tool only when there are many tools available and you want to get a subset that matches the provided context.',
  inputSchema: {
    type: 'object',
    properties: { query: { type: 'string' } },
    required: ['query'],
  },
};

/**
 * Finds tools by the words of a query, where the service finds them by meaning. Like the service it asks no policy: all
 * tools of the gateway are found, also those that the caller may not call.
 */
export function searchTools(tools: readonly ToolModel[], args: unknown): ToolResult {
  const query = (args as { query?: unknown } | undefined)?.query;
  if (typeof query !== 'string') {
    return {
      content: [{ type: 'text', text: "ValidationException - Missing required field(s): 'query'" }],
      isError: true,
    };
  }
  const words = wordsOf(query);
  const found = tools
    .map((tool) => ({ tool, score: score(tool, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, RESULTS_MAX)
    .map(({ tool: { qualifiedName: name, description, inputSchema } }) => ({ name, description, inputSchema }));
  const structuredContent = { tools: found };
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent, isError: false };
}

function score({ qualifiedName, description }: ToolModel, words: readonly string[]): number {
  const known = wordsOf(`${qualifiedName} ${description}`);
  return words.filter((word) => known.some((each) => each.startsWith(word) || word.startsWith(each))).length;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2);
}
