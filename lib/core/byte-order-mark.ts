/** Without the mark that editors on Windows put before UTF-8, and that is no part of JSON, YAML, Cedar or Python. */
export function withoutByteOrderMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
