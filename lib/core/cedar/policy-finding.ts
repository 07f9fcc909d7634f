import type { KnownCaller } from './access-map';
import type { CedarPolicyJson, CedarPolicyText } from './engine';
import type { CedarExpression } from './expression';
import type { CedarTool } from './schema-from-tools';

export type PolicyFindingKind =
  | 'unconditional-permit'
  | 'duplicate'
  | 'never-applies'
  | 'over'
  | 'tool-unreachable'
  | 'tool-open-to-everybody'
  | 'forbid-fails-open'
  | 'wider-than-scopes'
  | 'refused-by-service'
  | 'needs-admin-permission'
  | 'disputed-action-list'
  | 'quota';

/** A policy, or one part of its condition. */
export interface PolicyPart {
  readonly policyId: string;
  readonly part?: CedarExpression;
}

export interface PolicyFinding extends Partial<PolicyPart> {
  readonly kind: PolicyFindingKind;
  readonly severity: 'error' | 'warning';
  /** `<target>___<tool>` */
  readonly tool?: string;
  readonly message: string;
  readonly fix: string;
  /** Other policies that it follows from. */
  readonly because?: readonly PolicyPart[];
}

export interface ReadPolicy extends CedarPolicyText {
  readonly json: CedarPolicyJson;
}

export interface AnalyzedTool extends CedarTool {
  /** The OAuth scope that calls of this tool are meant to need. */
  readonly scope?: string;
}

export interface AnalyzedCaller extends KnownCaller {
  /** The scopes that its client can get. */
  readonly scopes: readonly string[];
}

export interface AnalysisInput {
  readonly gatewayArn: string;
  readonly tools: readonly AnalyzedTool[];
  /** Active policies that pass strict validation; what does not parse is left to the validator. */
  readonly policies: readonly CedarPolicyText[];
  readonly callers: readonly AnalyzedCaller[];
  /** `YYYY-MM-DD` in UTC. What a policy allows or forbids before it only is over. */
  readonly today: string;
}
