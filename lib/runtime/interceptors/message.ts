import { isJsonObject, type JsonObject } from '../../protocol/interceptor';
import { GATEWAY_ERROR } from '../../protocol/mcp';

/** The call of a tool that a message is, if it is one. */
export interface ToolCall {
  /** `<target>___<tool>`. */
  readonly name: string;
  readonly arguments: unknown;
}

export function toolCallOf(message: JsonObject): ToolCall | undefined {
  const params = isJsonObject(message.params) ? message.params : {};
  if (message.method !== 'tools/call' || typeof params.name !== 'string') return undefined;
  return { name: params.name, arguments: params.arguments ?? {} };
}

export function rpcError(message: JsonObject, code: number, text: string): JsonObject {
  return { jsonrpc: '2.0', id: message.id ?? null, error: { code, message: text } };
}

/** What the model of the caller reads, so that it can correct the call. */
export function toolError(message: JsonObject, text: string): JsonObject {
  return { jsonrpc: '2.0', id: message.id ?? null, result: { isError: true, content: [{ type: 'text', text }] } };
}

export function refusal(message: JsonObject, reason: string): JsonObject {
  return rpcError(message, GATEWAY_ERROR.deniedByPolicy, `Request refused by an interceptor: ${reason}`);
}

/** Says nothing about why: whatever went wrong is in the log of the function. */
export function failure(message: JsonObject): JsonObject {
  return rpcError(message, -32603, 'Internal error - the request could not be checked');
}
