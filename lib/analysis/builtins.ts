import type { Argument, Machine, Site } from './machine';
import { Cell, FunctionValue, holding, INPUT, UNKNOWN, type Value } from './values';

type Native = Extract<Value, { kind: 'native' }>;

/** Calls of what JavaScript itself supplies. What is not modelled here goes through {@link callUnknown}. */
export function callNative(
  machine: Machine,
  native: Native,
  receiver: Cell,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const { solver } = machine;
  const [kind, method = ''] = native.name.split('.');
  switch (kind) {
    case 'settle':
      if (args[0] && native.receiver?.kind === 'object') solver.flow(args[0].cell, native.receiver.rest);
      return;
    case 'module':
      machine.read(holding(native.receiver ?? UNKNOWN), 'exports', to, site);
      return;
    case 'promise':
      callPromise(machine, receiver, method, args, to, site);
      return;
    case 'function':
      solver.watch(receiver, (fn) => {
        if (fn.kind === 'function') callFunctionMethod(machine, fn, method, args, to, site);
      });
      return;
    case 'collection':
      callCollection(machine, receiver, method, args, to, site);
      return;
    case 'array':
      callArray(machine, receiver, method, args, to, site);
      return;
    default:
      if (method === 'concat') solver.add(to, { kind: 'template', parts: [receiver, ...args.map(cellOf)] });
      else flowKinds(machine, receiver, ['text', 'env', 'template'], to);
  }
}

function callPromise(
  machine: Machine,
  receiver: Cell,
  method: string,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const [first, second] = args;
  if (method !== 'then' || !first) machine.solver.flow(receiver, to);
  if (first) callback(machine, first.cell, [method === 'then' ? receiver : holding(UNKNOWN)], to, site);
  if (second) callback(machine, second.cell, [holding(UNKNOWN)], to, site);
}

function flowKinds(machine: Machine, from: Cell, kinds: readonly Value['kind'][], to: Cell): void {
  machine.solver.watch(from, (value) => {
    if (kinds.includes(value.kind)) machine.solver.add(to, value);
  });
}

function callFunctionMethod(
  machine: Machine,
  fn: FunctionValue,
  method: string,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const [self, ...rest] = args;
  const receiver = self?.cell ?? new Cell();
  if (method === 'call') {
    machine.invoke(fn, receiver, rest, to, site);
  } else if (method === 'apply') {
    machine.invoke(fn, receiver, rest[0] ? [{ cell: rest[0].cell, spread: true }] : [], to, site);
  } else {
    // One bound function for each site, however often it is asked for.
    const cell = machine.objectAt(site, `bound ${fn.node.start}`).property('bound');
    if (cell.values.size === 0) {
      const bound = new FunctionValue(fn.node, fn.scope);
      bound.home = fn.home;
      bound.boundThis = receiver;
      bound.boundArguments = rest.map(cellOf);
      machine.solver.add(cell, bound);
    }
    machine.solver.flow(cell, to);
  }
}

function callArray(
  machine: Machine,
  receiver: Cell,
  method: string,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const { solver } = machine;
  const arrays = new Cell();
  solver.watch(receiver, (value) => {
    if (value.kind === 'object' && value.isArray) solver.add(arrays, value);
  });
  const items = new Cell();
  machine.elements(arrays, items);
  const [first, second] = args;
  const made = () => {
    const result = machine.objectAt(site, method, true);
    solver.add(to, result);
    return result.rest;
  };
  switch (method) {
    case 'push':
    case 'unshift':
    case 'with':
    case 'splice':
      solver.watch(arrays, (array) => {
        for (const argument of args) if (array.kind === 'object') pass(machine, argument, array.rest);
      });
      if (method !== 'push' && method !== 'unshift') solver.flow(arrays, to);
      return;
    case 'map':
      if (first) callback(machine, first.cell, [items], made(), site);
      return;
    case 'flatMap': {
      const mapped = new Cell();
      if (first) callback(machine, first.cell, [items], mapped, site);
      machine.elements(mapped, made());
      return;
    }
    case 'find':
    case 'findLast':
      solver.flow(items, to);
      if (first) callback(machine, first.cell, [items], new Cell(), site);
      return;
    case 'reduce':
    case 'reduceRight':
      solver.flow(second?.cell ?? items, to);
      if (first) callback(machine, first.cell, [to, items], to, site);
      return;
    case 'pop':
    case 'shift':
    case 'at':
      solver.flow(items, to);
      return;
    case 'concat': {
      const all = made();
      solver.flow(items, all);
      for (const { cell } of args) machine.elements(cell, all);
      return;
    }
    case 'flat':
      machine.elements(items, made());
      return;
    case 'join':
      solver.add(to, UNKNOWN);
      return;
    default:
      // filter, sort, slice, reverse …: the same items; forEach, some, every: nothing.
      if (first) callback(machine, first.cell, [items, items], new Cell(), site);
      solver.flow(arrays, to);
  }
}

