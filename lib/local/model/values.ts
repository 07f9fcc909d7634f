export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A list that is there but cannot be read is an empty one: it admits nothing. */
export function texts(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(String) : [];
}
