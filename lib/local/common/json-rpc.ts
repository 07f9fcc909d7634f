import { isObject } from '../../assembly/cloudformation';

/** Requests and responses of the gateway: 6 MB. */
export const BODY_LIMIT = 6 * 1024 * 1024;
const DEEPEST_NESTING = 64;

/** A request or notification, as far as the gateway looks at it. */
export interface JsonRpc {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

export function paramsOf({ params }: JsonRpc): { readonly [name: string]: unknown } {
  return isObject(params) ? params : {};
}

/** Parsed once, so that what is judged is what is run. A batch is no single request, and no revision served has them. */
export function parseMessage(text: string): JsonRpc | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) && body.jsonrpc === '2.0' && isId(body.id) ? body : undefined;
  } catch {
    return undefined;
  }
}

function isId(id: unknown): boolean {
  return id === undefined || typeof id === 'number' || (typeof id === 'string' && id.length <= 256);
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      if (++depth > DEEPEST_NESTING) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}

export function rpcError(id: unknown, code: number, message: string): object {
  return { jsonrpc: '2.0', id: id ?? null, error: { code, message } };
}
