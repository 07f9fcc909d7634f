import {
  answerRequest,
  answerResponse,
  INTERCEPTOR_CONTEXT,
  INTERCEPTOR_MARK,
  INTERCEPTOR_VERSION,
  type InterceptionPoint,
  type InterceptorAnswer,
  isJsonObject,
  type JsonObject,
  passRequest,
} from '../../protocol/interceptor';
import type { LambdaContext } from '../caller';
import { withinTime } from '../within-time';
import { type AuditOutcome, auditRecord, withoutTokens } from './audit';
import { lastRequestSteps, readConfiguration, shippedRequestSteps, shippedResponseSteps } from './configuration';
import { beforeDeadline, type TimedContext } from './deadline';
import { failure, refusal, toolCallOf, toolError } from './message';
import {
  type Intercepted,
  isVerdict,
  type RequestStep,
  type ResponseStep,
  type Verdict,
  type VerifiedCaller,
} from './step';

export type InterceptorContext = LambdaContext & TimedContext;
export type InterceptorHandler = (event: unknown, context?: InterceptorContext) => Promise<InterceptorAnswer>;

/**
 * Makes the Lambda handler of a REQUEST interceptor: the shipped steps that the construct asked for, then these.
 *
 * It fails closed: when a step throws, takes too long, returns no verdict or changes the message into something that is no
 * request, the gateway gets a refusal, never the request. A step that keeps the process busy is interrupted in time, unless
 * it does so after an `await`: that only Lambda can end, and then it is the gateway that decides. Nothing that must hold
 * may rest on an interceptor alone.
 */
export function defineRequestInterceptor(...steps: RequestStep[]): InterceptorHandler {
  const configuration = readConfiguration();
  const all = [...shippedRequestSteps(configuration), ...steps, ...lastRequestSteps(configuration)];
  return marked('REQUEST', async (event, context) => {
    const request = readRequest(event, context);
    const { outcome, answer, caller } = await guarded(request, context, async (first, take) => {
      let current = first;
      for (const step of all) {
        const verdict = await take(step.name, () => step.run(current));
        if (verdict.verdict === 'refuse') {
          return { outcome: refusedBy(step), answer: answerRequest(refused(current, verdict)) };
        }
        current = next(current, verdict);
      }
      return { outcome: PASSED, answer: passRequest(current.message, current.sentHeaders) };
    });
    if (configuration.audit) auditRecord('REQUEST', { ...(request ?? NOTHING), caller }, outcome);
    return answer ?? answerRequest(failure(request?.message ?? {}));
  });
}

/**
 * Makes the Lambda handler of a RESPONSE interceptor: the shipped steps that the construct asked for, then these. It fails
 * closed as {@link defineRequestInterceptor} does: the client then gets an error in place of the answer.
 *
 * Of a streamed answer each event comes by itself.
 */
export function defineResponseInterceptor(...steps: ResponseStep[]): InterceptorHandler {
  const configuration = readConfiguration();
  const all = [...shippedResponseSteps(configuration), ...steps];
  return marked('RESPONSE', async (event, context) => {
    const request = readRequest(event, context);
    const given = responseBody(event);
    const { outcome, answer } = await guarded(given && request, context, async (first, take) => {
      let current = given!;
      for (const step of all) {
        const verdict = await take(step.name, () => step.run({ ...first, answer: current }));
        if (verdict.verdict === 'refuse') return { outcome: refusedBy(step), answer: refused(first, verdict) };
        current = verdict.message ?? current;
        if (!isJsonObject(current) || current.id !== given!.id) {
          throw new Error('the step changed the id of the answer, or made it something that is no message');
        }
      }
      return { outcome: PASSED, answer: current };
    });
    const sent = answer ?? failure(request?.message ?? {});
    if (configuration.audit) auditRecord('RESPONSE', request ?? NOTHING, outcome, sent);
    return answerResponse(sent);
  });
}

/** The construct lets no other handler start. */
function marked(point: InterceptionPoint, handler: InterceptorHandler): InterceptorHandler {
  return Object.defineProperty(handler, Symbol.for(INTERCEPTOR_MARK), { value: point });
}

interface Worked<Answer> {
  readonly outcome: AuditOutcome;
  /** Left out when there is none to be trusted. */
  readonly answer?: Answer;
}

const PASSED: AuditOutcome = { kind: 'passed' };

function refusedBy({ name: step }: { readonly name: string }): AuditOutcome {
  return { kind: 'refused', step };
}

/** Runs one step: its name and what it does. */
type Take = (step: string, run: () => Verdict | Promise<Verdict>) => Promise<Verdict>;

