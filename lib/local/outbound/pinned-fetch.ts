import type { LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

/**
 * One request of `fetch`, without redirects, to one of the given addresses: the name is not resolved again. Host header,
 * server name and certificate check are those of the URL.
 */
export function fetchFrom(addresses: readonly LookupAddress[], url: URL, init: RequestInit): Promise<Response> {
  const { method, headers, body } = new Request(url, { ...init, signal: null });
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const options = {
    method,
    // What `fetch` would decompress, this does not.
    headers: { ...Object.fromEntries(headers), 'accept-encoding': 'identity' },
    lookup: pinned(addresses),
    // No connection of another request, which may have been made to another address.
    agent: false as const,
    ...(init.signal ? { signal: init.signal } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (answer) => resolve(responseOf(answer)));
    sent.on('error', reject);
    if (body === null) sent.end();
    else
      Readable.fromWeb(body as ReadableStream)
        .on('error', reject)
        .pipe(sent);
  });
}

function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
    else if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/** Statuses of answers that have no body. */
const WITHOUT_BODY = [204, 205, 304];

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 502, headersDistinct } = answer;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  if (WITHOUT_BODY.includes(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as globalThis.ReadableStream, { status, headers });
}
