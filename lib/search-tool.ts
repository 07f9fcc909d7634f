import type { Problem } from './core/errors';
import { checkReason } from './core/reason';
import type { WeakeningMetadata } from './protocol/template-metadata';

/** Options of {@link SearchTool.unfiltered}. */
export interface UnfilteredSearchOptions {
  /** Why every caller may learn of every tool. */
  readonly reason: string;
}

/**
 * The built-in tool with which agents find tools by meaning. Policies do not filter what it finds: without a filter
 * every caller learns names, descriptions and arguments of all tools.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-using-mcp-semantic-search.html
 */
export class SearchTool {
  /** Callers find what they may call. Needs `Interceptor.response({ filterSearch: true, … })` on the gateway. */
  public static filtered(): SearchTool {
    return new SearchTool();
  }

  /** Callers find all tools. */
  public static unfiltered(options: UnfilteredSearchOptions): SearchTool {
    return new SearchTool({ weakening: 'SearchTool.unfiltered', reason: options.reason });
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
