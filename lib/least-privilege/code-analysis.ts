import type { Problem } from '../core/errors';
import { checkReason } from '../core/reason';
import type { WeakeningMetadata } from '../protocol/template-metadata';

/** Options of {@link CodeAnalysis.warn} and {@link CodeAnalysis.off}. */
export interface CodeAnalysisOptions {
  /** Why the code cannot be held to the declaration, and who looks at it. */
  readonly reason: string;
}

/**
 * What happens when the code of a tool does not fit its declared access. The analysis only reports: it never widens a
 * role.
 *
 * Whatever is chosen stands in `least-privilege.json`; what is weaker than {@link enforce} also in the metadata of the
 * function, where rule `SecureMcp-LP18` reports it.
 */
export class CodeAnalysis {
  /** A call that no access allows fails synthesis with `ACCESS_MISSING`; an access that no code uses is a warning. */
  public static enforce(): CodeAnalysis {
    return new CodeAnalysis('enforce');
  }

  /** A call that no access allows is a warning, too: for code that the analysis gets wrong. It will be denied all the same. */
  public static warn(options: CodeAnalysisOptions): CodeAnalysis {
    return new CodeAnalysis('warn', options.reason);
  }

  /** The code is not looked at. */
  public static off(options: CodeAnalysisOptions): CodeAnalysis {
    return new CodeAnalysis('off', options.reason);
  }

  private constructor(
    /** @internal */
    public readonly _mode: 'enforce' | 'warn' | 'off',
    /** @internal */
    public readonly _reason?: string,
  ) {}

  /** @internal */
  public get _weakening(): WeakeningMetadata | undefined {
    return this._reason === undefined ? undefined : { weakening: `CodeAnalysis.${this._mode}`, reason: this._reason };
  }

  /** @internal */
  public _problems(at: string): Problem[] {
    return this._reason === undefined ? [] : checkReason(`CodeAnalysis.${this._mode}`, this._reason, at);
  }
}
