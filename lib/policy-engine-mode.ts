import type { Problem } from './core/errors';
import { checkReason } from './core/reason';
import type { WeakeningMetadata } from './protocol/template-metadata';

/** Options of {@link PolicyEngineMode.logOnly}. */
export interface LogOnlyOptions {
  /** Why nothing is to be denied, and until when. */
  readonly reason: string;
}

/**
 * Whether the policies of a gateway decide.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-enforcement-modes.html
 */
export class PolicyEngineMode {
  /** What is not permitted is denied. */
  public static enforce(): PolicyEngineMode {
    return new PolicyEngineMode('ENFORCE');
  }

  /**
   * Decisions are logged and nothing is denied: every caller that gets in may call every tool. Rule `SecureMcp-AZ02` still
   * fires. To try out one policy, give it a `PolicyTrial`.
   */
  public static logOnly(options: LogOnlyOptions): PolicyEngineMode {
    return new PolicyEngineMode('LOG_ONLY', { weakening: 'PolicyEngineMode.logOnly', reason: options.reason });
  }

  private constructor(
    /** @internal */
    public readonly _mode: 'ENFORCE' | 'LOG_ONLY',
    /** @internal */
    public readonly _weakening?: WeakeningMetadata,
  ) {}

  /** @internal */
  public _problems(at: string): Problem[] {
    return this._weakening === undefined ? [] : checkReason(this._weakening.weakening, this._weakening.reason, at);
  }
}
