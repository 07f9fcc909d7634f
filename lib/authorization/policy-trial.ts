import { type Problem, shown } from '../core/errors';

/** Longer is no trial. */
const DAYS_MAX = 90;
const DAY_MILLISECONDS = 86_400_000;

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
    const end = Date.parse(`${this._lastDay}T23:59:59Z`);
    const isDate = /^\d{4}-\d{2}-\d{2}$/.test(this._lastDay) && new Date(end).toJSON()?.startsWith(this._lastDay);
    if (isDate !== true || end - today.getTime() > (DAYS_MAX + 1) * DAY_MILLISECONDS) {
      return [
        {
          code: 'POLICY_TRIAL',
          message: `a trial ends on a day at most ${DAYS_MAX} days ahead, got ${shown(this._lastDay)}`,
          fix: 'Pass the day as YYYY-MM-DD',
          at,
        },
      ];
    }
    if (end >= today.getTime()) return [];
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
