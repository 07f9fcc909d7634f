import type { CedarPrincipal } from '../../core/cedar/request';

/** Who calls: a verified token, or nobody in particular. */
export interface CallerIdentity {
  readonly principal: CedarPrincipal;
  /** For the decision log. */
  readonly name: string;
  /**
   * The token that was verified; it goes nowhere but to the authorization server that exchanges it, and to a target with
   * `JWT_PASSTHROUGH`.
   */
  readonly token?: string;
}
