/** A place in a policy text, as people count: lines and columns from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
  /** The line with a caret line under it. */
  readonly excerpt: string;
}

const LINE_LIMIT = 160;

/** @param start and end are byte offsets into the UTF-8 text, as Cedar reports them */
export function positionOf(text: string, start: number, end: number): SourcePosition {
  const bytes = Buffer.from(text, 'utf8');
  const from = bytes.subarray(0, start).toString('utf8').length;
  const to = bytes.subarray(0, end).toString('utf8').length;
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const nextBreak = text.indexOf('\n', from);
  const lineEnd = nextBreak === -1 ? text.length : nextBreak;
  const line = text.slice(0, lineStart).split('\n').length;
  const column = from - lineStart + 1;
  return { line, column, excerpt: caretLine(text.slice(lineStart, lineEnd), line, from - lineStart, to - lineStart) };
}

function caretLine(source: string, line: number, from: number, to: number): string {
  // A window around the place: generated statements have long lines.
  const windowStart = from > LINE_LIMIT - 40 ? from - 40 : 0;
  const shownLine = source.slice(windowStart, windowStart + LINE_LIMIT);
  const lead = windowStart > 0 ? '...' : '';
  const width = Math.max(1, Math.min(to, source.length, windowStart + LINE_LIMIT) - from);
  const gutter = ' '.repeat(String(line).length);
  const indent = lead.length + from - windowStart;
  return `${line} | ${lead}${shownLine}\n${gutter} | ${' '.repeat(indent)}${'^'.repeat(width)}`;
}
