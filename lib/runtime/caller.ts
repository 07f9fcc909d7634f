import { CLIENT_CONTEXT } from '../protocol/lambda-event';

/** Facts about a call that the gateway vouches for. It never tells a tool who the user is. */
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
  return {
    gatewayId,
    targetId,
    qualifiedToolName,
    requestId: text(CLIENT_CONTEXT.awsRequestId),
    messageId: text(CLIENT_CONTEXT.mcpMessageId),
    headers: { ...(custom?.[CLIENT_CONTEXT.propagatedHeaders] as { [name: string]: string } | undefined) },
  };
}
