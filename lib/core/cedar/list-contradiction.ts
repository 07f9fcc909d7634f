import { type CedarExpression, operatorOf, sides } from './expression';
import { scaled } from './implies';

/** What tests say about one list. */
interface ListFacts {
  empty: boolean;
  notEmpty: boolean;
  /** Elements that have to be in it. */
  readonly has: Set<string>;
  /** Elements that must not be in it. */
  readonly lacks: Set<string>;
  /** Of each of these sets an element has to be in it. */
  readonly oneOf: (readonly string[])[];
  /** It has no other elements. */
  only?: readonly string[];
}

/** Whether tests of one list are true for no list: of its elements, and of whether it has any. */
export function listsExclude(parts: readonly CedarExpression[]): boolean {
  const lists = new Map<string, ListFacts>();
  for (const part of parts) note(part, lists);
  return [...lists.values()].some(isImpossible);
}

function isImpossible({ empty, notEmpty, has, lacks, oneOf, only }: ListFacts): boolean {
  const possible = (element: string) => !lacks.has(element) && (only === undefined || only.includes(element));
  if ([...has].some((element) => !possible(element))) return true;
  if (oneOf.some((set) => !set.some(possible))) return true;
  if (notEmpty && only !== undefined && !only.some(possible)) return true;
  return empty && (notEmpty || has.size > 0 || oneOf.length > 0);
}

const OF_LISTS = ['contains', 'containsAll', 'containsAny'];

function note(part: CedarExpression, lists: Map<string, ListFacts>): void {
  const denied = (part['!'] as { arg: CedarExpression } | undefined)?.arg;
  const test = denied ?? part;
  const operator = operatorOf(test);
  if (operator === 'isEmpty') {
    const facts = factsOf((test.isEmpty as { arg: CedarExpression }).arg, lists);
    if (denied === undefined) facts.empty = true;
    else facts.notEmpty = true;
    return;
  }
  const pair = OF_LISTS.includes(operator) ? sides(test, operator) : undefined;
  if (pair === undefined) return;
  const [left, right] = [elements(pair.left), elements(pair.right)];
  if ((left === undefined) === (right === undefined)) {
    // `list.contains("a")`: its element is no set.
    const only = operator === 'contains' && left === undefined ? element(pair.right) : undefined;
    if (only !== undefined) apply(factsOf(pair.left, lists), 'containsAll', [only], denied !== undefined);
    return;
  }
  if (left !== undefined) {
    if (operator === 'containsAll' && denied === undefined) keepOnly(factsOf(pair.right, lists), left);
    else if (operator === 'containsAny') apply(factsOf(pair.right, lists), operator, left, denied !== undefined);
  } else apply(factsOf(pair.left, lists), operator, right!, denied !== undefined);
}

function apply(facts: ListFacts, operator: string, set: readonly string[], denied: boolean): void {
  if (operator === 'containsAny') {
    if (denied) for (const element of set) facts.lacks.add(element);
    else facts.oneOf.push(set);
  } else if (operator === 'containsAll') {
    // That not all are in it says nothing about one of several.
    if (!denied) for (const element of set) facts.has.add(element);
    else if (set.length === 1) facts.lacks.add(set[0]!);
  }
}

function keepOnly(facts: ListFacts, set: readonly string[]): void {
  const { only } = facts;
  facts.only = only === undefined ? set : only.filter((element) => set.includes(element));
}

/** The literals of a set, equal ones as one value; `undefined` when something else is in it. */
function elements(set: CedarExpression): readonly string[] | undefined {
  const items = Array.isArray(set.Value) ? set.Value.map((Value) => ({ Value })) : set.Set;
  if (!Array.isArray(items)) return undefined;
  const values = items.map(element);
  return values.includes(undefined) ? undefined : (values as string[]);
}

/** `1.5` and `1.50` are one decimal. */
function element(literal: CedarExpression): string | undefined {
  const { Value } = literal;
  if (typeof Value === 'string' || typeof Value === 'boolean') return JSON.stringify(Value);
  const number = scaled(literal);
  return number === undefined ? undefined : `${number.type} ${number.value}`;
}

function factsOf(list: CedarExpression, lists: Map<string, ListFacts>): ListFacts {
  const key = JSON.stringify(list);
  const facts = lists.get(key) ?? { empty: false, notEmpty: false, has: new Set(), lacks: new Set(), oneOf: [] };
  lists.set(key, facts);
  return facts;
}
