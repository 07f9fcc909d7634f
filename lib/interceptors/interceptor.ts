import type { Problem } from '../core/errors';
import { functionOptionsOf, type ToolFunctionOptions } from '../least-privilege/tool-function-options';
import type { InterceptionPoint } from '../protocol/interceptor';
import { InterceptorHeaders } from './interceptor-headers';

/** What both kinds of interceptors have. */
export interface InterceptorOptions extends ToolFunctionOptions {
  /**
   * Your own check: a TypeScript or JavaScript file that exports `handler`, made by `defineRequestInterceptor` or
   * `defineResponseInterceptor` of `cdk-secure-mcp/runtime`. It runs after the shipped ones, in the same function: the
   * service takes one function at each point.
   *
   * @default - only the shipped checks
   */
  readonly entry?: string;

  /**
   * Whether the function logs one line for each message: which method and tool, and the outcome; of requests also who
   * called, with `verifyCaller` or where callers sign. Never arguments, results, headers or tokens.
   *
   * @default true
   */
  readonly audit?: boolean;

  /**
   * Whether the function gets the headers of requests.
   *
   * @default InterceptorHeaders.withheld()
   */
  readonly headers?: InterceptorHeaders;
}

/** Options of {@link Interceptor.request}. */
export interface RequestInterceptorOptions extends InterceptorOptions {
  /**
   * Whether arguments are checked against everything that the input schemas say. It is the one place where patterns,
   * formats and lengths are enforced for targets whose code is not yours. It speaks before the policy does: who may not
   * call a tool can learn these limits.
   *
   * @default true
   */
  readonly validateInput?: boolean;

  /**
   * Whether the token is verified once more, with the keys of the issuer. Needs `headers`, a gateway that takes tokens, and
   * a way to the issuer when it runs in a VPC or the issuer does.
   *
   * @default false
   */
  readonly verifyCaller?: boolean;
}

/** Options of {@link Interceptor.response}. */
export interface ResponseInterceptorOptions extends InterceptorOptions {
  /**
   * Whether the results of the built-in search tool are cut down to what the caller may call: policies do not do that.
   * The function asks the gateway for `tools/list` with the caller's token, so it needs `headers`, and a way to the
   * gateway when it runs in a VPC. When it gets no answer, nothing is found.
   *
   * The answer to `tools/list` comes through the same function, so a search takes two of its concurrent calls, and only
   * one when the caller searched in the last few seconds: {@link ToolConcurrency.reserved} has to be 2 at least, and is 20
   * unless you say otherwise.
   *
   * @default false
   */
  readonly filterSearch?: boolean;
}

/** The shipped checks of one interceptor. */
export interface InterceptorChecks {
  readonly audit: boolean;
  readonly validateInput: boolean;
  readonly verifyCaller: boolean;
  readonly filterSearch: boolean;
}

/**
 * A function that sees every request before tools are looked up and policies are asked, or every response before the
 * client gets it. It has a role of its own that allows its log, the key of its environment and what its options take, and
 * the gateway may invoke exactly its alias.
 *
 * Whatever goes wrong in a check ends the request, as far as the function still answers. Nothing that must hold may rest on
 * it alone: the service documents no behaviour for interceptors that fail, and has been seen to pass requests on when one
 * runs into its time limit.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors.html
 */
export class Interceptor {
  /** Sees requests, of every MCP method. */
  public static request(options: RequestInterceptorOptions = {}): Interceptor {
    const { validateInput = true, verifyCaller = false, audit = true } = options;
    return new Interceptor('REQUEST', options, { audit, validateInput, verifyCaller, filterSearch: false });
  }

  /** Sees responses, of every MCP method; of a streamed response each event by itself. */
  public static response(options: ResponseInterceptorOptions = {}): Interceptor {
    const { filterSearch = false, audit = true } = options;
    return new Interceptor('RESPONSE', options, { audit, validateInput: false, verifyCaller: false, filterSearch });
  }

  /** @internal */
  public readonly _headers: InterceptorHeaders;

  private constructor(
    /** @internal */
    public readonly _point: InterceptionPoint,
    private readonly options: InterceptorOptions,
    /** @internal */
    public readonly _checks: InterceptorChecks,
  ) {
    this._headers = options.headers ?? InterceptorHeaders.withheld();
  }

  /** @internal */
  public get _entry(): string | undefined {
    return this.options.entry;
  }

  /** @internal */
  public get _functionOptions(): ToolFunctionOptions {
    return functionOptionsOf(this.options);
  }

  /** @internal */
  public _problems(callersHaveTokens: boolean, at: string): Problem[] {
    const { verifyCaller, filterSearch } = this._checks;
    const check = verifyCaller ? 'verifyCaller' : 'filterSearch';
    const problem = (message: string, fix: string): Problem => ({ code: 'INTERCEPTOR_OPTION', message, fix, at });
    return [
      ...this._headers._problems(at),
      ...((verifyCaller || filterSearch) && this._headers._weakening === undefined
        ? [
            problem(
              `${check} needs the caller's token, got an interceptor without headers`,
              "Pass headers: InterceptorHeaders.passed({ reason: '…' })",
            ),
          ]
        : []),
      ...((verifyCaller || filterSearch) && !callersHaveTokens
        ? [problem(`${check} needs a token, got a gateway whose callers have none`, `Leave ${check} out`)]
        : []),
      ...(filterSearch && this.options.concurrency?._reserved === 1
        ? [
            problem(
              'filterSearch needs two concurrent calls for one search, got ToolConcurrency.reserved(1)',
              'Leave concurrency out, or reserve twice the searches that run at once',
            ),
          ]
        : []),
    ];
  }
}
