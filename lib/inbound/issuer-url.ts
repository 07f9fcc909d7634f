import { Token } from 'aws-cdk-lib';
import { type Problem, shown } from '../core/errors';

/** Paths under which Entra ID issues tokens for any tenant. */
const MULTI_TENANT = /\/(common|organizations|consumers)(\/|$)/;
/** Names that mean another machine to the service than to the author, or that anybody can get. */
const UNTRUSTED_HOST = /^(localhost|.*\.localhost|.*\.local|.*\.ngrok(-free)?\.(io|app|dev)|\[.*\]|[\d.]+)$/i;

/** Whoever controls the discovery document controls every key: one exact https issuer. */
export function issuerProblem(issuer: string, at: string): Problem[] {
  const problem = (message: string, fix: string): Problem[] => [{ code: 'INBOUND_ISSUER', message, fix, at }];
  if (Token.isUnresolved(issuer)) {
    return problem('the issuer must be known at synthesis, got a deploy-time value', 'Write the issuer URL');
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || /[?#\s*]/.test(issuer)) {
    return problem(
      `the issuer is an https URL without query, fragment, user name or wildcard, got ${shown(issuer)}`,
      'Use the claim iss of a token of the issuer',
    );
  }
  if (issuer.includes('/.well-known/')) {
    return problem(`the issuer is not its discovery document, got ${shown(issuer)}`, 'Leave out /.well-known/…');
  }
  if (UNTRUSTED_HOST.test(url.hostname)) {
    return problem(
      `the host of the issuer is an address, a local name or a public tunnel, got ${shown(url.hostname)}`,
      'Use the public name of the issuer; for one inside a VPC pass privateEndpoint and its internal DNS name',
    );
  }
  if (MULTI_TENANT.test(url.pathname)) {
    return problem(
      `the issuer is for any tenant, got ${shown(issuer)}`,
      'Use the issuer of your tenant: https://login.microsoftonline.com/<tenant id>/v2.0',
    );
  }
  return [];
}
