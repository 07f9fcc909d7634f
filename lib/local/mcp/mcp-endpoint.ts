import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import {
  createMcpHandler,
  INTERNAL_ERROR,
  isLegacyRequest,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { isObject } from '../../assembly/cloudformation';
import type { InterceptorHeaderMap, JsonObject } from '../../protocol/interceptor';
import {
  GATEWAY_ERROR,
  MCP_HEADER_MISMATCH,
  MCP_VERSION_IN_BODY,
  MCP_VERSION_WITHOUT_HEADER,
  MCP_VERSION_WITHOUT_SESSIONS,
} from '../../protocol/mcp';
import type { CallerIdentity } from '../common/caller';
import { readBody, sendJson } from '../common/http';
import { BODY_LIMIT, type JsonRpc, paramsOf, parseMessage, rpcError } from '../common/json-rpc';
import { interceptAnswer } from '../interceptors/intercept-answer';
import { Interceptors } from '../interceptors/interceptors';
import type { GatewayModel, ToolModel } from '../model/gateway-model';
import type { Exceeded, RateLimiter } from './rate-limits';
import { SEARCH_TOOL } from './search-tool';
import { SESSION_HEADER, Sessions } from './sessions';
import { type Judgement, POLICY_FAILED, type ToolCalls } from './tool-calls';

interface Exchange {
  readonly caller: CallerIdentity;
  /** Only for a `tools/call` that was permitted. */
  readonly permitted?: Extract<Judgement, { kind: 'permitted' }>;
  /** Of the target, for the client. */
  readonly returned: { [name: string]: string };
}

/**
 * The MCP endpoint behind the authentication: a thin edge of the gateway's own answers, the official SDK for everything
 * else. Denials are answered by the edge, because the SDK would change their code.
 */
export class McpEndpoint {
  private readonly modern;
  private readonly sessions: Sessions | undefined;

  public constructor(
    private readonly gateway: GatewayModel,
    private readonly calls: ToolCalls,
    private readonly interceptors: Interceptors,
    private readonly limiter?: RateLimiter,
  ) {
    this.sessions = gateway.sessionSeconds === undefined ? undefined : new Sessions(gateway.sessionSeconds);
    this.modern = createMcpHandler((context) => this.server(context.authInfo?.extra as unknown as Exchange), {
      legacy: 'reject',
    });
  }

  public async handle(request: IncomingMessage, response: ServerResponse, caller: CallerIdentity): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return sendJson(response, 405, rpcError(null, -32000, 'Method not allowed.'));
    }
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return sendJson(
        response,
        415,
        rpcError(null, -32000, 'Unsupported Media Type: Content-Type must be application/json'),
      );
    }
    const bytes = await readBody(request, BODY_LIMIT);
    if (bytes === undefined) {
      response.setHeader('connection', 'close');
      return sendJson(response, 413, rpcError(null, -32600, 'Invalid request - Payload too large'));
    }
    const raw = bytes.toString('utf8');
    const body = parseMessage(raw);
    if (body === undefined) {
      return sendJson(response, 400, rpcError(null, -32600, 'Invalid request - Malformed JSON-RPC request'), {
        'x-amzn-errortype': 'InternalFailure',
      });
    }
    const wrongVersion = this.versionProblem(request, body);
    if (wrongVersion !== undefined) return sendJson(response, 400, wrongVersion);
    const noSession = this.sessionProblem(request, caller, body);
    if (noSession !== undefined) return sendJson(response, noSession.status, noSession.body);
    const exceeded = body.method === 'tools/call' ? this.limiter?.exceeded(caller, paramsOf(body).name) : undefined;
    if (exceeded !== undefined) return refuseCall(response, body, exceeded);
    const answer = await this.intercepted(request, caller, body, raw);
    const opened = body.method === 'initialize' && answer.ok ? this.sessions?.open(caller) : undefined;
    const session = opened === undefined ? {} : { [SESSION_HEADER]: opened };
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...session });
    if (answer.body === null) response.end();
    else Readable.fromWeb(answer.body as ReadableStream).pipe(response);
  }

  /** The revisions with sessions need one for everything but `initialize`; 2026-07-28 has none. */
  private sessionProblem(request: IncomingMessage, caller: CallerIdentity, body: JsonRpc) {
    if (this.sessions === undefined || body.method === 'initialize') return undefined;
    if (String(request.headers['mcp-protocol-version'] ?? '') >= MCP_VERSION_WITHOUT_SESSIONS) return undefined;
    const id = request.headers[SESSION_HEADER];
    if (id === undefined || id === '') {
      return { status: 400, body: rpcError(body.id, -32600, 'Missing required Mcp-Session-Id header') };
    }
    if (this.sessions.isOpen(String(id), caller)) return undefined;
    return { status: 404, body: rpcError(body.id, -32600, 'Session not found') };
  }

  /** The interceptors around everything else. What one answers by itself still goes through the other. */
  private async intercepted(
    request: IncomingMessage,
    caller: CallerIdentity,
    body: JsonRpc,
    raw: string,
  ): Promise<Response> {
    const interception = {
      caller,
      requestId: Interceptors.newRequestId(),
      headers: plainHeaders(request),
      sourceIp: request.socket.remoteAddress ?? '',
      raw,
    };
    const first = await this.interceptors.request(interception, body as JsonObject);
    if (first.kind === 'failed') return failed(body, first.message);
    const executed = first.kind === 'go-on' ? (first.body as JsonRpc) : body;
    const answer =
      first.kind === 'answered'
        ? Response.json(first.body, { status: first.statusCode })
        : await this.answer(request, caller, executed, body, first.headers);
    if (!this.interceptors.has('RESPONSE')) return answer;
    const last = await interceptAnswer(answer, async (message) => {
      const changed = await this.interceptors.response(interception, executed as JsonObject, message, answer.status);
      return changed.kind === 'failed' ? undefined : changed.body;
    });
    return last ?? failed(body, 'Internal error - Server error');
  }

  /** Of the message as the REQUEST interceptor left it: the tool that is judged is the one that runs. */
  private async answer(
    request: IncomingMessage,
    caller: CallerIdentity,
    body: JsonRpc,
    sent: JsonRpc,
    fromInterceptor: InterceptorHeaderMap = {},
  ): Promise<Response> {
    const judged = body.method === 'tools/call' ? this.judge(caller, body, request, fromInterceptor) : undefined;
    if (judged !== undefined && judged.kind !== 'permitted') return Response.json(refusal(body.id, judged));
    return this.forward(toWebRequest(request, body, sent), body, { caller, permitted: judged, returned: {} });
  }

  /** Headers of the interceptor win over those of the client. */
  private judge(
    caller: CallerIdentity,
    body: JsonRpc,
    request: IncomingMessage,
    fromInterceptor: InterceptorHeaderMap,
  ): Judgement {
    const params = isObject(body.params) ? body.params : {};
    const own = Object.fromEntries(Object.entries(fromInterceptor).map(([name, value]) => [name.toLowerCase(), value]));
    const client = {
      headers: { ...request.headers, ...own },
      query: new URL(request.url ?? '/', 'http://localhost').searchParams,
    };
    return this.calls.judge(caller, params.name, params.arguments, client);
  }

  /** `initialize` negotiates in its body; every other request is of the revision in its header. */
  private versionProblem(request: IncomingMessage, body: JsonRpc): object | undefined {
    if (body.method === 'initialize') return undefined;
    const header = request.headers['mcp-protocol-version'];
    const { _meta: meta } = paramsOf(body);
    // Only the revision without sessions names itself in the body, and it requires the header.
    if (header === undefined && isObject(meta) && meta[MCP_VERSION_IN_BODY] !== undefined) {
      const missing = 'the body names its protocol version but the required MCP-Protocol-Version header is absent';
      return rpcError(body.id, MCP_HEADER_MISMATCH, `Bad Request: the request headers and body disagree: ${missing}`);
    }
    const version = String(header ?? MCP_VERSION_WITHOUT_HEADER);
    return this.gateway.supportedVersions.includes(version) ? undefined : this.versionError(body.id, version);
  }

  /** The text as the service was seen to have it; the code and the data as MCP 2026-07-28 has them. */
  private versionError(id: unknown, requested: string): object {
    const error = {
      code: ProtocolErrorCode.UnsupportedProtocolVersion,
      message: `Unsupported MCP protocol version: ${requested}`,
      data: { supported: this.gateway.supportedVersions, requested },
    };
    return { jsonrpc: '2.0', id: id ?? null, error };
  }

  private async forward(web: Request, body: JsonRpc, exchange: Exchange): Promise<Response> {
    const authInfo = {
      token: '',
      clientId: exchange.caller.name,
      scopes: [],
      extra: exchange as unknown as Record<string, unknown>,
    };
    const answer = (await isLegacyRequest(web.clone(), body))
      ? await this.legacy(web, body, exchange)
      : await this.modern.fetch(web, { parsedBody: body, authInfo });
    const headers = { ...exchange.returned, ...Object.fromEntries(answer.headers) };
    return new Response(answer.body, { status: answer.status, headers });
  }

  /** Revisions before 2026-07-28: plain JSON, also for clients that do not accept an event stream. */
  private async legacy(web: Request, body: JsonRpc, exchange: Exchange): Promise<Response> {
    const headers = new Headers(web.headers);
    if (!/event-stream/.test(headers.get('accept') ?? '')) headers.set('accept', 'application/json, text/event-stream');
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
    });
    await this.server(exchange).connect(transport);
    return transport.handleRequest(new Request(web, { headers }), { parsedBody: body });
  }

  private server({ caller, permitted, returned }: Exchange): Server {
    const server = new Server(
      { name: this.gateway.name, version: '1.0.0' },
      {
        capabilities: { tools: {} },
        instructions: this.gateway.instructions,
        supportedProtocolVersions: [...this.gateway.supportedVersions],
      },
    );
    server.setRequestHandler('tools/list', async () => ({
      tools: [
        ...(this.gateway.searchable ? [SEARCH_TOOL] : []),
        ...(await this.listed(caller)).map(({ qualifiedName, description, inputSchema, listedSchema }) => ({
          name: qualifiedName,
          description,
          inputSchema: (listedSchema ?? inputSchema) as { type: 'object' },
        })),
      ],
    }));
    server.setRequestHandler('tools/call', async (_request, context) =>
      permitted!.run(context.mcpReq.id, (headers) => Object.assign(returned, headers)),
    );
    return server;
  }

  private async listed(caller: CallerIdentity): Promise<readonly ToolModel[]> {
    const tools = this.calls.list(caller);
    if (tools === undefined) throw new ProtocolError(INTERNAL_ERROR, POLICY_FAILED);
    return this.calls.describe(caller, tools);
  }
}

