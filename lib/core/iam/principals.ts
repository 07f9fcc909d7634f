import { many, type PrincipalElement, type Statement } from './policy-document';

export interface IamPrincipal {
  /** Role ARN, role session ARN, user ARN or service name. */
  readonly arn: string;
  readonly account: string;
  readonly kind: 'role-session' | 'role' | 'user' | 'service' | 'anonymous';
  /** For a role session: the ARN of the role. */
  readonly roleArn?: string;
}

/** Whether a statement of a resource's policy is about the principal. */
export function matchesPrincipal(principal: IamPrincipal, statement: Statement, bounded: boolean): boolean {
  if (statement.Principal !== undefined) return names(principal, statement.Principal);
  if (statement.NotPrincipal === undefined) return false;
  // An Allow with NotPrincipal is not supported: it allows nobody.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
  if (statement.Effect !== 'Deny') return false;
  // A denial with NotPrincipal hits everyone who has a permissions boundary, also those it excepts.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html#notprincipal-key-points
  return bounded || !excepts(principal, statement.NotPrincipal);
}

/**
 * Whether NotPrincipal spares the principal. The account is checked first and then who is in it, a role before its
 * sessions: whoever is to be spared must be named with the account.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html#notprincipal-key-points
 */
function excepts(principal: IamPrincipal, element: PrincipalElement): boolean {
  if (isEveryone(element)) return true;
  if (principal.kind === 'service' || principal.kind === 'anonymous') return names(principal, element);
  const spared = principalValues(element, 'AWS');
  return spared.some((value) => isAccount(value, principal)) && spared.includes(principal.roleArn ?? principal.arn);
}

/**
 * A role session is also named by its role.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session
 */
function names(principal: IamPrincipal, element: PrincipalElement): boolean {
  if (isEveryone(element)) return true;
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
  if (principal.kind === 'service') return principalValues(element, 'Service').includes(principal.arn);
  if (principal.kind === 'anonymous') return false;
  return principalValues(element, 'AWS').some(
    (value) => value === principal.arn || value === principal.roleArn || isAccount(value, principal),
  );
}

/**
 * `"*"` and `{ "AWS": "*" }` say the same: services and anonymous callers, too.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
 */
function isEveryone(element: PrincipalElement): boolean {
  return principalValues(element, 'AWS').includes('*');
}

/**
 * A grant to everyone that holds for a principal by its `aws:PrincipalArn`: neither boundary nor session policy limits it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
export function isToPrincipalArn({ Principal: principal, Condition: condition }: Statement): boolean {
  if (principal === undefined || !isEveryone(principal)) return false;
  return Object.entries(condition ?? {}).some(
    ([operator, keys]) =>
      /^(String(Equals(IgnoreCase)?|Like)|Arn(Equals|Like))$/.test(operator) &&
      Object.keys(keys).some((key) => key.toLowerCase() === 'aws:principalarn'),
  );
}

/**
 * An account is named by its number or by the ARN of its root.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts
 */
function isAccount(value: string, { account }: IamPrincipal): boolean {
  return value === account || (value.startsWith('arn:') && value.endsWith(`:iam::${account}:root`));
}

/** What an element names of one kind: `AWS`, `Service`. */
export function principalValues(element: PrincipalElement | undefined, kind: string): readonly string[] {
  if (element === undefined) return [];
  return element === '*' ? ['*'] : many<string>(element[kind]);
}
