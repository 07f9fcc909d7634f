/**
 * Names of targets and tools as the gateway, MCP clients and Cedar see them.
 *
 * The gateway joins target and tool with three underscores.
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-tool-naming.html
 */
export const TOOL_NAME_DELIMITER = '___';

/** `name` of a GatewayTarget: letters, digits and single hyphens, so never an underscore. Service API model. */
export const TARGET_NAME_PATTERN = /^([0-9a-zA-Z][-]?){1,100}$/;

/** Model APIs commonly refuse tool names over 64 characters; the gateway itself allows 256. */
export const QUALIFIED_TOOL_NAME_MAX = 64;

/** The gateway's own semantic search tool, listed first when `SearchType` is `SEMANTIC`. */
export const SEARCH_TOOL_NAME = 'x_amz_bedrock_agentcore_search';

export interface ToolNameParts {
  readonly target: string;
  readonly tool: string;
}

/** The name that MCP clients and Cedar actions use: `<target>___<tool>`. */
export function qualifiedToolName(target: string, tool: string): string {
  return `${target}${TOOL_NAME_DELIMITER}${tool}`;
}

/**
 * Splits at the first delimiter: a target name cannot hold an underscore, a tool name can.
 * `undefined` when there is no delimiter or one side is empty.
 */
export function splitToolName(qualified: string): ToolNameParts | undefined {
  const at = qualified.indexOf(TOOL_NAME_DELIMITER);
  if (at <= 0) return undefined;
  const tool = qualified.slice(at + TOOL_NAME_DELIMITER.length);
  return tool === '' ? undefined : { target: qualified.slice(0, at), tool };
}
