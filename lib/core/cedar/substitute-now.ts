type Json = { readonly [key: string]: unknown };

/**
 * Puts the time in place of `context.system.now` in a policy in Cedar's JSON format.
 *
 * Partial evaluation does not look into a context that holds an unknown beside an extension value, so a `datetime` in
 * the context would count as unknown, too.
 */
export function substituteNow<T>(policy: T, now: Date): T {
  if (Array.isArray(policy)) return policy.map((item) => substituteNow(item, now)) as T;
  if (typeof policy !== 'object' || policy === null) return policy;
  if (isSystemNow(policy as Json)) return { datetime: [{ Value: now.toISOString() }] } as T;
  return Object.fromEntries(Object.entries(policy).map(([key, value]) => [key, substituteNow(value, now)])) as T;
}

function isSystemNow(expression: Json): boolean {
  const system = attributeOf(expression, 'now');
  const context = system === undefined ? undefined : attributeOf(system, 'system');
  return context?.Var === 'context';
}

function attributeOf(expression: Json, attr: string): Json | undefined {
  const access = expression['.'] as { readonly left: Json; readonly attr: string } | undefined;
  return access?.attr === attr ? access.left : undefined;
}
