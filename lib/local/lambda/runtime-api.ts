import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../common/http';

/** One call on its way to a sandbox. */
export interface Invocation {
  readonly event: string;
  readonly functionArn: string;
  /** JSON. */
  readonly clientContext?: string;
  readonly deadline: number;
}

export type InvocationOutcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** A request or response of a function: 6 MB. */
const PAYLOAD_LIMIT = 6 * 1024 * 1024;

/**
 * Lambda's Runtime API for all sandboxes, on one loopback port. Each sandbox is told its own path, which others cannot
 * guess, so a tool cannot fetch or answer the calls of another tool.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  private readonly channels = new Map<string, SandboxChannel>();
  private readonly server: Server;

  public constructor() {
    // `next` is a long poll, so no timeouts here.
    this.server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
      this.serve(request, response).catch(() => response.writeHead(500).end());
    });
  }

  public listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** A channel and the value of `AWS_LAMBDA_RUNTIME_API` that leads to it. */
  public open(): { readonly channel: SandboxChannel; readonly address: string } {
    const id = randomBytes(24).toString('hex');
    const channel = new SandboxChannel(() => this.channels.delete(id));
    this.channels.set(id, channel);
    return { channel, address: `127.0.0.1:${(this.server.address() as AddressInfo).port}/${id}` };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id, version, runtime, ...path] = (request.url ?? '').split('/');
    const channel = this.channels.get(id ?? '');
    if (channel === undefined || version !== '2018-06-01' || runtime !== 'runtime')
      return void response.writeHead(403).end();
    if (request.method === 'GET' && path.join('/') === 'invocation/next') return channel.awaitNext(response);
    const body = await readBody(request, PAYLOAD_LIMIT);
    if (body === undefined) return void response.writeHead(413).end();
    channel.settle(path, body.toString());
    response.writeHead(202).end();
  }
}

/** The conversation with one sandbox: one call at a time. */
export class SandboxChannel {
  private waiting: ServerResponse | undefined;
  private current: { readonly id: string; readonly invocation: Invocation; sent: boolean } | undefined;
  private done: ((outcome: InvocationOutcome) => void) | undefined;
  private initError: InvocationOutcome | undefined;

  public constructor(public readonly close: () => void) {}

  public invoke(invocation: Invocation): Promise<InvocationOutcome> {
    return new Promise((resolve) => {
      this.done = resolve;
      this.current = { id: randomUUID(), invocation, sent: false };
      this.send();
    });
  }

  /** The process has ended; a call that was under way fails with it. */
  public ended(errorMessage: string): void {
    this.finish(this.initError ?? { ok: false, errorType: 'Runtime.ExitError', errorMessage });
  }

  public fail(errorType: string, errorMessage: string): void {
    this.finish({ ok: false, errorType, errorMessage });
  }

  public awaitNext(response: ServerResponse): void {
    this.waiting = response;
    this.send();
  }

  public settle([kind, id, outcome]: readonly string[], body: string): void {
    if (kind === 'init') this.initError = { ok: false, ...described(body) };
    else if (id === this.current?.id) {
      this.finish(outcome === 'response' ? { ok: true, payload: body } : { ok: false, ...described(body) });
    }
  }

  private send(): void {
    const { waiting, current } = this;
    if (waiting === undefined || current === undefined || current.sent) return;
    current.sent = true;
    this.waiting = undefined;
    const { invocation } = current;
    waiting.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': current.id,
      'lambda-runtime-deadline-ms': String(invocation.deadline),
      'lambda-runtime-invoked-function-arn': invocation.functionArn,
      ...(invocation.clientContext === undefined
        ? {}
        : { 'lambda-runtime-client-context': asciiJson(invocation.clientContext) }),
    });
    waiting.end(invocation.event);
  }

  private finish(outcome: InvocationOutcome): void {
    const { done } = this;
    this.done = undefined;
    this.current = undefined;
    done?.(outcome);
  }
}

function described(body: string): { errorType: string; errorMessage: string } {
  try {
    const { errorType, errorMessage } = JSON.parse(body) as { [name: string]: unknown };
    return { errorType: String(errorType), errorMessage: String(errorMessage) };
  } catch {
    return { errorType: 'Runtime.MalformedError', errorMessage: 'the runtime sent no readable error' };
  }
}

/** A header takes no other characters; the JSON stays the same. */
function asciiJson(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