/** `Map` and `Set`: every value may come out under every key. */
function callCollection(
  machine: Machine,
  receiver: Cell,
  method: string,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const { solver } = machine;
  const value = args.at(-1);
  const held = new Cell();
  solver.watch(receiver, (collection) => {
    if (collection.kind !== 'object') return;
    solver.flow(collection.rest, held);
    if (value && (method === 'set' || method === 'add')) solver.flow(value.cell, collection.rest);
  });
  if (method === 'get') solver.flow(held, to);
  else if (method === 'set' || method === 'add') solver.flow(receiver, to);
  else if (method === 'forEach') {
    if (args[0]) callback(machine, args[0].cell, [held], new Cell(), site);
  } else {
    const all = machine.objectAt(site, 'values', true);
    solver.flow(held, all.rest);
    solver.add(to, all);
  }
}

/** Functions that only look at what they are given. */
const HARMLESS =
  /^(console|Math|Number|BigInt|Symbol|Date|RegExp|Intl|performance|crypto|Buffer|URL|URLSearchParams|TextEncoder|TextDecoder|AbortController|AbortSignal|Error|TypeError|RangeError|WeakMap|WeakSet|WeakRef|Int32Array|Uint8Array|ArrayBuffer|isNaN|isFinite|parseInt|parseFloat|encodeURIComponent|decodeURIComponent|btoa|atob|clearTimeout|clearInterval|fetch|Headers|Request|Response)\b/;

export function callGlobal(machine: Machine, name: string, args: readonly Argument[], to: Cell, site: Site): void {
  const { solver } = machine;
  const [first, second, third] = args.map(cellOf);
  const made = (part: string, isArray = false) => {
    const object = machine.objectAt(site, part, isArray);
    solver.add(to, object);
    return object;
  };
  switch (name) {
    case 'Object.assign':
      if (!first) return;
      for (const argument of args.slice(1)) copyProperties(machine, argument.cell, first, site);
      {
        solver.flow(first, to);
        return;
      }
    case 'Object.freeze':
    case 'Object.seal':
    case 'Object.preventExtensions':
    case 'structuredClone':
    case 'String':
    case 'Promise.resolve':
    case 'Promise.all': {
      first && solver.flow(first, to);
      return;
    }
    case 'Object.create':
      if (first) solver.flow(first, made('created').prototypes);
      return;
    case 'Object.setPrototypeOf':
      if (!first || !second) return;
      solver.watch(first, (value) => {
        if (value.kind === 'object') solver.flow(second, value.prototypes);
      });
      {
        solver.flow(first, to);
        return;
      }
    case 'Object.defineProperty':
      if (first && second && third) {
        const value = new Cell();
        machine.read(third, 'value', value, site);
        const getter = new Cell();
        machine.read(third, 'get', getter, site);
        machine.call(getter, new Cell(), [], value, site);
        machine.write(first, second, value, site);
        solver.flow(first, to);
      }
      return;
    case 'Object.values':
      if (first) machine.read(first, holding(UNKNOWN), made('values', true).rest, site);
      return;
    case 'Object.entries': {
      const entry = machine.objectAt(site, 'entry', true);
      solver.add(made('entries', true).rest, entry);
      if (first) {
        machine.read(first, holding(UNKNOWN), entry.property('1'), site);
        namesOf(machine, first, entry.property('0'));
      }
      return;
    }
    case 'Object.keys':
      if (first) namesOf(machine, first, made('keys', true).rest);
      return;
    case 'Object.fromEntries': {
      const items = new Cell();
      if (first) machine.elements(first, items);
      machine.read(items, '1', made('fromEntries').rest, site);
      return;
    }
    case 'Array.from':
    case 'Array.of':
    case 'Array': {
      const array = made('array', true);
      const items = new Cell();
      if (name === 'Array.from' && first) machine.elements(first, items);
      else for (const argument of args) pass(machine, argument, items);
      if (name === 'Array.from' && second) callback(machine, second, [items], array.rest, site);
      else solver.flow(items, array.rest);
      return;
    }
    case 'Promise.race':
    case 'Promise.any': {
      first && machine.elements(first, to);
      return;
    }
    case 'Promise.allSettled':
      if (first) {
        const settled = machine.objectAt(site, 'settled');
        machine.elements(first, settled.property('value'));
        solver.add(made('allSettled', true).rest, settled);
      }
      return;
    case 'Promise': {
      const promise = machine.objectAt(site, 'promise');
      solver.flow(promise.rest, to);
      const settle = machine.constant({ kind: 'native', name: 'settle', receiver: promise });
      if (first) callback(machine, first, [holding(settle), holding(UNKNOWN)], new Cell(), site);
      return;
    }
    case 'Map':
    case 'Set': {
      const collection = made('collection');
      collection.property('[[collection]]');
      const items = new Cell();
      if (first) machine.elements(first, items);
      if (name === 'Set') solver.flow(items, collection.rest);
      else machine.read(items, '1', collection.rest, site);
      return;
    }
    case 'eval':
    case 'Function':
      machine.escape('*', 'runs code from text', site);
      {
        solver.add(to, UNKNOWN);
        return;
      }
    case 'JSON.parse':
    case 'JSON.stringify': {
      derived(machine, undefined, args, to);
      return;
    }
  }
  if (HARMLESS.test(name)) derived(machine, undefined, args, to);
  else callUnknown(machine, undefined, args, to, site);
}

