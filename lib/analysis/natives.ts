import { cellOf, pass } from './arguments';
import type { Argument, Machine, Site } from './machine';
import { callMethod } from './python/builtins';
import { callback, callUnknown } from './unknown-code';
import { Cell, FunctionValue, holding, UNKNOWN, type Value } from './values';

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
    case 'python':
      callMethod(machine, method, receiver, args, to, site);
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
      bound.boundArguments = rest;
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
  const items = new Cell();
  solver.watch(receiver, (value) => {
    if (value.kind === 'object' && value.isArray) solver.add(arrays, value);
    // Items of what is not known are not known, and those of the caller's are the caller's.
    else if (value.kind === 'input' || value.kind === 'unknown') {
      solver.add(items, value);
      handOverOthers(machine, args, site);
    }
  });
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
      flowKinds(machine, receiver, ['input', 'unknown'], to);
  }
}

/** Functions are called with the items; whatever else is given to what is not known is in its hands. */
function handOverOthers(machine: Machine, args: readonly Argument[], site: Site): void {
  for (const { cell } of args) {
    machine.solver.watch(cell, (value) => {
      if (value.kind !== 'function')
        callUnknown(machine, undefined, [{ cell: holding(value), spread: false }], new Cell(), site);
    });
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
