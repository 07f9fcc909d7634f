import { isUnpropagatedHeader } from '../../protocol/header-denylist';
import type { PropagationModel } from '../model/propagation-model';

/** What a client sent with its call. */
export interface ClientRequest {
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly query: URLSearchParams;
}

/** 4 KB of printable ASCII. */
const HEADER_VALUE = /^[\x20-\x7e]{0,4096}$/;

/**
 * The listed headers of a request, without those that the service never passes on, whatever the list says.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-headers.html
 */
export function propagatedHeaders(
  { requestHeaders }: PropagationModel,
  headers: ClientRequest['headers'],
): { [name: string]: string } {
  return pick(requestHeaders, (name) => headers[name]);
}

export function propagatedQuery(
  { queryParameters }: PropagationModel,
  query: URLSearchParams,
): { [name: string]: string } {
  return Object.fromEntries(
    queryParameters.flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** The listed headers of an answer; a cookie of the target never reaches a client. */
export function returnedHeaders({ responseHeaders }: PropagationModel, headers: Headers): { [name: string]: string } {
  return pick(responseHeaders, (name) => headers.get(name) ?? undefined);
}

function pick(names: readonly string[], read: (name: string) => unknown): { [name: string]: string } {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = read(name);
      return typeof value === 'string' && HEADER_VALUE.test(value) && !isUnpropagatedHeader(name)
        ? [[name, value]]
        : [];
    }),
  );
}
