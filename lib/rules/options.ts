import type { Severity } from '../core/finding';
import type { ToolLock } from '../core/tool-lock';

export type Profile = 'default' | 'strict' | 'private';

/** What a team may set instead of editing a rule. */
export interface RuleOptions {
  /** `strict` adds rules and takes undecided outcomes of error rules as errors; `private` adds network rules to that. */
  readonly profile: Profile;
  /** Hosts of issuers that may be trusted; every issuer with a public https name when undefined. */
  readonly approvedIssuers?: readonly string[];
  /** Hosts that targets may call; every public https name when undefined. */
  readonly approvedHosts?: readonly string[];
  /** Callback URLs on localhost are accepted. */
  readonly allowLocalCallbacks: boolean;
  readonly maxAccessTokenMinutes: number;
  readonly maxRefreshTokenDays: number;
  readonly maxSessionSeconds: number;
  readonly maxTimeoutSeconds: number;
  readonly minLogRetentionDays: number;
  readonly maxToolsPerTarget: number;
  /** Approved tools: see `secure-mcp lock`. Not compared when undefined. */
  readonly toolLock?: ToolLock;
  /** By rule id, without pack name. */
  readonly severities: { readonly [ruleId: string]: Severity | 'off' };
  /** The date by which acknowledgments expire, `YYYY-MM-DD`. */
  readonly today: string;
}

export const DEFAULT_OPTIONS: RuleOptions = {
  profile: 'default',
  allowLocalCallbacks: false,
  maxAccessTokenMinutes: 60,
  maxRefreshTokenDays: 7,
  maxSessionSeconds: 3600,
  maxTimeoutSeconds: 30,
  minLogRetentionDays: 90,
  maxToolsPerTarget: 50,
  severities: {},
  today: new Date().toISOString().slice(0, 10),
};

export function isStrict(options: RuleOptions): boolean {
  return options.profile !== 'default';
}
