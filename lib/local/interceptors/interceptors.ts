import { randomUUID } from 'node:crypto';
import { CEDAR_ENTITY } from '../../protocol/cedar-entities';
import {
  INTERCEPTOR_CONTEXT,
  INTERCEPTOR_VERSION,
  type InterceptionPoint,
  type InterceptorEvent,
  type InterceptorHeaderMap,
  type JsonObject,
  type ReadAnswer,
  readAnswer,
} from '../../protocol/interceptor';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';
import type { LambdaHost } from '../lambda/lambda-host';
import type { RunnableFunction } from '../model/functions';
import type { GatewayModel, InterceptorModel } from '../model/gateway-model';
import type { OutboundIdentity } from '../outbound/outbound-identity';

/** What one request and its response have in common. */
export interface Interception {
  readonly caller: CallerIdentity;
  readonly requestId: string;
  /** Of the client, the token included. */
  readonly headers: { readonly [name: string]: string };
  readonly sourceIp: string;
  /** The body as it was sent. */
  readonly raw: string;
}

export type InterceptedBody =
  | { readonly kind: 'go-on'; readonly body: JsonObject; readonly headers?: InterceptorHeaderMap }
  /** The interceptor answers in place of policy and tool. */
  | { readonly kind: 'answered'; readonly statusCode: number; readonly body: JsonObject }
  /** Nothing is known to be right with it, so it goes no further. */
  | { readonly kind: 'failed'; readonly message: string };

export interface InterceptorsProps {
  readonly gateway: GatewayModel;
  readonly outbound: OutboundIdentity;
  readonly functions: ReadonlyMap<string, RunnableFunction>;
  readonly host: LambdaHost;
  readonly decide: Decide;
  readonly timeout: 'refuse' | 'pass';
}

type GatewayResponse = NonNullable<InterceptorEvent['mcp']['gatewayResponse']>;

const INVALID = 'InterceptorException - Received invalid response from interceptor';
const NOT_INVOKED = 'Internal error - Server error';

/**
 * The interceptors of the template, each in the process of its function: REQUEST before tools are looked up and policies
 * asked, RESPONSE before the client is answered, for every method. Whatever goes wrong with one ends the request.
 */
export class Interceptors {
  public constructor(private readonly props: InterceptorsProps) {}

  public static newRequestId(): string {
    return randomUUID();
  }

  public has(point: InterceptionPoint): boolean {
    return this.at(point).length > 0;
  }

  public async request(interception: Interception, body: JsonObject): Promise<InterceptedBody> {
    return this.run('REQUEST', interception, body, null, body);
  }

  /** `status` is the one that the client would get. */
  public async response(
    interception: Interception,
    request: JsonObject,
    body: JsonObject,
    status: number,
  ): Promise<InterceptedBody> {
    const response = { statusCode: status, headers: {}, body, isStreamingResponse: false };
    return this.run('RESPONSE', interception, request, response, body);
  }

  private at(point: InterceptionPoint): readonly InterceptorModel[] {
    return this.props.gateway.interceptors.filter(({ points }) => points.includes(point));
  }

  private async run(
    point: InterceptionPoint,
    interception: Interception,
    request: JsonObject,
    response: GatewayResponse | null,
    unchanged: JsonObject,
  ): Promise<InterceptedBody> {
    const [model, another] = this.at(point);
    if (model === undefined) return { kind: 'go-on', body: unchanged };
    // The service takes one at each point.
    if (another !== undefined) return this.failed(point, interception, another, 'there are two at one point');
    const missing = this.props.outbound.missing('lambda:InvokeFunction', [model.lambdaArn]);
    if (missing !== undefined) {
      const action = 'lambda:InvokeFunction';
      const { roleArn: identity } = this.props.outbound;
      const { name: caller } = interception.caller;
      const resource = model.lambdaArn;
      this.props.decide({ layer: 2, decision: 'deny', caller, action, resource, identity, reason: missing.reason });
      return { kind: 'failed', message: NOT_INVOKED };
    }
    const outcome = await this.invoke(model, interception, request, response);
    if (outcome.ok) return this.judge(point, interception, model, outcome.payload);
    if (outcome.errorType === 'Sandbox.Timedout' && this.props.timeout === 'pass') {
      this.log(
        point,
        interception,
        model,
        'allow',
        'it took too long, and the request goes on as was asked for at start',
      );
      return { kind: 'go-on', body: unchanged };
    }
    return this.failed(point, interception, model, `${outcome.errorType}: ${outcome.errorMessage}`);
  }

