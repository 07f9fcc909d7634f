import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import { CALLER_HEADER, CALLER_TOKEN_HEADER } from '../protocol/caller-header';
import {
  HEADER_NAME_PATTERN,
  isCredentialName,
  isUnpropagatedHeader,
  PROPAGATION_MAX,
  QUERY_PARAMETER_PATTERN,
} from '../protocol/header-denylist';

/**
 * What passes between the client and a target besides the arguments of a tool. Nothing else does. Up to ten names each.
 *
 * A header that speaks for somebody (`Authorization`, `Cookie`, `Host`, `X-Forwarded-*` and the like) or that each side
 * sets anew (`Cache-Control`, `If-Match`, `Date` and the like) cannot be passed on; nor can one that the credential of
 * the target sets. A client can write what it likes into the others: a target must not take them for facts.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-headers.html
 */
export interface Propagation {
  /**
   * Headers of the request.
   *
   * @default - none
   */
  readonly requestHeaders?: string[];
  /**
   * Headers of the response.
   *
   * @default - none
   */
  readonly responseHeaders?: string[];
  /**
   * Query parameters of the request.
   *
   * @default - none
   */
  readonly queryParameters?: string[];
}

export interface PropagationBinding {
  readonly configuration?: CfnGatewayTarget.MetadataConfigurationProperty;
  readonly problems: readonly Problem[];
}

/** They hold facts about callers, for tools that ask for them. */
const OF_INTERCEPTORS: readonly string[] = [CALLER_HEADER, CALLER_TOKEN_HEADER];

/** @param taken lower case names of the headers that credential and schema of the target set */
export function bindPropagation(
  propagation: Propagation | undefined,
  taken: readonly string[],
  at: string,
): PropagationBinding {
  if (propagation === undefined) return { problems: [] };
  const { requestHeaders = [], responseHeaders = [], queryParameters = [] } = propagation;
  const denied = (what: string, why: string, got: unknown): Problem => ({
    code: 'PROPAGATION_DENIED',
    message: `${what} ${why}, got ${shown(got)}`,
    fix: 'Leave it out; pass facts as arguments of the tool and credentials by the provider of the target',
    at,
  });
  const headers = (names: readonly string[], what: string) =>
    names.flatMap((name) => {
      if (!HEADER_NAME_PATTERN.test(name)) return [denied(what, 'is a name of letters, digits, - and _', name)];
      if (isUnpropagatedHeader(name) || OF_INTERCEPTORS.includes(name.toLowerCase()))
        return [denied(what, 'speaks for somebody, or is set anew on each side, and cannot be passed on', name)];
      return taken.includes(name.toLowerCase()) ? [denied(what, 'is set by the target itself', name)] : [];
    });
  const problems = [
    ...headers(requestHeaders, 'a request header'),
    ...headers(responseHeaders, 'a response header'),
    ...queryParameters.flatMap((name) => {
      if (!QUERY_PARAMETER_PATTERN.test(name)) return [denied('a query parameter', 'is a plain name', name)];
      return isCredentialName(name) ? [denied('a query parameter', 'reads like a credential', name)] : [];
    }),
    ...[requestHeaders, responseHeaders, queryParameters]
      .filter((names) => names.length > PROPAGATION_MAX)
      .map((names) => denied('a list', `has at most ${PROPAGATION_MAX} names`, names.length)),
  ];
  return {
    configuration: {
      allowedRequestHeaders: propagation.requestHeaders,
      allowedResponseHeaders: propagation.responseHeaders,
      allowedQueryParameters: propagation.queryParameters,
    },
    problems,
  };
}
