import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { SecureMcpError, shown } from '../../core/errors';
import { fetchFrom } from './pinned-fetch';

/** Why a request did not lead to an answer; the text holds no credential and no part of an answer. */
export class UpstreamError extends Error {}

/** How names become addresses, and how a request is made; tests put others in place. */
export interface RouteNetwork {
  readonly resolve: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** A request to one of these addresses and to no other. */
  readonly fetchFrom: (addresses: readonly LookupAddress[], url: URL, request: RequestInit) => Promise<Response>;
}

const NETWORK: RouteNetwork = { resolve: (hostname) => lookup(hostname, { all: true }), fetchFrom };
const REDIRECTS_MAX = 3;
/** Requests and answers of the gateway: 6 MB. */
const ANSWER_LIMIT = 6 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/**
 * Where requests to the hosts of the template go. A host that is not named is never called: a local run must not reach
 * production because somebody forgot an option. A named host is itself, or stands for a server on this machine.
 */
export class Routes {
  private readonly origins: ReadonlyMap<string, string>;

  /** @param forward origin of the template by origin on this machine; `undefined` calls the host itself */
  public constructor(
    forward: { readonly [origin: string]: string | undefined } = {},
    private readonly network: RouteNetwork = NETWORK,
  ) {
    this.origins = new Map(Object.entries(forward).map(([from, to]) => route(from, to)));
  }

  /** Where a URL of the template leads; `undefined` when its host is not named. */
  public resolve(url: string): URL | undefined {
    if (!URL.canParse(url)) return undefined;
    const { origin, pathname, search } = new URL(url);
    const to = this.origins.get(origin) ?? ([...this.origins.values()].includes(origin) ? origin : undefined);
    return to === undefined ? undefined : new URL(`${to}${pathname}${search}`);
  }

  /**
   * One request. A redirect is followed only on the same host of the template: anywhere else it would carry the credential to
   * whoever the answer names, or into this network. Two hosts that one server on this machine stands for stay two.
   */
  public async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    let next = this.resolve(url);
    if (next === undefined) throw new UpstreamError(notForwarded(url));
    let request: RequestInit = { ...init, redirect: 'manual', signal: init.signal ?? AbortSignal.timeout(TIMEOUT_MS) };
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
      const response = await this.send(next, request);
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null) return response;
      await response.body?.cancel();
      next = redirected(location, next, new URL(url).origin);
      request = redirectedRequest(request, response.status);
    }
    throw new UpstreamError(`${new URL(url).host} redirects more than ${REDIRECTS_MAX} times`);
  }

  private async send(url: URL, request: RequestInit): Promise<Response> {
    try {
      if (this.isLocal(url.origin)) return await fetch(url, request);
      return await this.network.fetchFrom(await this.publicAddresses(url), url, request);
    } catch (error) {
      if (error instanceof UpstreamError) throw error;
      const { cause, name, code } = error as Error & { code?: string; cause?: { code?: string } };
      const isLate = name === 'TimeoutError' || (cause as Error | undefined)?.name === 'TimeoutError';
      const why = isLate
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : (cause?.code ?? (typeof code === 'string' ? code : 'no connection'));
      throw new UpstreamError(`${url.host} cannot be reached: ${why}`);
    }
  }

  /**
   * A real host must be on the internet, as for the service. The connection is made to what was looked at, so a name that
   * leads elsewhere a moment later (DNS rebinding) changes nothing.
   */
  private async publicAddresses({ hostname, host }: URL): Promise<readonly LookupAddress[]> {
    const addresses = await this.network.resolve(hostname.replace(/^\[|\]$/g, ''));
    if (addresses.some(({ address }) => isPrivateAddress(address))) {
      throw new UpstreamError(`${host} has an address of an internal network`);
    }
    return addresses;
  }

  private isLocal(origin: string): boolean {
    return [...this.origins].some(([from, to]) => to === origin && from !== to);
  }
}

/** @param asked host of the template that was asked; its server may name it, or itself */
function redirected(location: string, from: URL, asked: string): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (target === undefined || ![asked, from.origin].includes(target.origin) || target.username !== '') {
    throw new UpstreamError(`${from.host} redirects to another host, which is not followed`);
  }
  return new URL(`${from.origin}${target.pathname}${target.search}`);
}

export function notForwarded(url: string): string {
  if (!URL.canParse(url)) return 'a URL of the template cannot be read';
  const { origin } = new URL(url);
  return `${origin} is not called here. Use --forward ${origin}=http://127.0.0.1:<port> for a server on this machine, or --forward ${origin} for the host itself`;
}

/** What a redirect makes of a request; a body is sent again only where HTTP says so. */
function redirectedRequest(request: RequestInit, status: number): RequestInit {
  if (status === 303) {
    const headers = new Headers(request.headers);
    for (const name of ['content-type', 'content-length']) headers.delete(name);
    return { ...request, method: request.method === 'HEAD' ? 'HEAD' : 'GET', headers, body: null };
  }
  if (status === 307 || status === 308 || request.body === undefined || request.body === null) return request;
  throw new UpstreamError('the answer to a request with a body is a redirect, which is not followed');
}

/** The text of an answer, up to what the gateway takes. */
export async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > ANSWER_LIMIT) throw new UpstreamError('the answer is larger than 6 MB');
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof UpstreamError ? error : new UpstreamError('the answer was cut off');
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Addresses that are not on the internet: RFC 6890, and the metadata services of clouds. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv6');
}

/** Whether an address is of an internal network; IPv4 inside IPv6 is judged as IPv4. */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

function route(from: string, to: string | undefined): [string, string] {
  const source = originOf(from);
  const target = to === undefined ? source : originOf(to);
  const local = target !== undefined && LOOPBACK.includes(new URL(target).hostname);
  if (local && to === undefined) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `a server on this machine stands for no host of the template, got ${shown(from)}`,
      fix: `Say for which one: https://<host of the template>=${source}`,
    });
  }
  if (source === undefined || target === undefined || !(local || (to === undefined && source.startsWith('https:')))) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `a host is forwarded to a server on this machine, got ${shown(to === undefined ? from : `${from}=${to}`)}`,
      fix: 'Write https://<host of the template>=http://127.0.0.1:<port>, or only https://<host> for the host itself',
    });
  }
  return [source, target];
}

/** `undefined` for what is more or less than an origin. */
function originOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.username === '';
  return plain && url.search === '' && url.hash === '' ? url.origin : undefined;
}
