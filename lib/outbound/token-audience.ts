/**
 * An identity token of AWS is had for these audiences only. A request may name several: each has to be one of these, and
 * there has to be one, since `ForAllValues` alone also holds for a request that names none.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function forAudiences(audiences: readonly string[]) {
  const key = 'sts:IdentityTokenAudience';
  return {
    'ForAllValues:StringEquals': { [key]: [...audiences] },
    'ForAnyValue:StringEquals': { [key]: [...audiences] },
  };
}
