import type { RemoteOperation, RemoteTarget } from '../model/remote-target';
import type { Credential } from './credentials';
import { type ClientRequest, propagatedHeaders, propagatedQuery } from './propagation';

export interface HttpCall {
  readonly url: string;
  readonly init: RequestInit;
}

/**
 * The HTTP request of an operation: each argument in its place. The headers of the credential come last, so that neither
 * an argument nor a client can take their place.
 *
 * A string is what is wrong with an argument.
 */
export function httpCall(
  target: RemoteTarget,
  operation: RemoteOperation,
  args: { readonly [name: string]: unknown },
  client: ClientRequest,
  credential: Credential,
): HttpCall | string {
  const { method, parameters, bodyArgument } = operation;
  const path = filled(operation.path, args);
  if (path === undefined) return 'a path parameter is not one segment of a path';
  const placed = (place: string) =>
    Object.entries(args).filter(
      ([name, value]) => Object.hasOwn(parameters, name) && parameters[name] === place && value !== undefined,
    );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(propagatedQuery(target.propagation, client.query))) query.set(name, value);
  for (const [name, value] of placed('query')) {
    query.delete(name);
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, text(item));
  }
  for (const [name, value] of Object.entries(credential.query)) query.set(name, value);
  const rest = Object.entries(args).filter(([name]) => !Object.hasOwn(parameters, name));
  const body = bodyArgument === undefined ? Object.fromEntries(rest) : args[bodyArgument];
  const hasBody = rest.length > 0 && method !== 'GET' && method !== 'HEAD';
  const search = query.toString();
  return {
    url: `${target.url}${path}${search === '' ? '' : `?${search}`}`,
    init: {
      method,
      headers: {
        accept: 'application/json',
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...propagatedHeaders(target.propagation, client.headers),
        ...Object.fromEntries(placed('header').map(([name, value]) => [name.toLowerCase(), text(value)])),
        ...credential.headers,
      },
      ...(hasBody ? { body: JSON.stringify(body) } : {}),
    },
  };
}

/**
 * A path with its parameters, each encoded as one segment. A dot segment would be removed together with the one before it,
 * encoded or not, so it is refused.
 */
function filled(path: string, args: { readonly [name: string]: unknown }): string | undefined {
  let fits = true;
  const result = path.replace(/\{([^}]*)\}/g, (_match, name: string) => {
    const value = Object.hasOwn(args, name) ? text(args[name]) : '';
    // Half of a surrogate pair has no encoding.
    if (/^\.{0,2}$/.test(value) || /\p{Surrogate}/u.test(value)) fits = false;
    return fits ? encodeURIComponent(value) : '';
  });
  return fits ? result : undefined;
}

function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
