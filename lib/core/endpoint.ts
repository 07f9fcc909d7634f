import { isCredentialName } from '../protocol/header-denylist';
import type { Problem } from './errors';
import { shown } from './errors';

export interface EndpointCheck {
  /** What the URL is for, as it reads in a message: `the endpoint of target crm`. */
  readonly what: string;
  /** Construct path, for errors. */
  readonly at: string;
  /** Whether the host is reached through a private endpoint, so that names of an internal zone are meant. */
  readonly privateEndpoint?: boolean;
}

/** Names that no public DNS serves, and the metadata services of clouds. */
const INTERNAL_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'home.arpa',
  'test',
  'invalid',
  'onion',
];

/**
 * What makes a URL unsafe for the gateway to call: no https, an address in place of a name, a name of an internal
 * network without private endpoint, user information, a placeholder in the host.
 *
 * The host is read by the WHATWG URL parser, which turns decimal, octal and hexadecimal forms into addresses. What a
 * public name resolves to is not known at synthesis.
 *
 * @see https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices
 */
export function endpointProblems(url: string, check: EndpointCheck): Problem[] {
  const unsafe = reason(url, check.privateEndpoint ?? false);
  if (unsafe === undefined) return [];
  return [
    {
      code: 'ENDPOINT_UNSAFE',
      message: `${check.what} ${unsafe.what}, got ${shownUrl(url)}`,
      fix: unsafe.fix,
      at: check.at,
    },
  ];
}

interface Unsafe {
  readonly what: string;
  readonly fix: string;
}

function reason(url: string, privateEndpoint: boolean): Unsafe | undefined {
  if (/[{}*\s\\]/.test(url)) {
    return {
      what: 'holds a placeholder, wildcard or space',
      fix: 'Write one literal URL: a caller must not choose the host',
    };
  }
  const parsed = parse(url);
  if (parsed === undefined) return { what: 'is not a URL', fix: 'Write https://<host>/<path>' };
  if (parsed.protocol !== 'https:')
    return { what: 'is not https', fix: 'Use https: credentials travel with every call' };
  if (parsed.username !== '' || parsed.password !== '') {
    return { what: 'holds user information', fix: 'Leave it out and name a credential provider' };
  }
  if ([...parsed.searchParams.keys()].some(isCredentialName)) {
    return { what: 'carries a credential in its query', fix: 'Leave it out and name a credential provider' };
  }
  if (parsed.hash !== '') return { what: 'has a fragment', fix: 'Leave the part from # out' };
  const host = parsed.hostname.replace(/\.$/, '');
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) {
    return {
      what: 'names an address instead of a host',
      fix: 'Use a DNS name: an address can be one of an internal network',
    };
  }
  if (host === 'localhost' || host.endsWith('.localhost')) {
    return { what: 'names the machine itself', fix: 'Use the public name of the host' };
  }
  if (isInternal(host) && !privateEndpoint) {
    return {
      what: 'names a host of an internal network',
      fix: 'Use a public name, or give the target a privateEndpoint',
    };
  }
  return undefined;
}

function isInternal(host: string): boolean {
  return !host.includes('.') || INTERNAL_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

function shownUrl(url: string): string {
  return shown(withoutSecrets(url));
}

/** A URL as it may be shown: user information and query can hold a secret. */
export function withoutSecrets(url: string): string {
  return url
    .replace(/\/\/[^/?#@]*@/, '//***@')
    .replace(/[?#].*$/, (rest) => (rest.length > 1 ? `${rest[0]}***` : rest));
}
