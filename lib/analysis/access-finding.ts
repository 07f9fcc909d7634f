import type { DeclaredAccessMetadata } from '../protocol/template-metadata';
import type { SourcePosition } from './handler-analysis';

export type AccessFindingKind =
  /** The code makes a call that no access allows: it would be denied. */
  | 'missing'
  /** The code may make such a call. */
  | 'possibly-missing'
  /** An access allows what no code uses. */
  | 'excess'
  /** The caller of the tool chooses the table, bucket or the like. */
  | 'resource-from-input'
  | 'unverifiable';

export interface AccessFinding {
  readonly kind: AccessFindingKind;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** What to do, with the `access` line as it should be. */
  readonly fix: string;
  /** In the code; of what is excess, in the app that declares it. */
  readonly at?: SourcePosition;
  /** Environment variable of the access concerned. */
  readonly env?: string;
  readonly action?: string;
}

/** A declared access, and, where it is known, the parts of the resource that it is limited to. */
export interface DeclaredAccess extends DeclaredAccessMetadata {
  /** Other environment variables that the access sets. */
  readonly companions?: readonly string[];
  /** By operation, what follows the ARN: `/index/byCustomer`, `/in/*`, `''`. Left out: the declaration is not compared by part. */
  readonly parts?: { readonly [operation: string]: readonly string[] };
}

/** What a policy allows that was added to the role from outside, beside the declared access. */
export interface OutsideGrant {
  /** Patterns of actions; `undefined` where they are not known. */
  readonly actions: readonly string[] | undefined;
  /** Environment variables that may name a resource of it. */
  readonly envs: readonly string[];
  readonly anyResource: boolean;
  /** Its resources, for people. */
  readonly name: string;
}
