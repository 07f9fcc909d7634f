import type { Machine, Site } from './machine';
import { type Activation, Cell, holding, INPUT, type ObjectValue, UNKNOWN, type Value } from './values';

const YIELDED: ReadonlySet<Value['kind']> = new Set(['python', 'function', 'env', 'template', 'text']);

/** What is sent to a generator by `next`. */
export const SENT = '[[sent]]';

/** The iterator that a generator function returns. What it yields are its items. */
export function generatorOf(machine: Machine, activation: Activation): ObjectValue {
  const generator = machine.objectAt({ node: activation.node, activation }, 'generator', true);
  generator.property(SENT);
  return generator;
}

/** Items of an array or of anything else that is iterated, as far as no code of the program says how. */
export function elements(machine: Machine, of: Cell, to: Cell): void {
  const { solver } = machine;
  solver.watch(of, (value) => {
    // What a generator of Python yields stands for the generator.
    if (machine.language === 'python' && YIELDED.has(value.kind)) solver.add(to, value);
    else if (value.kind !== 'object') solver.add(to, value.kind === 'input' ? INPUT : UNKNOWN);
    else if (value.isArray) {
      value.eachProperty((name, cell) => {
        if (/^\d+$/.test(name)) solver.flow(cell, to);
      });
      solver.flow(value.rest, to);
    } else if (isMap(value)) solver.add(to, entryOf(value));
    else {
      solver.flow(value.rest, to);
      if (!isCollection(value)) solver.add(to, value);
    }
  });
}

/** The same, also of objects that have an iterator of their own. */
export function iterate(machine: Machine, of: Cell, to: Cell, site: Site): void {
  elements(machine, of, to);
  if (!machine.hasIterators) return;
  for (const name of ['@@iterator', '@@asyncIterator']) {
    machine.solver.watch(of, (value) => {
      if (value.kind !== 'object' || value.isArray || isCollection(value)) return;
      const [method, iterator, next, result] = [new Cell(), new Cell(), new Cell(), new Cell()];
      machine.readValue(value, name, method, site);
      machine.call(method, holding(value), [], iterator, site);
      elements(machine, iterator, to);
      machine.read(iterator, 'next', next, site);
      machine.call(next, iterator, [], result, site);
      machine.read(result, 'value', to, site);
    });
  }
}

/** The item at a position: of what is no array it may be any. */
export function itemAt(machine: Machine, of: Cell, index: number, to: Cell, site: Site): void {
  const others = new Cell();
  machine.solver.watch(of, (value) => {
    if (value.kind === 'object' && !value.isArray && machine.language === 'javascript')
      machine.solver.add(others, value);
    else machine.readValue(value, String(index), to, site);
  });
  iterate(machine, others, to, site);
}

/** What an iterator's `next` returns: `{ value, done }`. */
export function stepOf(machine: Machine, iterator: Value, sent: Cell | undefined, to: Cell, site: Site): void {
  if (iterator.kind !== 'object') return;
  const step = machine.objectAt(site, 'step');
  elements(machine, holding(iterator), step.property('value'));
  if (sent !== undefined) machine.solver.flow(sent, iterator.property(SENT));
  machine.solver.add(to, step);
}

const COLLECTION = '[[collection]]';
const KEYS = '[[keys]]';
const ENTRY = '[[entry]]';

/** Makes an object a `Set`, or a `Map`: every value may come out under every key. */
export function makeCollection(machine: Machine, object: ObjectValue, isKeyed: boolean, site: Site): void {
  object.property(COLLECTION);
  if (!isKeyed) return;
  const keys = object.property(KEYS);
  const entry = machine.objectAt(site, 'entry of map', true);
  machine.solver.flow(keys, entry.property('0'));
  machine.solver.flow(object.rest, entry.property('1'));
  machine.solver.add(object.property(ENTRY), entry);
}

export function isCollection(object: ObjectValue): boolean {
  return object.properties.has(COLLECTION);
}

export function isMap(object: ObjectValue): boolean {
  return object.properties.has(KEYS);
}

/** What is under which a value is kept; of a `Set` the value itself. */
export function keysOf(object: ObjectValue): Cell {
  return isMap(object) ? object.property(KEYS) : object.rest;
}

/** `[key, value]`. */
export function entryOf(object: ObjectValue): Value {
  return [...object.property(ENTRY).values][0] ?? UNKNOWN;
}
