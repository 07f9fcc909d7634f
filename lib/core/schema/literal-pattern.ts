/** One way to match: this text, at the start of the value, at its end, as the whole of it, or anywhere in it. */
export interface LiteralMatch {
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** Alternatives that a group may multiply to; what has more is left to a regular expression engine. */
const MATCHES_MAX = 100;

/** ECMA-262 `SyntaxCharacter`, `/`: what `\` may stand before, with flag `u`, to mean the character itself. */
const ESCAPABLE = '^$\\.*+?()[]{}|/';

/**
 * Reads a regular expression (ECMA-262, flag `u` and no other) that does no more than compare with texts: `^o-`, `\.pdf$`,
 * `^(?:a|b)$`, `draft`. A value matches the expression when it matches one of the results.
 *
 * `undefined` for everything else: classes, repetition, assertions, back references, other escapes, and anchors elsewhere
 * than at the ends of an alternative. Without flag `m`, `^` and `$` are the ends of the value and not of a line.
 */
export function literalMatches(pattern: string): readonly LiteralMatch[] | undefined {
  const reader = new Reader(tokensOf(pattern));
  const matches = reader.readPattern();
  if (matches === undefined || matches.length > MATCHES_MAX) return undefined;
  return [...new Map(matches.map((match) => [JSON.stringify(match), match])).values()];
}

/** A character of a text, or one that means something. */
type Token = { readonly character: string } | { readonly operator: string };

function tokensOf(pattern: string): Token[] {
  const characters = Array.from(pattern);
  const tokens: Token[] = [];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index]!;
    const next = characters[index + 1];
    if (character === '\\' && next !== undefined && ESCAPABLE.includes(next)) {
      tokens.push({ character: next });
      index++;
    } else if (ESCAPABLE.includes(character) && character !== '/') tokens.push({ operator: character });
    else tokens.push({ character });
  }
  return tokens;
}

/**
 * `pattern := branch ('|' branch)*`, `branch := '^'? sequence '$'?`, `sequence := (character | group)*`. What does not
 * belong to it stops the reader, which then has not read all.
 */
class Reader {
  private position = 0;

  public constructor(private readonly tokens: readonly Token[]) {}

  public readPattern(): LiteralMatch[] | undefined {
    const matches: LiteralMatch[] = [];
    do {
      const atStart = this.take('^');
      const texts = this.readSequence();
      const atEnd = this.take('$');
      matches.push(...texts.map((text) => ({ text, atStart, atEnd })));
    } while (this.take('|'));
    return this.position === this.tokens.length ? matches : undefined;
  }

  private readSequence(): string[] {
    let texts = [''];
    for (;;) {
      const before = this.position;
      const parts = this.readCharacter() ?? this.readGroup();
      if (parts === undefined || texts.length * parts.length > MATCHES_MAX) {
        this.position = before;
        return texts;
      }
      texts = texts.flatMap((text) => parts.map((part) => text + part));
    }
  }

  private readCharacter(): string[] | undefined {
    const token = this.tokens[this.position];
    if (token === undefined || !('character' in token)) return undefined;
    this.position++;
    return [token.character];
  }

  /** Capturing makes no difference, since nothing refers back. */
  private readGroup(): string[] | undefined {
    if (!this.take('(')) return undefined;
    if (this.take('?') && this.readCharacter()?.[0] !== ':') return undefined;
    const texts: string[] = [];
    do texts.push(...this.readSequence());
    while (this.take('|'));
    return this.take(')') ? texts : undefined;
  }

  private take(operator: string): boolean {
    const token = this.tokens[this.position];
    if (token === undefined || !('operator' in token) || token.operator !== operator) return false;
    this.position++;
    return true;
  }
}
