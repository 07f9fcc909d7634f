import { isObject } from '../assembly/cloudformation';
import { isUnknown, Unknown } from '../assembly/resolve';
import { asList, type ModelResource, property } from '../assembly/template-model';
import { finding, type Outcome, undecided } from './rule';

/** What is wrong with a value, or undefined. */
export type Problem = (value: unknown) => string | undefined;

/** Reads `A.B.0.C` below `Properties`. */
export function at(resource: ModelResource, path: string): unknown {
  return property(resource, ...path.split('.'));
}

/** Judges one property. What is unknown, also inside of it, is undecided. */
export function* judge(resource: ModelResource, path: string, problem: Problem, key?: string): Iterable<Outcome> {
  const value = at(resource, path);
  const open = openPart(value);
  if (open !== undefined) {
    yield undecided(resource, `Properties.${path}`, open);
    return;
  }
  const detail = problem(value);
  if (detail !== undefined) yield finding(resource, `Properties.${path}`, detail, key);
}

/** Judges a property that must be known to the letter: a reference to something is undecided, too. */
export function* judgeLiteral(
  resource: ModelResource,
  path: string,
  problem: Problem,
  key?: string,
): Iterable<Outcome> {
  const value = at(resource, path);
  const open = openPart(value) ?? referencePart(value);
  if (open === undefined) yield* judge(resource, path, problem, key);
  else yield undecided(resource, `Properties.${path}`, open);
}

/** Judges each item of a list property by itself; the item is the key of the finding. */
export function* judgeEach(resource: ModelResource, path: string, problem: Problem): Iterable<Outcome> {
  const value = at(resource, path);
  if (isUnknown(value)) {
    yield undecided(resource, `Properties.${path}`, value);
    return;
  }
  for (const item of asList(value)) {
    const open = openPart(item);
    if (open !== undefined) yield undecided(resource, `Properties.${path}`, open);
    else {
      const detail = problem(item);
      if (detail !== undefined) yield finding(resource, `Properties.${path}`, detail, String(item));
    }
  }
}

/** The first unknown part of a value, however deep. */
export function openPart(value: unknown): Unknown | undefined {
  if (isUnknown(value)) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const item of Object.values(value)) {
    const open = openPart(item);
    if (open !== undefined) return open;
  }
  return undefined;
}

/** The first text that is not known to the letter: a reference, a pseudo parameter, a dynamic reference. */
function referencePart(value: unknown): Unknown | undefined {
  const text = textsOf(value).find((part) => part.includes('${') || part.includes('{{resolve:'));
  return text === undefined ? undefined : new Unknown(`it is ${shownReference(text)}`);
}

/** All texts in a value, keys included. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isObject(value) && !isUnknown(value) ? Object.entries(value).flatMap(([k, v]) => [k, ...textsOf(v)]) : [];
}

/** Leaves out a secret that a dynamic reference or a long text might show. */
export function shownReference(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** CloudFormation takes `true` and `"true"`. */
export function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

export function isFalse(value: unknown): boolean {
  return value === false || (typeof value === 'string' && value.toLowerCase() === 'false');
}

/** CloudFormation takes `15` and `"15"`. */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function texts(value: unknown): string[] {
  return asList(value).filter((item): item is string => typeof item === 'string');
}
