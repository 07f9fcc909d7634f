import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived. */
export interface Arrival {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** An HTTP server on this machine that stands for a host on the internet and remembers what it was asked. */
export class Peer {
  public static start(answer: (request: Arrival) => Promise<Answer> | Answer): Promise<Peer> {
    const arrivals: Arrival[] = [];
    const server = createServer(async (request, response) => {
      const { method = '', url = '', headers } = request;
      const arrival = { method, url, headers, body: await text(request) };
      arrivals.push(arrival);
      const { status = 200, headers: own = {}, body } = await answer(arrival);
      response.writeHead(status, { 'content-type': 'application/json', ...own });
      response.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(new Peer(server, arrivals))));
  }

  public readonly origin: string;

  private constructor(
    private readonly server: Server,
    public readonly arrivals: readonly Arrival[],
  ) {
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
