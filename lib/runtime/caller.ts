import {
  CALLER_CLAIMS_ENV,
  CALLER_HEADER,
  CALLER_TOKEN_HEADER,
  type CallerFacts,
  decodeCaller,
} from '../protocol/caller-header';
import { CLIENT_CONTEXT } from '../protocol/lambda-event';

/** Facts about a call that the gateway vouches for. By itself it never tells a tool who the user is. */
export interface Caller {
  readonly gatewayId: string;
  readonly targetId: string;
  /** `<target>___<tool>`. */
  readonly qualifiedToolName: string;
  /** Request id of the gateway, for logs. */
  readonly requestId?: string;
  /** Id of the JSON-RPC message. */
  readonly messageId?: string;
  /** Headers of the caller that the target lets through, by name. */
  readonly headers: { readonly [name: string]: string };
  /**
   * Who calls, from a token that the interceptor of the gateway verified. Only for a tool that declares `callerClaims`, and
   * then always: a call without it is refused.
   */
  readonly verified?: CallerFacts;
}

/** The part of Lambda's context object that is read here. */
export interface LambdaContext {
  readonly clientContext?: { readonly custom?: object; readonly Custom?: object };
}

/**
 * Reads the client context that the gateway sends. `undefined` when the call did not come through a gateway: whoever
 * may invoke the function directly has passed none of the layers.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-add-target-lambda.html
 */
export function callerOf(context: LambdaContext | undefined): Caller | undefined {
  // The documentation shows `Custom` for Node.js, the wire has `custom`.
  const custom = (context?.clientContext?.custom ?? context?.clientContext?.Custom) as
    | Record<string, unknown>
    | undefined;
  const text = (key: string) => (typeof custom?.[key] === 'string' ? (custom[key] as string) : undefined);
  const gatewayId = text(CLIENT_CONTEXT.gatewayId);
  const targetId = text(CLIENT_CONTEXT.targetId);
  const qualifiedToolName = text(CLIENT_CONTEXT.toolName);
  if (gatewayId === undefined || targetId === undefined || qualifiedToolName === undefined) return undefined;
  const passed = (custom?.[CLIENT_CONTEXT.propagatedHeaders] ?? {}) as { readonly [name: string]: string };
  const headers = Object.entries(passed).map(([name, value]) => [name, value, name.toLowerCase()] as const);
  const written = (header: string) => {
    const found = headers.filter(([, , lower]) => lower === header);
    // One of them is not from the interceptor, and nothing tells which.
    if (found.length > 1) throw new Error(`the header ${header} arrived twice. Call the tool through its gateway`);
    return found[0]?.[1];
  };
  const caller: Caller = {
    gatewayId,
    targetId,
    qualifiedToolName,
    requestId: text(CLIENT_CONTEXT.awsRequestId),
    messageId: text(CLIENT_CONTEXT.mcpMessageId),
    headers: Object.fromEntries(headers.filter(([, , lower]) => !OWN_HEADERS.includes(lower))),
    ...verifiedIn(written(CALLER_HEADER)),
  };
  const token = written(CALLER_TOKEN_HEADER);
  if (token !== undefined) tokens.set(caller, token);
  return caller;
}

const OWN_HEADERS: readonly string[] = [CALLER_HEADER, CALLER_TOKEN_HEADER];
/** Beside the callers, so that a tool that logs its caller logs no token. */
const tokens = new WeakMap<Caller, string>();

/** The token of a caller, for a tool that declares on-behalf-of. */
export function callerTokenOf(caller: Caller): string | undefined {
  return tokens.get(caller);
}

/** Throws for a tool that asks for it and does not get it, or not as the interceptor writes it. */
function verifiedIn(header: string | undefined): { readonly verified?: CallerFacts } {
  const json = process.env[CALLER_CLAIMS_ENV];
  if (json === undefined) return {};
  const verified = decodeCaller(header, JSON.parse(json) as string[]);
  if (verified === undefined)
    throw new Error('the caller was not verified. Call it through its gateway and interceptor');
  return { verified };
}