/** A header that came twice is not told. */
function plainHeaders(request: IncomingMessage): { [name: string]: string } {
  const single = Object.entries(request.headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(single);
}

function toWebRequest(request: IncomingMessage, body: JsonRpc, sent: JsonRpc): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(plainHeaders(request))) {
    // The token stays at the door: neither the SDK nor a tool gets it.
    if (name !== 'authorization' && name !== 'content-length') headers.set(name, value);
  }
  // An interceptor may have put another tool in place. The SDK compares header and body: as the client sent them.
  const [name, before] = [body, sent].map(({ params }) => (isObject(params) ? params.name : undefined));
  if (name !== before && headers.get('mcp-name') === before) headers.set('mcp-name', String(name));
  return new Request(`http://${request.headers.host}${request.url}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
}

function failed({ id }: JsonRpc, message: string): Response {
  return Response.json(rpcError(id, -32603, message), { status: 500 });
}

function refuseCall(response: ServerResponse, { id }: JsonRpc, data: Exceeded): void {
  const error = { code: GATEWAY_ERROR.rateLimited, message: 'Rate limit exceeded', data };
  const headers = { 'retry-after': String(Math.ceil(data.retryAfter)) };
  sendJson(response, 429, { jsonrpc: '2.0', id: id ?? null, error }, headers);
}

function refusal(id: unknown, judged: Exclude<Judgement, { kind: 'permitted' }>): object {
  const code = { 'unknown-tool': -32602, denied: GATEWAY_ERROR.deniedByPolicy, failed: -32603 }[judged.kind];
  return rpcError(id, code, judged.message);
}
