import type { IncomingMessage, ServerResponse } from 'node:http';

const bodies = new WeakMap<IncomingMessage, Promise<Buffer | undefined>>();

/**
 * The body, or `undefined` when it is larger than the limit; the rest is then not read. Whoever asks again gets the same:
 * what a signature was checked on is what is parsed.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const known = bodies.get(request) ?? read(request, limit);
  bodies.set(request, known);
  return known;
}

async function read(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: { readonly [name: string]: string } = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
