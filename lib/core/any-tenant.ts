/**
 * What Microsoft Entra ID takes in place of one tenant.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
 */
const ANY_TENANT = ['common', 'organizations', 'consumers'];

const MICROSOFT_LOGIN = /(^|\.)(microsoftonline\.(com|us|cn)|partner\.microsoftonline\.cn|sts\.windows\.net)$/;

/** Whether a tenant id names no single tenant; one that is absent means `common`. */
export function isAnyTenant(tenantId: string | undefined): boolean {
  return tenantId === undefined || tenantId === '' || ANY_TENANT.includes(tenantId.toLowerCase());
}

/** Whether an address is the one under which Entra ID serves any tenant. */
export function servesAnyTenant(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname, pathname } = new URL(address);
  return MICROSOFT_LOGIN.test(hostname) && ANY_TENANT.includes((pathname.split('/')[1] ?? '').toLowerCase());
}
