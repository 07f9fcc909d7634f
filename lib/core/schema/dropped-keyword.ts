/** Keywords of JSON Schema for readers. They accept and refuse nothing, so nothing is lost where they do not go. */
export const ANNOTATIONS = [
  '$schema',
  '$id',
  '$comment',
  'title',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
];

/** Why something that an author wrote goes nowhere. */
export const DROP_REASONS = {
  annotation: 'for readers of the schema: it accepts and refuses nothing',
  extension: 'an extension: nothing here knows what it means',
  withoutEffect: 'what is assumed without it, too',
  null: 'an argument is left out, not null: a call with null is refused',
  format: 'a format that nothing checks',
  definitions: 'definitions stand where they are referred to',
  replaced: 'replaced by what stands nearer to the argument, or in the options of the target',
  openPath: 'replaced by a pattern that keeps the value in its segment of the path',
  connection: 'how the API is called is up to the gateway and the options of the target',
  unpublished: 'not published: what is not there cannot mislead a model',
  hint: 'a hint of the server, not a promise: only destructiveHint is heeded, and raises the risk',
} as const;

export type DropReason = keyof typeof DROP_REASONS;

/** Something that an author wrote and that is neither published nor enforced, because there is nothing to enforce. */
export interface DroppedKeyword {
  /** JSON pointer (RFC 6901) into the document of the author: `/properties/amount/title`. */
  readonly pointer: string;
  readonly keyword: string;
  readonly why: DropReason;
}

/** Pointer of a key of the value that the pointer names. */
export function pointerTo(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function dropped(pointer: string, keyword: string, why: DropReason): DroppedKeyword {
  return { pointer: pointerTo(pointer, keyword), keyword, why };
}

/** What stands in an object beside the keys that are read. */
export function droppedBeside(
  json: { readonly [key: string]: unknown },
  read: readonly string[],
  pointer: string,
  why: { readonly [keyword: string]: DropReason },
): DroppedKeyword[] {
  return Object.keys(json)
    .filter((keyword) => !read.includes(keyword))
    .map((keyword) => dropped(pointer, keyword, reasonFor(keyword, why)));
}

function reasonFor(keyword: string, why: { readonly [keyword: string]: DropReason }): DropReason {
  if (Object.hasOwn(why, keyword)) return why[keyword]!;
  return isExtension(keyword) ? 'extension' : 'unpublished';
}

export function isExtension(keyword: string): boolean {
  return keyword.startsWith('x-');
}