/** Runs the steps. Whatever goes wrong ends in an outcome without an answer, and what comes too late counts for nothing. */
async function guarded<Answer>(
  request: Intercepted | undefined,
  context: InterceptorContext | undefined,
  work: (request: Intercepted, take: Take) => Promise<Worked<Answer>>,
): Promise<Worked<Answer> & { readonly caller?: VerifiedCaller }> {
  if (request === undefined) return { outcome: { kind: 'failed', step: 'contract' } };
  let step = 'start';
  let caller: VerifiedCaller | undefined;
  try {
    const worked = await beforeDeadline(context, (left) =>
      work(request, async (name, run) => {
        step = name;
        const verdict = await verdictOf(withinTime(left(), run));
        if (verdict.verdict === 'proceed') caller = verdict.caller ?? caller;
        return verdict;
      }),
    );
    return { ...worked, caller };
  } catch (error) {
    logFailure(step, error);
    return { outcome: { kind: 'failed', step }, caller };
  }
}

/** A request that was answered before it reached a target has been seen to come without a body. */
function responseBody(event: unknown): JsonObject | undefined {
  const mcp = isJsonObject(event) ? event.mcp : undefined;
  const response = isJsonObject(mcp) ? mcp.gatewayResponse : undefined;
  const body = isJsonObject(response) ? (response.body ?? {}) : undefined;
  return isJsonObject(body) ? body : undefined;
}

const NOTHING: Intercepted = { message: {}, headers: {} };

/** `undefined` when it is no message of the contract. */
function readRequest(event: unknown, context: InterceptorContext | undefined): Intercepted | undefined {
  const { interceptorInputVersion: version, mcp } = isJsonObject(event) ? event : {};
  const gatewayRequest = isJsonObject(mcp) ? mcp.gatewayRequest : undefined;
  if (version !== INTERCEPTOR_VERSION || !isJsonObject(gatewayRequest) || !isJsonObject(gatewayRequest.body)) {
    return undefined;
  }
  const headers = headersOf(gatewayRequest);
  if (headers === undefined) return undefined;
  const { custom, Custom, ...top } = (context?.clientContext ?? {}) as JsonObject;
  const vouched = { ...top, ...(custom as object), ...(Custom as object) } as JsonObject;
  const text = (name: string) => (typeof vouched[name] === 'string' ? (vouched[name] as string) : undefined);
  return {
    message: gatewayRequest.body,
    call: toolCallOf(gatewayRequest.body),
    headers,
    principalArn: principalOf(gatewayRequest),
    requestId: text(INTERCEPTOR_CONTEXT.requestId),
    gatewayArn: text(INTERCEPTOR_CONTEXT.gatewayArn),
    sourceIp: text(INTERCEPTOR_CONTEXT.sourceIp),
  };
}

/** `undefined` when one comes in two spellings: nothing tells which of them the gateway went by. */
function headersOf({ headers }: JsonObject): Intercepted['headers'] | undefined {
  const given = isJsonObject(headers) ? Object.entries(headers) : [];
  const entries = given.map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const read = Object.fromEntries(entries);
  return Object.keys(read).length === entries.length ? read : undefined;
}

function principalOf({ context }: JsonObject): string | undefined {
  const identity = isJsonObject(context) ? context.identity : undefined;
  const arn = isJsonObject(identity) ? identity.awsPrincipalArn : undefined;
  return typeof arn === 'string' ? arn : undefined;
}

async function verdictOf(returned: unknown): Promise<Verdict> {
  const verdict = await returned;
  if (!isVerdict(verdict)) throw new Error('the step returned no verdict. Return proceed(…) or refuse(…)');
  return verdict;
}

/** The gateway matches answer and request by id: a step may change what is asked for, not which request it is. */
function next(current: Intercepted, verdict: Extract<Verdict, { verdict: 'proceed' }>): Intercepted {
  const message = verdict.message ?? current.message;
  if (!isJsonObject(message) || message.method !== current.message.method || message.id !== current.message.id) {
    throw new Error('the step changed the id or the method of the message');
  }
  const sentHeaders = verdict.headers ?? current.sentHeaders;
  return { ...current, message, call: toolCallOf(message), caller: verdict.caller ?? current.caller, sentHeaders };
}

function refused({ message, call }: Intercepted, verdict: Extract<Verdict, { verdict: 'refuse' }>): JsonObject {
  return verdict.forModel && call !== undefined ? toolError(message, verdict.reason) : refusal(message, verdict.reason);
}

function logFailure(step: string, error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no Error was thrown';
  console.error(withoutTokens(JSON.stringify({ interceptor: step, failed: text })));
}
