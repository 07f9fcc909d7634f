/**
 * Headers that carry power: they speak for somebody, say where a request comes from or goes to, or steer a browser.
 *
 * The page on header propagation names most of them. Those marked as of the SDK stand in the list that AWS's Runtime
 * SDK refuses: refused here, too, since a name too many costs a rename, and a name too few lets a client forge what a
 * target believes.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-headers.html
 * @see https://github.com/aws/bedrock-agentcore-sdk-python/blob/main/src/bedrock_agentcore/runtime/models.py
 */
const DENIED_HEADERS = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'host',
  'origin',
  'from',
  'referer',
  'user-agent',
  'server',
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
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
  // hop by hop
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // of the SDK: for browsers
  'x-xss-protection',
  'referrer-policy',
  'permissions-policy',
  'feature-policy',
  'clear-site-data',
  'expect-ct',
  'public-key-pins',
  'public-key-pins-report-only',
  // of the SDK: of proxies and caches on the way
  'via',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-source-ip',
  'x-rewrite-url',
  'cf-ray',
  'cf-connecting-ip',
  'x-cache',
  'x-served-by',
]);

/**
 * Headers of the exchange itself, which the gateway has on either side of its own. An operation may declare them as
 * parameters (`If-Match` of an update), and a model may set them; from client to target they do not pass.
 */
const HEADERS_OF_THE_EXCHANGE = new Set([
  'cache-control',
  'etag',
  'expires',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'pragma',
  'vary',
  'range',
  'date',
  'retry-after',
  // of the SDK: hints of a client about itself
  'dpr',
  'width',
  'viewport-width',
  'downlink',
  'ect',
  'rtt',
  'save-data',
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
  'cross-origin-',
];
const ALLOWED_PREFIX = 'x-amzn-bedrock-agentcore-runtime-custom-';

export const HEADER_NAME_PATTERN = /^[a-zA-Z0-9_-]{1,100}$/;
export const QUERY_PARAMETER_PATTERN = /^[a-zA-Z0-9_.~-]{1,40}$/;

/** Entries per list of `MetadataConfiguration`. */
export const PROPAGATION_MAX = 10;

/** Whether a header passes in neither direction between the client and a target. */
export function isUnpropagatedHeader(name: string): boolean {
  return HEADERS_OF_THE_EXCHANGE.has(name.toLowerCase()) || isDeniedHeader(name);
}

/** Whether nobody but the gateway and the provider of a target sets this header. */
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
