import { daysAfter, isDay } from '../core/day';
import { type Problem, shown } from '../core/errors';
import { TRIAL_DAYS_MAX } from '../protocol/template-metadata';

/**
 * Tries a policy on real calls without letting it decide (`EnforcementMode: LOG_ONLY`). An alarm goes off when it would
 * have changed a decision (metric `LogOnlyDecisionFlips`). After the last day synthesis fails, until the policy is either
 * put in force or taken out: what is tried out protects nothing, and permits nothing.
 *
 * No flip is no proof: a policy that cannot be evaluated flips nothing either.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-test-a-policy.html
 */
export class PolicyTrial {
  /**
   * @param lastDay `YYYY-MM-DD` in UTC, at most 90 days ahead
   */
  public static until(lastDay: string): PolicyTrial {
    return new PolicyTrial(lastDay);
  }

  private constructor(
    /** @internal */
    public readonly _lastDay: string,
  ) {}

  /** @internal */
  public _problems(at: string, today = new Date()): Problem[] {
    const day = today.toISOString().slice(0, 10);
    if (!isDay(this._lastDay) || this._lastDay > daysAfter(day, TRIAL_DAYS_MAX)) {
      return [
        {
          code: 'POLICY_TRIAL',
          message: `a trial ends on a day at most ${TRIAL_DAYS_MAX} days ahead, got ${shown(this._lastDay)}`,
          fix: 'Pass the day as YYYY-MM-DD',
          at,
        },
      ];
    }
    if (this._lastDay >= day) return [];
    return [
      {
        code: 'POLICY_TRIAL_OVER',
        message: `the trial of a policy was to end, got a last day of ${this._lastDay}`,
        fix: 'Look at its alarm, then remove the trial to put the policy in force, or remove the policy',
        at,
      },
    ];
  }
}
