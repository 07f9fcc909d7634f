import { readText } from '../assembly/read-json-file';
import type { LocatedFinding } from '../rules/run-rules';

/** From 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Where a resource stands in its template; templates are read once. */
export function templatePlaces(): (finding: LocatedFinding) => TextPlace | undefined {
  const files = new Map<string, Map<string, TextPlace>>();
  return ({ templateFile, resource }) => {
    let places = files.get(templateFile);
    if (places === undefined) {
      places = resourcePlaces(readText(templateFile));
      files.set(templateFile, places);
    }
    return places.get(resource);
  };
}

/** Of the keys right under Resources. */
export function resourcePlaces(text: string): Map<string, TextPlace> {
  return /^\s*\{/.test(text) ? placesInJson(text) : placesInYaml(text);
}

/** By token: a template on one line has its places in columns. */
function placesInJson(text: string): Map<string, TextPlace> {
  const places = new Map<string, TextPlace>();
  const token = /[{}[\]"\n]/g;
  let [depth, line, lineStart, section] = [0, 1, 0, ''];
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [{ index }, sign] = [match, match[0]];
    if (sign === '\n') {
      line++;
      lineStart = index + 1;
    } else if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') depth--;
    else {
      token.lastIndex = endOfString(text, index);
      if (depth > 2 || !isBeforeColon(text, token.lastIndex)) continue;
      const name = keyOf(text.slice(index, token.lastIndex));
      if (depth === 1) section = name;
      else if (section === 'Resources') places.set(name, { line, column: index - lineStart + 1 });
    }
  }
  return places;
}

/** Sign by sign: a pattern for the whole string could exhaust the stack on a long one. */
function endOfString(text: string, start: number): number {
  const sign = /["\\]/g;
  sign.lastIndex = start + 1;
  for (let match = sign.exec(text); match !== null; match = sign.exec(text)) {
    if (match[0] === '"') return sign.lastIndex;
    sign.lastIndex++;
  }
  return text.length;
}

function isBeforeColon(text: string, index: number): boolean {
  const next = /\S/g;
  next.lastIndex = index;
  return next.exec(text)?.[0] === ':';
}

function keyOf(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

const KEY = /^(\s*)(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9:]+))\s*:/;

/** Those as far to the right as the first under Resources, until one comes that is as far left as the first of all. */
function placesInYaml(text: string): Map<string, TextPlace> {
  const places = new Map<string, TextPlace>();
  let section: number | undefined;
  let outer: number | undefined;
  let inner: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent, ...names] = KEY.exec(line) ?? [];
    if (indent === undefined) continue;
    const depth = indent.length;
    const name = names.find((each) => each !== undefined)!;
    outer ??= depth;
    if (depth <= outer) {
      section = name === 'Resources' ? depth : undefined;
      inner = undefined;
    } else if (section !== undefined) {
      inner ??= depth;
      if (depth === inner && !places.has(name)) places.set(name, { line: index + 1, column: depth + 1 });
    }
  }
  return places;
}
