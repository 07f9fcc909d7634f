import type { SourcePosition } from './handler-analysis';

/** `[column, source, line]` by generated line. */
type Segment = readonly [column: number, source: number, line: number];

interface SourceMap {
  readonly sources: readonly (string | null)[];
  readonly mappings: string;
}

const DIGITS = new Map([...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((c, i) => [c, i]));

/**
 * Finds the source of a position in a bundle. Without a source map, or with a broken one, positions are those of the
 * bundle.
 *
 * @see https://tc39.es/ecma426/
 */
export class SourcePositions {
  private readonly lineStarts: number[];
  private readonly lines: Segment[][];
  private readonly sources: readonly (string | null)[];

  public constructor(code: string, sourceMap: string | undefined) {
    this.lineStarts = [0];
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) this.lineStarts.push(at + 1);
    const map = parsed(sourceMap);
    this.sources = map?.sources ?? [];
    this.lines = map === undefined ? [] : decode(map.mappings);
  }

  public at(offset: number): SourcePosition {
    const line = this.lineAt(offset);
    const segment = this.segment(line, offset - this.lineStarts[line]!);
    const source = segment === undefined ? undefined : this.sources[segment[1]];
    if (segment === undefined || source === undefined || source === null) return { file: 'index.js', line: line + 1 };
    return { file: source, line: segment[2] + 1 };
  }

  /** Whether the position comes from an installed package. */
  public isLibrary(offset: number): boolean {
    return isLibraryFile(this.at(offset).file);
  }

  /** Names of the installed packages whose code is in the bundle. */
  public get packages(): string[] {
    return [...new Set(this.sources.flatMap((source) => packageOf(source ?? '') ?? []))];
  }

  /** Name of the installed package that the position comes from. */
  public packageAt(offset: number): string | undefined {
    return packageOf(this.at(offset).file);
  }

  private lineAt(offset: number): number {
    let [low, high] = [0, this.lineStarts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private segment(line: number, column: number): Segment | undefined {
    const segments = this.lines[line] ?? [];
    return segments.filter(([start]) => start <= column).at(-1) ?? segments[0] ?? this.lines[line - 1]?.at(-1);
  }
}

export function isLibraryFile(file: string): boolean {
  return /(^|[\\/:])node_modules[\\/]/.test(file);
}

function packageOf(file: string): string | undefined {
  return /^(?:.*[\\/:])?node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1];
}

function parsed(text: string | undefined): SourceMap | undefined {
  try {
    const map = JSON.parse(text ?? '') as SourceMap;
    return Array.isArray(map.sources) && typeof map.mappings === 'string' ? map : undefined;
  } catch {
    return undefined;
  }
}

function decode(mappings: string): Segment[][] {
  let [source, line] = [0, 0];
  return mappings.split(';').map((text) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const segment of text === '' ? [] : text.split(',')) {
      const [columns, sources, lines] = vlq(segment);
      column += columns ?? 0;
      if (sources === undefined) continue;
      source += sources;
      line += lines ?? 0;
      segments.push([column, source, line]);
    }
    return segments;
  });
}

/** Base 64 digits of six bits: the highest says that more follow, the lowest of the whole is the sign. */
function vlq(text: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const char of text) {
    const digit = DIGITS.get(char) ?? 0;
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
