import { proceedAs, type RequestStep, refuse } from './step';
import { type TokenRules, verifyBearer } from './verify-bearer';

/**
 * Verifies the caller's token once more, with the keys of the issuer: signature, issuer, times, audience and claims. What
 * follows may rely on `request.caller`, whatever the gateway in front was configured to accept.
 */
export function verifiedCaller(discoveryUrl: string, rules: TokenRules): RequestStep {
  return {
    name: 'verified caller',
    run: async ({ headers }) => {
      const verdict = await verifyBearer(headers.authorization, discoveryUrl, rules);
      return verdict.ok ? proceedAs(verdict.caller) : refuse(verdict.reason);
    },
  };
}
