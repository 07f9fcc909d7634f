/** A place in the handler's own sources, as far as its source map tells. */
export interface SourcePosition {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** What names a resource in a call. */
export type ResourceExpression =
  /** An environment variable, as it is. */
  | { readonly kind: 'env'; readonly name: string }
  /** Text: `*` for what is not known, `${NAME}` for an environment variable. */
  | { readonly kind: 'text'; readonly text: string }
  /** The caller of the tool chooses it. */
  | { readonly kind: 'input' }
  | { readonly kind: 'unknown' };

/** One IAM action that the code needs, where, and on what. */
export interface UsedPermission {
  /** IAM prefix of the client that is called. */
  readonly service: string;
  /** SDK operation. */
  readonly operation: string;
  /** `dynamodb:GetItem`. */
  readonly action: string;
  /** Any of these; empty for an operation that names no resource. */
  readonly resources: readonly ResourceExpression[];
  /** What follows the resource's ARN, as patterns: `/index/byCustomer`, `/in/*`; `''` is the resource itself. */
  readonly parts: readonly string[];
  /** `must`: the handler's own code makes this call. `may`: see `reason`. */
  readonly certainty: 'must' | 'may';
  readonly reason?: string;
  readonly at: SourcePosition;
}

/** Something that keeps the analysis from being complete. */
export interface Unverifiable {
  /** IAM prefix, or `*`: then nothing can be said about what is not used. */
  readonly service: string;
  readonly reason: string;
  readonly at: SourcePosition;
}

/** A call that stands in the code, and that the analysis did not come to. */
export interface UnreachedCommand {
  /** IAM prefix, or `*` for any. */
  readonly service: string;
  /** SDK operation, or `*` for any. */
  readonly operation: string;
  /** Set when the name alone says so, and is one that much other code has, such as `query`. */
  readonly guessed?: true;
  /** Set when it is seen to be called, by a client with credentials of its own: whether they are the role's is not known. */
  readonly byOthers?: true;
  readonly at: SourcePosition;
}

export interface HandlerAnalysis {
  readonly used: readonly UsedPermission[];
  readonly unverifiable: readonly Unverifiable[];
  readonly unreached: readonly UnreachedCommand[];
  /** Where names stand in the code that may be those of environment variables. */
  readonly variables?: ReadonlyMap<string, SourcePosition>;
}