  private async invoke(
    model: InterceptorModel,
    { caller, headers, requestId, sourceIp, raw }: Interception,
    body: JsonObject,
    gatewayResponse: GatewayResponse | null,
  ) {
    const runnable = this.props.functions.get(model.lambdaArn);
    if (runnable === undefined) {
      return { ok: false, errorType: 'NotRun', errorMessage: 'the function cannot be run here' } as const;
    }
    const passed = model.passHeaders ? { headers: asTheServiceWrites(headers) } : {};
    const { type, id } = caller.principal;
    const identity = type === CEDAR_ENTITY.iamEntity ? { awsPrincipalArn: id } : {};
    const gatewayRequest = { path: '/mcp', httpMethod: 'POST', ...passed, body, context: { identity } };
    const mcp = { rawGatewayRequest: { body: raw }, gatewayRequest, gatewayResponse };
    const event: InterceptorEvent = { interceptorInputVersion: INTERCEPTOR_VERSION, mcp };
    const { gateway } = this.props;
    const custom = {
      [INTERCEPTOR_CONTEXT.gatewayArn]: gateway.arn,
      [INTERCEPTOR_CONTEXT.account]: gateway.resource.environment.account,
      [INTERCEPTOR_CONTEXT.requestId]: requestId,
      [INTERCEPTOR_CONTEXT.sourceIp]: sourceIp,
    };
    return this.props.host.invoke(runnable.fn.arn, JSON.stringify(event), JSON.stringify({ custom }));
  }

  private judge(
    point: InterceptionPoint,
    interception: Interception,
    model: InterceptorModel,
    payload: string,
  ): InterceptedBody {
    const answer: ReadAnswer = readAnswer(point, parsed(payload));
    if (answer.kind === 'malformed') return this.failed(point, interception, model, answer.why, INVALID);
    if (answer.kind === 'request' || point === 'RESPONSE') {
      this.log(point, interception, model, 'allow', 'it lets the message go on');
      return { kind: 'go-on', body: answer.body, ...(answer.kind === 'request' ? { headers: answer.headers } : {}) };
    }
    const refused = answer.body.error !== undefined || isToolError(answer.body.result);
    this.log(point, interception, model, refused ? 'deny' : 'allow', 'it answers in place of policy and tool');
    return { kind: 'answered', statusCode: answer.statusCode ?? 200, body: answer.body };
  }

  private failed(
    point: InterceptionPoint,
    interception: Interception,
    model: InterceptorModel,
    why: string,
    message = NOT_INVOKED,
  ): InterceptedBody {
    this.log(point, interception, model, 'deny', `the interceptor failed: ${why}`);
    return { kind: 'failed', message };
  }

  private log(
    point: InterceptionPoint,
    { caller }: Interception,
    { lambdaArn: resource }: InterceptorModel,
    decision: 'allow' | 'deny',
    reason: string,
  ): void {
    this.props.decide({ layer: 3, decision, caller: caller.name, action: `${point} interceptor`, resource, reason });
  }
}

/** `mcp-session-id` becomes `Mcp-Session-Id`. */
function asTheServiceWrites(headers: Interception['headers']): { [name: string]: string } {
  const written = (name: string) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [written(name), value]));
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function isToolError(result: unknown): boolean {
  return (result as { isError?: unknown } | undefined)?.isError === true;
}
