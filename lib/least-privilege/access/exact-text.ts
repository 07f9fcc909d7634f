import { Token } from 'aws-cdk-lib';
import { shown } from '../../core/errors';
import type { AccessProblem } from './declared-access';

/**
 * Text that goes into an ARN or a condition must stand for itself: IAM would take `*` and `?` as patterns. Policy
 * variables such as `${aws:PrincipalTag/tenant}` are no patterns and pass.
 */
export function checkExact(what: string, ...values: (string | undefined)[]): AccessProblem[] {
  return values.flatMap((value): AccessProblem[] => {
    if (value === undefined || Token.isUnresolved(value)) return [];
    if (value.trim() === '') {
      return [
        {
          code: 'ACCESS_INVALID',
          message: `${what} is empty, got ${shown(value)}`,
          fix: 'Pass its name or leave it out',
        },
      ];
    }
    return /[*?]/.test(value) ? [wildcard(what, value)] : [];
  });
}

/** An ARN with a wildcard would turn each exact operation on it into a wide one. */
export function checkArn(what: string, arn: string): AccessProblem[] {
  // Deploy-time parts name one thing; the six characters that Secrets Manager appends are no choice of anyone.
  const literal = arn.replace(/\$\{Token\[[^\]]*\]\}/g, '').replace(/-\?{6}$/, '');
  return /[*?]/.test(literal) ? [wildcard(what, arn)] : [];
}

function wildcard(what: string, value: string): AccessProblem {
  return {
    code: 'ACCESS_WILDCARD',
    message: `${what} holds a wildcard, got ${shown(value)}`,
    fix: 'Name the one that is meant; what cannot be named exactly takes Access.custom with a reason',
  };
}

/** A list that limits something limits it to nothing when it is empty, which is never meant. */
export function checkList(what: string, values: readonly string[] | undefined): AccessProblem[] {
  if (values === undefined || values.length > 0) return [];
  return [{ code: 'ACCESS_INVALID', message: `${what} is an empty list`, fix: 'Name at least one or leave it out' }];
}
