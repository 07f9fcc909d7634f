/** The revision a request without `MCP-Protocol-Version` header has (MCP specification, transports). */
export const MCP_VERSION_WITHOUT_HEADER = '2025-03-26';

/** The first revision without `initialize` and sessions. */
export const MCP_VERSION_WITHOUT_SESSIONS = '2026-07-28';

/** Where a message of that revision names its revision, in `_meta`, and what it is answered when its headers differ. */
export const MCP_VERSION_IN_BODY = 'io.modelcontextprotocol/protocolVersion';
export const MCP_HEADER_MISMATCH = -32020;

/** What we serve unless told otherwise: 2025-03-26 allows JSON-RPC batches, so it stays out. */
export const MCP_DEFAULT_VERSIONS = [MCP_VERSION_WITHOUT_SESSIONS, '2025-11-25', '2025-06-18'] as const;

/**
 * MCP revisions the gateway can serve.
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-using.html
 */
export const MCP_VERSIONS = [
  MCP_VERSION_WITHOUT_SESSIONS,
  '2025-11-25',
  '2025-06-18',
  MCP_VERSION_WITHOUT_HEADER,
] as const;

/** JSON-RPC error codes of the gateway. */
export const GATEWAY_ERROR = {
  invalidBearerToken: -32001,
  deniedByPolicy: -32002,
  rateLimited: -32003,
} as const;
