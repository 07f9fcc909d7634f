const REQUEST =
  /^(\*|cookie|proxy-.*|host|x-amz-.*|x-amzn-.*|x-forwarded-.*|forwarded|x-real-ip|x-original-.*|x-http-method-override|transfer-encoding|connection|content-length|mcp-session-id)$/i;
const RESPONSE = /^(\*|set-cookie|authorization|access-control-.*|location)$/i;

/** A header with which a client speaks as somebody else. `Authorization` is OUT02's. */
export function isPowerHeader(name: string): boolean {
  return REQUEST.test(name);
}

/** A header with which a target acts on the client. */
export function isPowerResponseHeader(name: string): boolean {
  return RESPONSE.test(name);
}
