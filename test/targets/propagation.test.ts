import { bindPropagation, type Propagation } from '../../lib/targets/propagation';

const messages = (propagation: Propagation, taken: string[] = []) =>
  bindPropagation(propagation, taken, 'Shop/Target').problems.map(({ code, message }) => `${code} ${message}`);

test('plain names pass', () => {
  const propagation: Propagation = {
    requestHeaders: ['X-Correlation-Id', 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-Tenant'],
    responseHeaders: ['X-Request-Cost'],
    queryParameters: ['locale'],
  };

  expect(messages(propagation)).toEqual([]);
  expect(bindPropagation(propagation, [], 'x').configuration).toEqual({
    allowedRequestHeaders: propagation.requestHeaders,
    allowedResponseHeaders: propagation.responseHeaders,
    allowedQueryParameters: propagation.queryParameters,
  });
});

test.each([
  'Authorization',
  'authorization',
  'Cookie',
  'Set-Cookie',
  'Host',
  'Origin',
  'Referer',
  'User-Agent',
  'Accept-Language',
  'Content-Type',
  'X-Forwarded-For',
  'X-Real-IP',
  'X-Amz-Security-Token',
  'X-Amzn-Trace-Id',
  'Access-Control-Allow-Origin',
  'Proxy-Authorization',
  'Transfer-Encoding',
  'X-HTTP-Method-Override',
  'Location',
  'Mcp-Session-Id',
  'Cache-Control',
  'ETag',
  'Expires',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Last-Modified',
  'Pragma',
  'Vary',
  'From',
  'Range',
  'Server',
  'Date',
  'Retry-After',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-XSS-Protection',
  'Referrer-Policy',
  'Permissions-Policy',
  'Cross-Origin-Embedder-Policy',
  'Cross-Origin-Opener-Policy',
  'Cross-Origin-Resource-Policy',
  'Accept-CH',
  'Accept-CH-Lifetime',
  'DPR',
  'Width',
  'Viewport-Width',
  'Downlink',
  'ECT',
  'RTT',
  'Save-Data',
  'Clear-Site-Data',
  'Feature-Policy',
  'Expect-CT',
  'Public-Key-Pins',
  'Public-Key-Pins-Report-Only',
  'Via',
  'True-Client-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'X-Originating-IP',
  'X-Source-IP',
  'X-Original-URL',
  'X-Original-Host',
  'X-Rewrite-URL',
  'CF-Ray',
  'CF-Connecting-IP',
  'X-Cache',
  'X-Served-By',
  'X-Secure-Mcp-Caller',
  'X-Secure-Mcp-Caller-Token',
])('%s passes in neither direction', (name) => {
  expect(messages({ requestHeaders: [name] })).toEqual([
    expect.stringContaining(`speaks for somebody, or is set anew on each side, and cannot be passed on, got "${name}"`),
  ]);
  expect(messages({ responseHeaders: [name] })).toEqual([
    expect.stringContaining('PROPAGATION_DENIED a response header'),
  ]);
});

test.each(['*', 'X Correlation', 'X-A\r\nX-B', ''])('%p is no name of a header', (name) => {
  expect(messages({ requestHeaders: [name] })).toEqual([expect.stringContaining('is a name of letters')]);
});

test.each(['api_key', 'access_token', 'clientSecret', 'key'])(
  'the query parameter %s reads like a credential',
  (name) => {
    expect(messages({ queryParameters: [name] })).toEqual([expect.stringContaining('reads like a credential')]);
  },
);

test('a header that the credential sets is not taken from the client', () => {
  expect(messages({ requestHeaders: ['X-Vendor-Key'] })).toEqual([]);
  expect(messages({ requestHeaders: ['X-Vendor-Key'] }, ['x-vendor-key'])).toEqual([
    expect.stringContaining('is set by the target itself'),
  ]);
});

test('a list has ten names', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `X-Name-${index}`);

  expect(messages({ requestHeaders: names(10) })).toEqual([]);
  expect(messages({ requestHeaders: names(11) })).toEqual([expect.stringContaining('at most 10 names, got 11')]);
});