/**
 * Code that is not analysed may call every function that it is given, and the functions of every object; what it
 * returns is unknown, or the caller's when it was given something of the caller's.
 */
export function callUnknown(
  machine: Machine,
  callee: Value | undefined,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const { solver } = machine;
  derived(machine, callee, args, to);
  for (const { cell } of args) {
    solver.watch(cell, (value) => handOver(machine, value, callee, site));
  }
}

function handOver(machine: Machine, value: Value, callee: Value | undefined, site: Site): void {
  const given = callee?.kind === 'input' ? INPUT : UNKNOWN;
  if (value.kind === 'function') runHandedOver(machine, value, given, site, true);
  else handOverInside(machine, value, given, site);
}

/** What is inside an object is handed over once, whoever does it: it may be called, or not. */
function handOverInside(machine: Machine, value: Value, given: Value, site: Site): void {
  if (!machine.firstHandOver(value, given)) return;
  if (value.kind === 'function') runHandedOver(machine, value, given, site, false);
  else if (value.kind === 'object') {
    const all = (cell: Cell) => machine.solver.watch(cell, (inner) => handOverInside(machine, inner, given, site));
    value.eachProperty((_name, cell) => all(cell));
    all(value.rest);
    all(value.prototypes);
  } else if (value.kind === 'package') {
    machine.escape(value.name, 'hands the package to code that is not analysed', site);
  } else if (value.kind === 'sdk-client') {
    machine.escape(value.package, 'hands the client to code that is not analysed', site);
  }
}

function runHandedOver(machine: Machine, fn: FunctionValue, given: Value, site: Site, certain: boolean): void {
  const args = [given, UNKNOWN, UNKNOWN].map((value) => ({ cell: holding(value), spread: false }));
  machine.invoke(fn, new Cell(), args, new Cell(), site, certain);
  // A class that is handed over may be made, and its methods called.
  handOverInside(machine, fn.prototype, given, site);
}

function derived(machine: Machine, callee: Value | undefined, args: readonly Argument[], to: Cell): void {
  const { solver } = machine;
  solver.add(to, callee?.kind === 'input' ? INPUT : UNKNOWN);
  for (const { cell } of args) {
    solver.watch(cell, (value) => {
      if (value.kind === 'input') solver.add(to, INPUT);
    });
  }
}

/** Calls a callback, as `map` and `then` do. Methods of JavaScript as callbacks are not followed: they call no code. */
function callback(machine: Machine, fn: Cell, parameters: readonly Cell[], to: Cell, site: Site): void {
  const args = parameters.map((cell) => ({ cell, spread: false }));
  machine.solver.watch(fn, (value) => {
    if (value.kind === 'native' && value.name !== 'settle') machine.solver.add(to, UNKNOWN);
    else machine.call(holding(value), new Cell(), args, to, site);
  });
}

/** `{ ...from }` and `Object.assign`. */
export function copyProperties(machine: Machine, from: Cell, into: Cell, site: Site): void {
  const { solver } = machine;
  solver.watch(from, (source) => {
    if (source.kind === 'object') {
      source.eachProperty((name, cell) => machine.write(into, name, cell, site));
      solver.watch(into, (target) => {
        if (target.kind !== 'object') return;
        solver.flow(source.rest, target.rest);
        target.computedNames.push(...source.computedNames);
      });
    } else if (source.kind === 'input' || source.kind === 'unknown' || source.kind === 'environment') {
      // Any property may be overwritten; what is read back is then that, too.
      solver.watch(into, (target) => {
        if (target.kind === 'object')
          solver.add(source.kind === 'environment' ? target.prototypes : target.rest, source);
      });
    } else if (source.kind === 'package') {
      solver.watch(into, (target) => {
        if (target.kind === 'object') solver.add(target.prototypes, source);
      });
    }
  });
}

function namesOf(machine: Machine, of: Cell, to: Cell): void {
  machine.solver.watch(of, (value) => {
    if (value.kind === 'object') {
      value.eachProperty((name) => machine.solver.add(to, machine.constant({ kind: 'text', text: name })));
      for (const name of value.computedNames) machine.solver.flow(name, to);
    } else machine.solver.add(to, value.kind === 'input' ? INPUT : UNKNOWN);
  });
}

/** One argument, or the items of a spread one. */
function pass(machine: Machine, argument: Argument, to: Cell): void {
  if (argument.spread) machine.elements(argument.cell, to);
  else machine.solver.flow(argument.cell, to);
}

function cellOf(argument: Argument): Cell {
  return argument.cell;
}
