import type { JsonObject } from '../../protocol/interceptor';
import type { ToolCall } from './message';

/** Who calls, from a token that was verified here. */
export interface VerifiedCaller {
  readonly subject: string;
  readonly clientId?: string;
  readonly scopes: readonly string[];
  readonly claims: { readonly [claim: string]: unknown };
}

/** What the steps of an interceptor know about one request. */
export interface Intercepted {
  /** The JSON-RPC message of the client, as earlier steps left it. */
  readonly message: JsonObject;
  /** Set when the message calls a tool. */
  readonly call?: ToolCall;
  /** By lower-case name; empty unless the gateway passes headers on. */
  readonly headers: { readonly [name: string]: string };
  /** Set by the step that verifies the caller. */
  readonly caller?: VerifiedCaller;
  /** Set by the step that tells tools who calls. */
  readonly sentHeaders?: { readonly [name: string]: string };
  /** The IAM principal that signed the request, on a gateway that checks signatures. */
  readonly principalArn?: string;
  /** Seen to be the same for the request and the response of one call, and when the gateway tries again; not documented. */
  readonly requestId?: string;
  readonly gatewayArn?: string;
  readonly sourceIp?: string;
}

/** With the answer of the gateway to that request. */
export interface InterceptedResponse extends Intercepted {
  /** The JSON-RPC message to the client, as earlier steps left it. */
  readonly answer: JsonObject;
}

/** What a step decides. Only {@link proceed} and {@link refuse} make one: anything else refuses the request. */
export type Verdict =
  | {
      readonly verdict: 'proceed';
      readonly message?: JsonObject;
      readonly caller?: VerifiedCaller;
      readonly headers?: { readonly [name: string]: string };
    }
  | { readonly verdict: 'refuse'; readonly reason: string; readonly forModel: boolean };

const MADE_HERE = new WeakSet<object>();

/** Lets the request or response go on, with another message in its place if one is given. */
export function proceed(message?: JsonObject): Verdict {
  return made({ verdict: 'proceed', ...(message === undefined ? {} : { message }) });
}

/** Lets the request go on, in the name of this caller for the steps that follow. */
export function proceedAs(caller: VerifiedCaller): Verdict {
  return made({ verdict: 'proceed', caller });
}

/** Lets the request go on with these headers for targets that let them through. */
export function proceedWith(headers: { readonly [name: string]: string }): Verdict {
  return made({ verdict: 'proceed', headers });
}

/** Ends the request. The caller reads the reason. */
export function refuse(reason: string): Verdict {
  return made({ verdict: 'refuse', reason, forModel: false });
}

/** Ends the call of a tool with an error that the model of the caller can read and react to. */
export function refuseCall(reason: string): Verdict {
  return made({ verdict: 'refuse', reason, forModel: true });
}

/** Whether a step decided at all: a forgotten `return` must not let a request through. */
export function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'object' && value !== null && MADE_HERE.has(value);
}

function made(verdict: Verdict): Verdict {
  MADE_HERE.add(verdict);
  return verdict;
}

/** One check of requests. It may run twice for one request, so it must not count or charge. */
export interface RequestStep {
  readonly name: string;
  readonly run: (request: Intercepted) => Verdict | Promise<Verdict>;
}

/** One check of responses. It may run twice for one response. */
export interface ResponseStep {
  readonly name: string;
  readonly run: (response: InterceptedResponse) => Verdict | Promise<Verdict>;
}
