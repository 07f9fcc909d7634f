/**
 * A change of `test/fixtures/templates/four-layers.yaml`, which every rule is content with: values by path below
 * `Properties` (`Gateway/AuthorizerType`), `undefined` to remove; a path of one step is a whole resource.
 */
export interface Change {
  readonly [path: string]: unknown;
}

export interface RuleCases {
  /** Each makes the rule fire; the first one must make no other rule say anything. */
  readonly violating: { readonly [name: string]: Change };
  /** Each leaves the rule undecided. */
  readonly undecided: { readonly [name: string]: Change };
  /** Further templates the rule is content with. */
  readonly compliant?: { readonly [name: string]: Change };
}

export interface LayerCases {
  readonly [ruleId: string]: RuleCases;
}

/** A parameter: its value is decided at deployment. */
export const OPEN = { Ref: 'Open' };
