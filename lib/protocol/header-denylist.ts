/**
 * Headers that a target may not receive from clients or send to them, and those that carry power elsewhere.
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-headers.html
 */
const DENIED_HEADERS = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'host',
  'origin',
  'referer',
  'user-agent',
  'x-requested-with',
  'x-csrf-token',
  'location',
  'link',
  'forwarded',
  'x-real-ip',
  'x-http-method-override',
  'mcp-session-id',
  'mcp-protocol-version',
  'www-authenticate',
  // hop by hop
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const DENIED_PREFIXES = [
  'accept',
  'content-',
  'x-forwarded-',
  'access-control-',
  'proxy-',
  'x-amz-',
  'x-amzn-',
  'x-original-',
  'sec-',
];
const ALLOWED_PREFIX = 'x-amzn-bedrock-agentcore-runtime-custom-';

export const HEADER_NAME_PATTERN = /^[a-zA-Z0-9_-]{1,100}$/;
export const QUERY_PARAMETER_PATTERN = /^[a-zA-Z0-9_.~-]{1,40}$/;

/** Entries per list of `MetadataConfiguration`. */
export const PROPAGATION_MAX = 10;

export function isDeniedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith(ALLOWED_PREFIX)) return false;
  return DENIED_HEADERS.has(lower) || DENIED_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

/** Names that ask for a credential: `api_key`, `access-token`, `clientSecret`. */
export function isCredentialName(name: string): boolean {
  return /secret|passw(or)?d|token|api[-_]?key|access[-_]?key|credential|^key$|^sig(nature)?$|^auth$|authorization/i.test(
    name,
  );
}
