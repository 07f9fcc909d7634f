import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withoutByteOrderMark } from '../core/byte-order-mark';
import type { ErrorCode, Problem } from '../core/errors';
import { shown } from '../core/errors';

/** A JSON or YAML document, or why there is none. */
export interface ParsedDocument {
  readonly document?: unknown;
  /** Where it comes from, for errors. */
  readonly origin: string;
  readonly problems: readonly Problem[];
}

export function readDocument(path: string, code: ErrorCode): ParsedDocument {
  let text: string;
  try {
    text = withoutByteOrderMark(readFileSync(resolve(path), 'utf8'));
  } catch (error) {
    return unreadable(path, code, error as Error);
  }
  return parseDocument(text, path, code);
}

/** JSON is YAML, but its own parser is faster and its errors are plainer. */
export function parseDocument(text: string, origin: string, code: ErrorCode): ParsedDocument {
  try {
    const isJson = /^\s*[{[]/.test(text);
    return { document: isJson ? JSON.parse(text) : parseYaml(text), origin, problems: [] };
  } catch (error) {
    return unreadable(origin, code, error as Error);
  }
}

/** Loaded only by apps that have a YAML document. */
function parseYaml(text: string): unknown {
  const { parse } = require('yaml') as typeof import('yaml');
  return parse(text, { maxAliasCount: 100 });
}

function unreadable(origin: string, code: ErrorCode, error: Error): ParsedDocument {
  const problem: Problem = {
    code,
    message: `the document cannot be read from ${shown(origin)}, got ${firstLine(error.message)}`,
    fix: 'Pass a JSON or YAML file, relative to the directory where the app runs',
  };
  return { origin, problems: [problem] };
}

/** What follows is an excerpt of the document. */
function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
