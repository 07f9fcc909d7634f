import { ANNOTATIONS } from '../schema/dropped-keyword';

type Json = { readonly [key: string]: unknown };

export interface Argument {
  readonly name: string;
  readonly schema: Json;
  readonly required: boolean;
}

/** The schema of all arguments of an operation. */
export function inputOf(args: readonly Argument[]): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(args.map(({ name, schema }) => [name, schema])),
    required: [...new Set(args.filter((argument) => argument.required).map(({ name }) => name))],
  };
}

/** What the schema of a body demands of the body as a whole, and so of all arguments together. */
export function rulesOf(body: Json): Json {
  const elsewhere = ['type', 'properties', 'required', 'description', ...ANNOTATIONS];
  return Object.fromEntries(Object.entries(body).filter(([keyword]) => !elsewhere.includes(keyword)));
}
