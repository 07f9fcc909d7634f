import { Token } from 'aws-cdk-lib';
import { type Problem, shown } from '../core/errors';

/** How many calls of one tool may run at once. */
export class ToolConcurrency {
  /**
   * This many, and they are set aside for the tool. More calls are throttled, which caps what a runaway agent costs. The
   * account must have this much unreserved concurrency to spare.
   */
  public static reserved(calls: number): ToolConcurrency {
    return new ToolConcurrency(calls);
  }

  /**
   * As many as the account has left: a runaway agent can then starve every other function of the account. The reason is
   * shown in the template, for the people who review the app.
   */
  public static unreserved(reason: string): ToolConcurrency {
    return new ToolConcurrency(undefined, reason);
  }

  private constructor(
    /** @internal */
    public readonly _reserved: number | undefined,
    /** @internal */
    public readonly _reason?: string,
  ) {}

  /** @internal */
  public _problems(at: string): Problem[] {
    if (this._reserved === undefined) {
      if (this._reason?.trim() !== '') return [];
      return [
        {
          code: 'FUNCTION_OPTION',
          message: 'unreserved concurrency has no reason, got ""',
          fix: 'Say why the tool cannot be capped, or use ToolConcurrency.reserved(5)',
          at,
        },
      ];
    }
    if (Token.isUnresolved(this._reserved) || (Number.isInteger(this._reserved) && this._reserved > 0)) return [];
    return [
      {
        code: 'FUNCTION_OPTION',
        message: `reserved concurrency is a whole number above 0, got ${shown(this._reserved)}`,
        fix: 'Pass how many calls may run at once, for example ToolConcurrency.reserved(5)',
        at,
      },
    ];
  }
}
