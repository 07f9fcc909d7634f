import { az01 } from './authorization/az01-gateway-has-policy-engine';
import { az02 } from './authorization/az02-engine-enforces';
import { az03 } from './authorization/az03-no-policy-log-only';
import { az04 } from './authorization/az04-every-tool-has-permit';
import { az05 } from './authorization/az05-policies-validate';
import { az06 } from './authorization/az06-no-unconstrained-permit';
import { az07 } from './authorization/az07-analyzer-not-silenced';
import { az08 } from './authorization/az08-forbid-error-proof';
import { az09 } from './authorization/az09-scope-matched-exactly';
import { az10 } from './authorization/az10-permit-says-who';
import { az11 } from './authorization/az11-destructive-tools-bounded';
import { az12 } from './authorization/az12-inputs-bounded-both-sides';
import { az13 } from './authorization/az13-interceptor-without-headers';
import { az14 } from './authorization/az14-interceptor-is-own-component';
import { az15 } from './authorization/az15-mcp-only';
import { az16 } from './authorization/az16-debug-off';
import { az17 } from './authorization/az17-guard-not-changeable';
import { az18 } from './authorization/az18-names-unambiguous';
import { az19 } from './authorization/az19-no-invisible-characters';
import { az20 } from './authorization/az20-no-instructions-in-metadata';
import { az21 } from './authorization/az21-input-schema-closed';
import { az22 } from './authorization/az22-no-secrets-as-arguments';
import { az23 } from './authorization/az23-tool-contract-locked';
import { az24 } from './authorization/az24-named-operations-only';
import { in01 } from './inbound/in01-gateway-requires-authorizer';
import { in02 } from './inbound/in02-authenticate-only-needs-engine';
import { in03 } from './inbound/in03-jwt-restricts-caller';
import { in04 } from './inbound/in04-scopes-at-the-door';
import { in05 } from './inbound/in05-access-tokens-only';
import { in06 } from './inbound/in06-issuer-exact-https';
import { in07 } from './inbound/in07-clients-of-own-pool';
import { in08 } from './inbound/in08-oauth-flows';
import { in09 } from './inbound/in09-no-self-sign-up';
import { in10 } from './inbound/in10-one-client-per-agent';
import { in11 } from './inbound/in11-short-revocable-tokens';
import { in12 } from './inbound/in12-humans-strong-login';
import { in13 } from './inbound/in13-exact-callbacks';
import { in14 } from './inbound/in14-invoke-scoped-to-gateway';
import { in15 } from './inbound/in15-modern-mcp-revisions';
import { in16 } from './inbound/in16-waf-fails-closed';
import { lp01 } from './least-privilege/lp01-gateway-role-trust';
import { lp02 } from './least-privilege/lp02-gateway-invokes-own-functions';
import { lp03 } from './least-privilege/lp03-qualified-function';
import { lp04 } from './least-privilege/lp04-gateway-role-exact';
import { lp05 } from './least-privilege/lp05-roles-not-shared';
import { lp06 } from './least-privilege/lp06-tool-role-no-wildcards';
import { lp07 } from './least-privilege/lp07-read-tools-cannot-write';
import { lp08 } from './least-privilege/lp08-tools-not-invokable-by-others';
import { lp09 } from './least-privilege/lp09-no-second-door';
import { lp10 } from './least-privilege/lp10-supported-bounded-function';
import { lp11 } from './least-privilege/lp11-abuse-capped-twice';
import { lp12 } from './least-privilege/lp12-no-secret-in-environment';
import { lp13 } from './least-privilege/lp13-code-signed';
import { lp14 } from './least-privilege/lp14-log-groups-kept';
import { lp15 } from './least-privilege/lp15-decisions-recorded';
import { lp16 } from './least-privilege/lp16-customer-keys';
import { lp17 } from './least-privilege/lp17-private-paths';
import { lp18 } from './least-privilege/lp18-suppressions-visible';
import { out01 } from './outbound/out01-target-names-credential';
import { out02 } from './outbound/out02-no-token-passthrough';
import { out03 } from './outbound/out03-caller-credentials-narrow';
import { out04 } from './outbound/out04-no-secret-in-template';
import { out05 } from './outbound/out05-outbound-scopes-minimal';
import { out06 } from './outbound/out06-oauth-endpoints-pinned';
import { out07 } from './outbound/out07-api-key-in-header';
import { out08 } from './outbound/out08-provider-per-boundary';
import { out09 } from './outbound/out09-public-https-endpoints';
import { out10 } from './outbound/out10-no-power-headers';
import { out11 } from './outbound/out11-schema-cannot-be-swapped';
import { out12 } from './outbound/out12-openapi-closed-operations';
import { out13 } from './outbound/out13-secret-hygiene';
import type { Rule } from './rule';

/** Every rule, by layer and id. A test compares this list with the files. */
export const RULES: readonly Rule[] = [
  in01,
  in02,
  in03,
  in04,
  in05,
  in06,
  in07,
  in08,
  in09,
  in10,
  in11,
  in12,
  in13,
  in14,
  in15,
  in16,
  out01,
  out02,
  out03,
  out04,
  out05,
  out06,
  out07,
  out08,
  out09,
  out10,
  out11,
  out12,
  out13,
  az01,
  az02,
  az03,
  az04,
  az05,
  az06,
  az07,
  az08,
  az09,
  az10,
  az11,
  az12,
  az13,
  az14,
  az15,
  az16,
  az17,
  az18,
  az19,
  az20,
  az21,
  az22,
  az23,
  az24,
  lp01,
  lp02,
  lp03,
  lp04,
  lp05,
  lp06,
  lp07,
  lp08,
  lp09,
  lp10,
  lp11,
  lp12,
  lp13,
  lp14,
  lp15,
  lp16,
  lp17,
  lp18,
];
