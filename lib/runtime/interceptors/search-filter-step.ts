import { createHash } from 'node:crypto';
import { GATEWAY_URL_ENV, isJsonObject, type JsonObject } from '../../protocol/interceptor';
import { MCP_VERSION_IN_BODY, MCP_VERSION_WITHOUT_SESSIONS } from '../../protocol/mcp';
import { SEARCH_TOOL_NAME } from '../../protocol/tool-name';
import { type InterceptedResponse, proceed, type ResponseStep, refuse } from './step';

const FETCH_MILLISECONDS = 3_000;
const PAGES_MAX = 50;
/**
 * The gateway hands its answer to `tools/list` to this same function, which needs a free slot for it: an agent that
 * searches again and again must not take two for each search.
 */
const KEPT = { milliseconds: 5_000, atMost: 100 } as const;
const kept = new Map<string, { readonly names: ReadonlySet<string>; readonly until: number }>();
/** What the gateway needs to answer as it did to the caller. */
const HEADERS = ['authorization', 'mcp-protocol-version', 'mcp-session-id'];

/**
 * Takes out of the results of the built-in search tool what the caller may not call: the policy engine does not filter
 * them. Which tools those are, the gateway itself says: `tools/list` in the name of the caller, whose answer counts for a
 * few seconds. When it does not say so, nothing is found.
 */
export const searchFilter: ResponseStep = {
  name: 'search filter',
  run: async (response) => {
    if (response.call?.name !== SEARCH_TOOL_NAME || !isJsonObject(response.answer.result)) return proceed();
    const visible = await visibleTools(response);
    if (visible === undefined) return refuse('the tools of the caller are not known');
    return proceed({ ...response.answer, result: onlyVisible(response.answer.result, visible) });
  },
};

/** Results are structured, or text with JSON in it, or both. What is neither is left out, also what is beside them. */
function onlyVisible(result: JsonObject, visible: ReadonlySet<string>): JsonObject {
  const content = Array.isArray(result.content) ? result.content : [];
  const structured = result.structuredContent;
  return {
    ...(typeof result.isError === 'boolean' ? { isError: result.isError } : {}),
    content: content.flatMap((each: unknown) => filteredText(each, visible)),
    ...(structured === undefined ? {} : { structuredContent: filtered(structured, visible) ?? {} }),
  };
}

function filteredText(block: unknown, visible: ReadonlySet<string>): JsonObject[] {
  if (!isJsonObject(block) || block.type !== 'text' || typeof block.text !== 'string') return [];
  try {
    const kept = filtered(JSON.parse(block.text), visible);
    return kept === undefined ? [] : [{ type: 'text', text: JSON.stringify(kept) }];
  } catch {
    return [];
  }
}

/** A list of tools, or an object with one under `tools`. */
function filtered(found: unknown, visible: ReadonlySet<string>): unknown {
  const keep = (tools: unknown[]) =>
    tools.filter((tool) => isJsonObject(tool) && typeof tool.name === 'string' && visible.has(tool.name));
  if (Array.isArray(found)) return keep(found);
  if (isJsonObject(found) && Array.isArray(found.tools)) return { tools: keep(found.tools) };
  return undefined;
}

async function visibleTools({ gatewayArn, headers }: InterceptedResponse): Promise<ReadonlySet<string> | undefined> {
  const url = gatewayUrl(gatewayArn);
  if (url === undefined || headers.authorization === undefined) return undefined;
  const key = createHash('sha256').update(`${url} ${headers.authorization}`).digest('hex');
  const known = kept.get(key);
  if (known !== undefined && known.until > Date.now()) return known.names;
  const names = await askGateway(url, headers);
  if (names === undefined) return undefined;
  kept.delete(key);
  kept.set(key, { names, until: Date.now() + KEPT.milliseconds });
  if (kept.size > KEPT.atMost) kept.delete(kept.keys().next().value!);
  return names;
}

async function askGateway(url: string, headers: InterceptedResponse['headers']): Promise<Set<string> | undefined> {
  const names = new Set<string>();
  let cursor: unknown;
  for (let page = 0; page < PAGES_MAX; page++) {
    const result = await listTools(url, headers, cursor);
    if (!Array.isArray(result?.tools)) return undefined;
    for (const tool of result.tools) if (isJsonObject(tool)) names.add(String(tool.name));
    cursor = result.nextCursor;
    if (typeof cursor !== 'string') return names;
  }
  return undefined;
}

async function listTools(url: string, headers: InterceptedResponse['headers'], cursor: unknown) {
  const passed = HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]));
  const version = headers['mcp-protocol-version'];
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_MILLISECONDS),
    headers: {
      ...Object.fromEntries(passed),
      'content-type': 'application/json',
      accept: 'application/json',
      ...(version === undefined ? {} : { 'mcp-method': 'tools/list' }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 'search-filter',
      method: 'tools/list',
      params: params(version, cursor),
    }),
  });
  const body: unknown = await response.json();
  return isJsonObject(body) && isJsonObject(body.result) ? body.result : undefined;
}

/** Since there are no sessions each request says in its body, too, of which revision it is. */
function params(version: string | undefined, cursor: unknown): JsonObject {
  const modern = version !== undefined && version >= MCP_VERSION_WITHOUT_SESSIONS;
  return {
    ...(typeof cursor === 'string' ? { cursor } : {}),
    ...(modern
      ? {
          _meta: {
            [MCP_VERSION_IN_BODY]: version,
            'io.modelcontextprotocol/clientInfo': { name: 'search-filter', version: '1.0.0' },
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        }
      : {}),
  };
}

/** Never from a header of the request: the token goes there. */
function gatewayUrl(gatewayArn: string | undefined): string | undefined {
  const configured = process.env[GATEWAY_URL_ENV];
  if (configured !== undefined) return configured;
  const [, partition, region, id] =
    /^arn:(aws[a-z-]*):bedrock-agentcore:([a-z0-9-]+):\d{12}:gateway\/([a-z0-9-]+)$/.exec(gatewayArn ?? '') ?? [];
  if (region === undefined) return undefined;
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${id}.gateway.bedrock-agentcore.${region}.${suffix}/mcp`;
}
