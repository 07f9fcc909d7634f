import type { ToolInputType } from './tool-schema';

/** A step of the way to a value: a property of an object, or every item of a list. */
export type ConstraintStep = { readonly property: string } | { readonly items: true };

/** One keyword of an input schema that the gateway does not carry and that is enforced elsewhere. */
export interface InputConstraint {
  readonly path: readonly ConstraintStep[];
  /** Type of the value that is constrained. */
  readonly type: ToolInputType;
  readonly keyword: ConstraintKeyword;
  readonly value: unknown;
}

/** Keywords that are enforced, by the type that they apply to; with what their value has to be. */
export const CONSTRAINT_KEYWORDS = {
  enum: ['string', 'integer', 'number'],
  const: ['string', 'integer', 'number', 'boolean'],
  pattern: ['string'],
  format: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  exclusiveMinimum: ['integer', 'number'],
  exclusiveMaximum: ['integer', 'number'],
  multipleOf: ['integer', 'number'],
  minItems: ['array'],
  maxItems: ['array'],
  uniqueItems: ['array'],
  additionalProperties: ['object'],
} as const satisfies { readonly [keyword: string]: readonly ToolInputType[] };

export type ConstraintKeyword = keyof typeof CONSTRAINT_KEYWORDS;

export function isConstraintKeyword(keyword: string): keyword is ConstraintKeyword {
  return Object.hasOwn(CONSTRAINT_KEYWORDS, keyword);
}

/** `lines[].amount`; `input` for the arguments as a whole. */
export function pathText(path: readonly ConstraintStep[]): string {
  const text = path.map((step) => ('property' in step ? `.${step.property}` : '[]')).join('');
  return text === '' ? 'input' : text.replace(/^\./, '');
}
