import { az01 } from './authorization/az01-gateway-has-policy-engine';
import { az02 } from './authorization/az02-engine-enforces';
import { az03 } from './authorization/az03-no-policy-log-only';
import { az07 } from './authorization/az07-analyzer-not-silenced';
import { az16 } from './authorization/az16-debug-off';
import { in01 } from './inbound/in01-gateway-requires-authorizer';
import { in03 } from './inbound/in03-jwt-restricts-caller';
import { in04 } from './inbound/in04-scopes-at-the-door';
import { in05 } from './inbound/in05-access-tokens-only';
import { lp01 } from './least-privilege/lp01-gateway-role-trust';
import { lp02 } from './least-privilege/lp02-gateway-invokes-own-functions';
import { lp03 } from './least-privilege/lp03-qualified-function';
import { lp05 } from './least-privilege/lp05-roles-not-shared';
import { lp06 } from './least-privilege/lp06-tool-role-no-wildcards';
import { lp08 } from './least-privilege/lp08-tools-not-invokable-by-others';
import { out01 } from './outbound/out01-target-names-credential';
import { out02 } from './outbound/out02-no-token-passthrough';
import { out04 } from './outbound/out04-no-secret-in-template';
import type { Rule } from './rule';

/** Every rule, by id. A test compares this list with the files. */
export const RULES: readonly Rule[] = [
  in01,
  in03,
  in04,
  in05,
  out01,
  out02,
  out04,
  az01,
  az02,
  az03,
  az07,
  az16,
  lp01,
  lp02,
  lp03,
  lp05,
  lp06,
  lp08,
];
