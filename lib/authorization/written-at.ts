import { isDeepStrictEqual } from 'node:util';
import { parsePolicy } from '../core/cedar/engine';
import { type CedarExpression, conditionOf, partsOf } from '../core/cedar/expression';
import type { CallSite } from './call-site';

/** What one call of the app added to a policy. */
export interface WrittenPart {
  /** Cedar text, as it stands in the policy. */
  readonly text: string;
  readonly site?: CallSite;
}

/** A policy that consists of such parts. */
export interface WrittenPolicy {
  readonly text: string;
  readonly parts: readonly WrittenPart[];
  /** Construct path. */
  readonly path: string;
}

/** Where something was written. */
export interface Place {
  /** Files with line, and column where it is known. */
  readonly lines: readonly string[];
  /** Construct path; files have none. */
  readonly path?: string;
}

const LINES_MAX = 3;

/** Lines of the app and the construct that they are about: `app.ts:41:6, Shop/Gateway/refund`. */
export function writtenAt(path: string, sites: readonly (CallSite | undefined)[]): string {
  return placeText([placeOf(path, sites)]);
}

/** Each line and construct once; a few lines are enough to find the rest. */
export function placeText(places: readonly Place[]): string {
  const lines = [...new Set(places.flatMap((place) => place.lines))];
  const paths = [...new Set(places.flatMap(({ path }) => path ?? []))];
  const more = lines.length > LINES_MAX ? ` and ${lines.length - LINES_MAX} more` : '';
  const text = lines.slice(0, LINES_MAX).join(', ');
  return [...(text === '' ? [] : [text + more]), ...paths].join(', ');
}

/** The lines that wrote what stands at a place in a policy, in bytes; all lines for what the library writes itself. */
export function placeAt(policy: WrittenPolicy, offset: number | undefined): Place {
  const { text, parts } = policy;
  if (offset === undefined) return placeOfParts(policy, parts);
  const index = Buffer.from(text, 'utf8').subarray(0, offset).toString('utf8').length;
  const starts = new Map<string, number>();
  let end = 0;
  for (const part of parts) {
    // Equal parts stand there once.
    if (starts.has(part.text)) continue;
    starts.set(part.text, text.indexOf(part.text, end));
    end = starts.get(part.text)! + part.text.length;
  }
  const holds = (part: WrittenPart) => {
    const start = starts.get(part.text)!;
    return start <= index && index < start + part.text.length;
  };
  return placeOfParts(policy, parts.filter(holds));
}

/** The lines that wrote a part of the condition of a policy; all lines without one. */
export function placeWith(policy: WrittenPolicy, part: CedarExpression | undefined): Place {
  if (part === undefined || policy.parts.length < 2) return placeOfParts(policy, policy.parts);
  const has = ({ text }: WrittenPart) => {
    const { json } = parsePolicy(`permit (principal, action, resource) when { ${text} };`);
    if (json === undefined) return false;
    for (const each of partsOf(conditionOf(json))) if (isDeepStrictEqual(each, part)) return true;
    return false;
  };
  return placeOfParts(policy, policy.parts.filter(has));
}

function placeOfParts({ path, parts }: WrittenPolicy, some: readonly WrittenPart[]): Place {
  const written = some.length === 0 ? parts : some;
  return placeOf(
    path,
    written.map(({ site }) => site),
  );
}

function placeOf(path: string, sites: readonly (CallSite | undefined)[]): Place {
  return { path, lines: sites.flatMap((site) => site?.place ?? []) };
}
