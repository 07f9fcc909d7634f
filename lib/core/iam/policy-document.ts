/** An IAM policy as data, its intrinsic functions resolved. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: ConditionBlock;
}

export type OneOrMany = string | readonly string[];

export type PrincipalElement = '*' | { readonly [kind: string]: OneOrMany };

export type ConditionBlock = {
  readonly [operator: string]: { readonly [key: string]: ConditionValue | readonly ConditionValue[] };
};

export type ConditionValue = string | number | boolean;

export function many<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return many<Statement>(document.Statement);
}
