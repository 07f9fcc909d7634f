/**
 * What the gateway sends to an interceptor function and what it takes back.
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors-types.html
 */
export const INTERCEPTOR_VERSION = '1.0';

export type InterceptionPoint = 'REQUEST' | 'RESPONSE';

/** Keys of the client context of an interceptor; seen in public deployments, not documented. */
export const INTERCEPTOR_CONTEXT = {
  gatewayArn: 'GATEWAY_ARN',
  account: 'GATEWAY_ACCOUNT_ID',
  requestId: 'REQUEST_ID',
  sourceIp: 'SOURCE_IP',
} as const;

/** A JSON-RPC message, as far as nothing is known about it. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

export interface InterceptorEvent {
  readonly interceptorInputVersion: string;
  readonly mcp: {
    /** The body as the client sent it. */
    readonly rawGatewayRequest?: { readonly body: string };
    readonly gatewayRequest: {
      readonly path?: string;
      readonly httpMethod?: string;
      /** Only with `PassRequestHeaders`. */
      readonly headers?: { readonly [name: string]: string };
      readonly body: JsonObject;
      /** On gateways that check signatures; seen in public deployments, not documented. */
      readonly context?: { readonly identity?: { readonly awsPrincipalArn?: string } };
    };
    readonly gatewayResponse?: {
      readonly statusCode?: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: JsonObject | null;
      readonly isStreamingResponse?: boolean;
    } | null;
  };
}

/** The forms of an answer that no report calls refused: nothing but what the gateway needs. */
export interface InterceptorAnswer {
  readonly interceptorOutputVersion: typeof INTERCEPTOR_VERSION;
  readonly mcp: {
    readonly transformedGatewayRequest?: { readonly body: JsonObject; readonly headers?: InterceptorHeaderMap };
    readonly transformedGatewayResponse?: { readonly statusCode?: number; readonly body: JsonObject };
  };
}

/** Headers of a request, for targets that let them through; they win over those of the client. */
export interface InterceptorHeaderMap {
  readonly [name: string]: string;
}

export type ReadAnswer =
  | { readonly kind: 'request'; readonly body: JsonObject; readonly headers?: InterceptorHeaderMap }
  | { readonly kind: 'response'; readonly statusCode?: number; readonly body: JsonObject }
  /** The gateway would refuse this answer. */
  | { readonly kind: 'malformed'; readonly why: string };

export function passRequest(body: JsonObject, headers?: InterceptorHeaderMap): InterceptorAnswer {
  const request = headers === undefined || Object.keys(headers).length === 0 ? { body } : { headers, body };
  return { interceptorOutputVersion: INTERCEPTOR_VERSION, mcp: { transformedGatewayRequest: request } };
}

/** Ends the request: neither policy nor target see it. */
export function answerRequest(body: JsonObject): InterceptorAnswer {
  return {
    interceptorOutputVersion: INTERCEPTOR_VERSION,
    mcp: { transformedGatewayResponse: { statusCode: 200, body } },
  };
}

export function answerResponse(body: JsonObject): InterceptorAnswer {
  return { interceptorOutputVersion: INTERCEPTOR_VERSION, mcp: { transformedGatewayResponse: { body } } };
}

/**
 * Reads an answer as strictly as the strictest gateway that was observed: only the fields that are needed, bodies that
 * are objects. A short circuit counts even when a request is given, too.
 */
export function readAnswer(point: InterceptionPoint, answer: unknown): ReadAnswer {
  if (!isJsonObject(answer)) return malformed('the answer is no object');
  if (answer.interceptorOutputVersion !== INTERCEPTOR_VERSION) {
    return malformed(`interceptorOutputVersion is not "${INTERCEPTOR_VERSION}"`);
  }
  const { mcp } = answer;
  if (!isJsonObject(mcp)) return malformed('there is no mcp');
  if (mcp.transformedGatewayResponse !== undefined) {
    return readResponse(mcp.transformedGatewayResponse, point === 'REQUEST' ? ['statusCode', 'body'] : ['body']);
  }
  if (point === 'RESPONSE') return malformed('there is no transformedGatewayResponse');
  const request = mcp.transformedGatewayRequest;
  if (!isJsonObject(request)) return malformed('there is neither transformedGatewayRequest nor a response');
  if (!isJsonObject(request.body)) return malformed('the body of transformedGatewayRequest is no object');
  const { body, headers } = request;
  if (headers === undefined) return { kind: 'request', body };
  if (!isJsonObject(headers) || !Object.values(headers).every((value) => typeof value === 'string')) {
    return malformed('the headers of transformedGatewayRequest are no texts');
  }
  return { kind: 'request', body, headers: headers as InterceptorHeaderMap };
}

function readResponse(response: unknown, fields: readonly string[]): ReadAnswer {
  if (!isJsonObject(response)) return malformed('transformedGatewayResponse is no object');
  const { body } = response;
  if (!isJsonObject(body)) return malformed('the body of transformedGatewayResponse is no object');
  const extra = Object.keys(response).find((name) => !fields.includes(name));
  if (extra !== undefined) return malformed(`transformedGatewayResponse has ${extra}`);
  const missing = fields.find((name) => response[name] === undefined);
  if (missing !== undefined) return malformed(`transformedGatewayResponse has no ${missing}`);
  const { statusCode } = response;
  if (statusCode === undefined) return { kind: 'response', body };
  if (typeof statusCode === 'number' && statusCode >= 200 && statusCode <= 599) {
    return { kind: 'response', statusCode, body };
  }
  return malformed('the statusCode is no HTTP status');
}

function malformed(why: string): ReadAnswer {
  return { kind: 'malformed', why };
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Environment variable of an interceptor: where the issuer's metadata is. */
export const DISCOVERY_URL_ENV = 'SECURE_MCP_DISCOVERY_URL';

/** Environment variable of an interceptor: what else of the gateway's authorizer it checks, as JSON. */
export const TOKEN_RULES_ENV = 'SECURE_MCP_TOKEN_RULES';

/** Environment variable with the endpoint of the gateway, where it is not the one that its ARN implies. */
export const GATEWAY_URL_ENV = 'SECURE_MCP_GATEWAY_URL';

/** Key of the symbol that marks a handler as one that runs the shipped steps; its value is the point it is for. */
export const INTERCEPTOR_MARK = 'cdk-secure-mcp.interceptor';

/** Name of the JSON file beside the code of an interceptor: which of the shipped steps it runs, with their data. */
export const INTERCEPTOR_CONFIG = 'interceptor';
