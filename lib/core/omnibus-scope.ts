/** Scopes that every client of an issuer can get, or that stand for everything. */
const OMNIBUS = new Set([
  '*',
  'all',
  'admin',
  'admin:org',
  'full',
  'full_access',
  'full-access',
  'openid',
  'profile',
  'email',
  'phone',
  'repo',
  'offline_access',
  'aws.cognito.signin.user.admin',
]);

export function isOmnibusScope(scope: string): boolean {
  return OMNIBUS.has(scope.toLowerCase()) || /(^|\/)(\*|\.default)$/.test(scope);
}
