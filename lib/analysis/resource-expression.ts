import type { ResourceExpression } from './handler-analysis';
import type { Cell, Value } from './values';

const MOST_ALTERNATIVES = 16;
const MOST_DEPTH = 8;

/** What a cell may hold, as the name of a resource. Nothing known is `unknown`, never nothing. */
export function resourceExpressions(cell: Cell | undefined): ResourceExpression[] {
  const found = new Map<string, ResourceExpression>();
  for (const value of cell?.values ?? []) {
    for (const expression of ofValue(value, 0)) found.set(JSON.stringify(expression), expression);
  }
  const all = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, expression]) => expression);
  if (all.length === 0 || all.length > MOST_ALTERNATIVES) return [{ kind: 'unknown' }];
  // What the caller chooses is not known either, but that is the lesser half of it.
  return all.some(({ kind }) => kind === 'input') ? all.filter(({ kind }) => kind !== 'unknown') : all;
}

/** Patterns of text that a cell may hold; `*` for what is not known or the caller chooses. */
export function textPatterns(cell: Cell | undefined): string[] {
  const texts = [...(cell?.values ?? [])].flatMap((value) => ofValue(value, 0, true)).map(asText);
  return texts.length === 0 || texts.length > MOST_ALTERNATIVES ? ['*'] : [...new Set(texts)].sort();
}

function ofValue(value: Value, depth: number, anyInput = false): ResourceExpression[] {
  switch (value.kind) {
    case 'env':
      return [{ kind: 'env', name: value.name }];
    case 'text':
      return [{ kind: 'text', text: value.text }];
    case 'input':
      return [{ kind: anyInput ? 'unknown' : 'input' }];
    case 'template':
      return ofTemplate(value.parts, depth, anyInput);
    default:
      return [{ kind: 'unknown' }];
  }
}

function ofTemplate(parts: readonly (string | Cell)[], depth: number, anyInput: boolean): ResourceExpression[] {
  if (depth >= MOST_DEPTH) return [{ kind: 'unknown' }];
  let alternatives: ResourceExpression[] = [{ kind: 'text', text: '' }];
  for (const part of parts) {
    const pieces: ResourceExpression[] =
      typeof part === 'string' ? [{ kind: 'text', text: part }] : ofPart(part, depth, anyInput);
    alternatives = alternatives.flatMap((before) => pieces.map((piece) => joined(before, piece)));
    if (alternatives.length > MOST_ALTERNATIVES) return [{ kind: 'unknown' }];
  }
  return alternatives.map((expression) =>
    expression.kind === 'text' && /^\*+$/.test(expression.text) ? { kind: 'unknown' } : expression,
  );
}

function ofPart(cell: Cell, depth: number, anyInput: boolean): ResourceExpression[] {
  const pieces = [...cell.values].flatMap((value) => ofValue(value, depth + 1, anyInput));
  return pieces.length === 0 ? [{ kind: 'unknown' }] : pieces;
}

function joined(before: ResourceExpression, piece: ResourceExpression): ResourceExpression {
  if (before.kind === 'text' && before.text === '') return piece;
  if (piece.kind === 'text' && piece.text === '') return before;
  if (before.kind === 'input' || piece.kind === 'input') return { kind: 'input' };
  return { kind: 'text', text: `${asText(before)}${asText(piece)}` };
}

function asText(expression: ResourceExpression): string {
  if (expression.kind === 'text') return expression.text;
  return expression.kind === 'env' ? `\${${expression.name}}` : '*';
}
