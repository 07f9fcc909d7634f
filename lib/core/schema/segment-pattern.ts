/** What ends a segment of a path, starts an escape of one that does, or is taken out of a URL before it is read. */
const UNSAFE = ['/', '\\', '%', '?', '#', '\t', '\n', '\r'];

/** Segments that lead to another path without any of these; some servers cut off what follows a semicolon. */
const DOT_SEGMENTS = ['', '.', '..', '.;', '..;', '..;a'];

/**
 * Whether every value that a regular expression (ECMA-262, flag `u`) admits stays within one segment of a path: no `/`,
 * `\`, `%`, `?` or `#`, no tab or line break, and neither nothing nor `.` nor `..`, alone or before a `;`.
 *
 * `true` is proven: each alternative is bound to both ends of the value, and each character between them is one of a set
 * that was asked for all of the above. What cannot be read so, such as a back reference, is `false`.
 */
export function keepsToSegment(pattern: string): boolean {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch {
    return false;
  }
  return new Reader(pattern).isBound() && !DOT_SEGMENTS.some((segment) => expression.test(segment));
}

const QUANTIFIER = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/uy;
/** One character of the value: an escape, a class, or the character itself. */
const CHARACTER =
  /\\(?:u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[pP]\{[^}]*\}|c[A-Za-z]|[^1-9k])|\[(?:\\.|[^\\\]])*\]|[^\\[\]()|^$*+?{}]/suy;
const GROUP = /\((?:\?:|\?<[A-Za-z_$][\w$]*>|(?!\?))/uy;
const LOOKAROUND = /\(\?<?[=!]/uy;

/** Reads an expression that compiles, and stops at what it does not know. */
class Reader {
  private position = 0;

  public constructor(private readonly pattern: string) {}

  public isBound(): boolean {
    do {
      if (this.take(/\^/y) === undefined || !this.sequence(true) || this.take(/\$/y) === undefined) return false;
    } while (this.take(/\|/y) !== undefined);
    return this.position === this.pattern.length;
  }

  /** Whether all characters that it takes from the value are safe; what only looks at the value may be about any. */
  private sequence(taking: boolean): boolean {
    for (;;) {
      const character = this.take(CHARACTER);
      if (character !== undefined) {
        if (taking && !isSafe(character)) return false;
      } else if (this.take(LOOKAROUND) !== undefined) {
        if (!this.group(false)) return false;
      } else if (this.take(GROUP) !== undefined) {
        if (!this.group(taking)) return false;
      } else if (taking || this.take(/[\^$]/y) === undefined) return true;
      this.take(QUANTIFIER);
    }
  }

  private group(taking: boolean): boolean {
    do {
      if (!this.sequence(taking)) return false;
    } while (this.take(/\|/y) !== undefined);
    return this.take(/\)/y) !== undefined;
  }

  private take(token: RegExp): string | undefined {
    token.lastIndex = this.position;
    const found = token.exec(this.pattern)?.[0];
    this.position += found?.length ?? 0;
    return found;
  }
}

function isSafe(character: string): boolean {
  const expression = new RegExp(`^${character}$`, 'u');
  return !UNSAFE.some((unsafe) => expression.test(unsafe));
}
