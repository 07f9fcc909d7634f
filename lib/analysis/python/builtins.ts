import { cellOf, pass } from '../arguments';
import { copyProperties } from '../copy-properties';
import type { Argument, Machine, Site } from '../machine';
import { callback, callUnknown, derived } from '../unknown-code';
import { Cell, holding, UNKNOWN, type Value } from '../values';

/** Functions that only look at what they are given. */
const HARMLESS =
  /^(print|len|isinstance|issubclass|hasattr|callable|repr|ascii|type|id|hash|int|float|complex|bool|bytes|bytearray|memoryview|abs|round|divmod|pow|any|all|range|slice|open|input|bin|hex|oct|ord|chr|object|vars|dir|help|locals|globals|super|\w*(Error|Exception|Warning|Exit|Interrupt|Iteration))$/;

/** Functions that Python supplies under their own name. */
export function callBuiltin(machine: Machine, name: string, args: readonly Argument[], to: Cell, site: Site): void {
  const { solver } = machine;
  const positional = args.filter(({ keywords }) => keywords !== true);
  const [first, second, third] = positional.map(cellOf);
  const list = (part = 'list') => {
    const made = machine.objectAt(site, part, true);
    solver.add(to, made);
    return made.rest;
  };
  switch (name) {
    case 'str':
    case 'property':
    case 'staticmethod':
    case 'classmethod':
    case 'aiter':
      if (first) solver.flow(first, to);
      return;
    case 'sorted':
    case 'min':
    case 'max':
      orderBy(machine, args, first, site);
      if (name !== 'sorted') {
        for (const cell of positional.map(cellOf)) machine.elements(cell, to);
        if (second) for (const cell of positional.map(cellOf)) solver.flow(cell, to);
      } else if (first) machine.elements(first, list());
      return;
    case 'list':
    case 'tuple':
    case 'set':
    case 'frozenset':
    case 'reversed':
    case 'iter':
      // With a second argument the first is called until it gives that.
      if (name === 'iter' && first && second) callback(machine, first, [], list(), site);
      else if (first) machine.elements(first, list());
      else list();
      return;
    case 'dict':
      makeDictionary(machine, args, to, site);
      return;
    case 'next':
    case 'anext':
    case 'sum':
      if (first) machine.elements(first, to);
      return;
    case 'map': {
      const items = positional.slice(1).map(({ cell }) => {
        const item = new Cell();
        machine.elements(cell, item);
        return item;
      });
      if (first) callback(machine, first, items, list(), site);
      return;
    }
    case 'filter': {
      const items = new Cell();
      if (second) machine.elements(second, items);
      solver.flow(items, list());
      if (first) callback(machine, first, [items], new Cell(), site);
      return;
    }
    case 'enumerate': {
      const pair = machine.objectAt(site, 'pair', true);
      solver.add(list(), pair);
      if (first) machine.elements(first, pair.property('1'));
      return;
    }
    case 'zip': {
      const row = machine.objectAt(site, 'row', true);
      solver.add(list(), row);
      for (const [index, argument] of positional.entries()) {
        const column = argument.spread ? row.rest : row.property(String(index));
        machine.elements(argument.cell, column);
      }
      return;
    }
    case 'type':
      if (first && second === undefined) machine.read(first, 'constructor', to, site);
      derived(machine, undefined, args, to);
      return;
    case 'getattr':
      if (first && second) machine.read(first, second, to, site);
      if (third) solver.flow(third, to);
      return;
    case 'setattr':
      if (first && second && third) machine.write(first, second, third, site);
      return;
    case 'eval':
    case 'exec':
    case 'compile':
    case '__import__':
      machine.escape('*', 'runs code from text', site);
      solver.add(to, UNKNOWN);
      return;
  }
  if (HARMLESS.test(name)) derived(machine, undefined, args, to);
  else callUnknown(machine, undefined, args, to, site);
}

/** `key=` is called with the items. */
function orderBy(machine: Machine, args: readonly Argument[], list: Cell | undefined, site: Site): void {
  const items = new Cell();
  if (list !== undefined) machine.elements(list, items);
  for (const { cell, keywords } of args) {
    if (keywords !== true) continue;
    const key = new Cell();
    machine.read(cell, 'key', key, site);
    callback(machine, key, [items], new Cell(), site);
  }
}

function makeDictionary(machine: Machine, args: readonly Argument[], to: Cell, site: Site): void {
  const made = machine.objectAt(site, 'dict');
  machine.solver.add(to, made);
  for (const { cell } of args) {
    const pairs = new Cell();
    machine.solver.watch(cell, (value) => {
      if (value.kind === 'object' && value.isArray) machine.elements(holding(value), pairs);
      else copyProperties(machine, holding(value), holding(made), site);
    });
    machine.read(pairs, '1', made.rest, site);
  }
}

const DICTIONARY_METHODS = new Set(['get', 'pop', 'setdefault', 'items', 'values', 'keys', 'update', 'copy']);
const LIST_METHODS = new Set(['append', 'insert', 'extend', 'copy', 'sort']);
const TEXT_METHODS = new Set(['strip', 'rstrip', 'lstrip', 'encode', 'decode', 'format']);

/** The name of a method that Python's own objects have, for {@link callMethod}. */
export function methodOf(value: Value, name: string): string | undefined {
  switch (value.kind) {
    case 'object':
      if (value.isArray) return LIST_METHODS.has(name) ? `python.${name}` : undefined;
      // An instance of a class has the methods of the class.
      return value.prototypes.values.size === 0 && DICTIONARY_METHODS.has(name) ? `python.${name}` : undefined;
    case 'environment':
      return DICTIONARY_METHODS.has(name) ? `python.${name}` : undefined;
    case 'text':
    case 'env':
    case 'template':
      return TEXT_METHODS.has(name) ? `text.${name}` : undefined;
    default:
      return undefined;
  }
}

/** A method of a dictionary or list. */
export function callMethod(
  machine: Machine,
  method: string,
  receiver: Cell,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const { solver } = machine;
  const [first, second] = args.map(cellOf);
  const global = (name: string) =>
    machine.call(
      holding(machine.constant({ kind: 'global', name })),
      new Cell(),
      [{ cell: receiver, spread: false }],
      to,
      site,
    );
  switch (method) {
    case 'get':
    case 'pop':
    case 'setdefault':
      if (first) machine.read(receiver, first, to, site);
      // The declared access sets the variable, so what stands in for it is never used.
      if (second && ![...receiver.values].some(({ kind }) => kind === 'environment')) solver.flow(second, to);
      return;
    case 'items':
      global('Object.entries');
      return;
    case 'values':
      global('Object.values');
      return;
    case 'keys':
      global('Object.keys');
      return;
    case 'update':
      for (const { cell } of args) copyProperties(machine, cell, receiver, site);
      return;
    case 'sort':
      orderBy(machine, args, receiver, site);
      return;
    case 'copy':
      solver.flow(receiver, to);
      return;
    default:
      solver.watch(receiver, (list) => {
        if (list.kind !== 'object') return;
        for (const argument of args) {
          if (method === 'extend') machine.elements(argument.cell, list.rest);
          else pass(machine, argument, list.rest);
        }
      });
  }
}
