import { isObject } from './cloudformation';

const MARK = '\u0000';
const MARKED = new RegExp(`${MARK}UNRESOLVED:([^${MARK}]*)${MARK}`, 'g');

/** Stands for what is only known after a deployment: no real value can contain it, so nothing ever equals it. */
export function unresolved(what: string): string {
  return `${MARK}UNRESOLVED:${what}${MARK}`;
}

export function isUnresolved(text: string): boolean {
  return text.includes(MARK);
}

/** What is unresolved anywhere in a value, e.g. `GetAtt Custom.Token`. */
export function unresolvedIn(value: unknown): string[] {
  const found = new Set<string>();
  const visit = (item: unknown): void => {
    if (typeof item === 'string') for (const [, what] of item.matchAll(MARKED)) found.add(what!);
    else if (Array.isArray(item)) for (const part of item) visit(part);
    else if (isObject(item)) for (const part of Object.values(item)) visit(part);
  };
  visit(value);
  return [...found];
}

/** `{{resolve:secretsmanager:…}}`: known only in the account. */
export function dynamicReferences(text: string): string {
  return text.replace(/\{\{resolve:([^}]*)\}\}/g, (_match, reference: string) => unresolved(reference));
}
