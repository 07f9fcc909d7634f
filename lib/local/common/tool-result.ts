/** The result of `tools/call`. */
export interface ToolResult {
  [name: string]: unknown;
  content: { type: 'text'; text: string }[];
  isError: boolean;
}
