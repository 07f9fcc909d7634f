/** What a tool that asks for it gets about its caller, from a token that the REQUEST interceptor verified. */
export interface CallerFacts {
  /** `sub` */
  readonly subject: string;
  readonly clientId?: string;
  readonly scopes: readonly string[];
  /** The claims that the tool asks for, and no other. */
  readonly claims: { readonly [claim: string]: unknown };
}

/** What a tool asks for about its caller. */
export interface CallerWish {
  /** Claims besides subject, client and scopes; left out: no facts at all. */
  readonly claims?: readonly string[];
  /** The token itself, for on-behalf-of. */
  readonly token?: boolean;
}

/** Header with the facts; lower case. */
export const CALLER_HEADER = 'x-secure-mcp-caller';
/** Header with the verified token of the caller; lower case. */
export const CALLER_TOKEN_HEADER = 'x-secure-mcp-caller-token';
/** Environment variable of a tool that asks for facts: the claims that have to be there, as JSON. */
export const CALLER_CLAIMS_ENV = 'SECURE_MCP_CALLER_CLAIMS';

/** The service passes on 4 KB of printable ASCII. */
export const HEADER_MAX = 4096;

/** `undefined` when it does not fit into a header. */
export function encodeCaller(facts: CallerFacts): string | undefined {
  const text = Buffer.from(JSON.stringify(facts)).toString('base64url');
  return text.length > HEADER_MAX ? undefined : text;
}

/** `undefined` when it is not what {@link encodeCaller} makes, or lacks one of the claims. */
export function decodeCaller(text: string | undefined, claims: readonly string[]): CallerFacts | undefined {
  if (text === undefined) return undefined;
  try {
    const facts = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<CallerFacts> | null;
    const { subject, clientId, scopes, claims: given } = facts ?? {};
    const fits =
      typeof subject === 'string' &&
      subject !== '' &&
      (clientId === undefined || typeof clientId === 'string') &&
      Array.isArray(scopes) &&
      typeof given === 'object' &&
      given !== null &&
      claims.every((claim) => Object.hasOwn(given, claim));
    return fits ? { subject, clientId, scopes, claims: given } : undefined;
  } catch {
    return undefined;
  }
}
