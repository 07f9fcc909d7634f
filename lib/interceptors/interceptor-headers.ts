import type { Problem } from '../core/errors';
import { checkReason } from '../core/reason';
import type { WeakeningMetadata } from '../protocol/template-metadata';

/** Options of {@link InterceptorHeaders.passed}. */
export interface PassedHeadersOptions {
  /** Which header the interceptor needs, and what for. */
  readonly reason: string;
}

/**
 * Whether an interceptor gets the headers of requests, and with them the tokens of callers.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors.html
 */
export class InterceptorHeaders {
  /** It gets no headers. */
  public static withheld(): InterceptorHeaders {
    return new InterceptorHeaders();
  }

  /** It gets all headers, the caller's token included. Rule `SecureMcp-AZ13` still fires. */
  public static passed(options: PassedHeadersOptions): InterceptorHeaders {
    return new InterceptorHeaders({ weakening: 'InterceptorHeaders.passed', reason: options.reason });
  }

  private constructor(
    /** @internal */
    public readonly _weakening?: WeakeningMetadata,
  ) {}

  /** @internal */
  public _problems(at: string): Problem[] {
    return this._weakening === undefined ? [] : checkReason(this._weakening.weakening, this._weakening.reason, at);
  }
}
