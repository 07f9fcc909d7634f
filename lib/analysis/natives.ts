import { cellOf, pass } from './arguments';
import { callCollection } from './collections';
import { stepOf } from './iteration';
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
    case 'reject':
      if (args[0]) solver.flow(args[0].cell, machine.thrown);
      return;
    case 'generator':
      solver.watch(receiver, (iterator) => stepOf(machine, iterator, args[0]?.cell, to, site));
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
        else callOtherMethod(machine, fn, method, args, to, site);
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
  if (first) callback(machine, first.cell, [method === 'then' ? receiver : machine.thrown], to, site);
  if (second) callback(machine, second.cell, [machine.thrown], to, site);
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

/** `call`, `apply` and `bind` of a method of a client, a command or what JavaScript supplies. */
function callOtherMethod(
  machine: Machine,
  callee: Value,
  method: string,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const [self, ...rest] = args;
  const [target, receiver] = [holding(callee), self?.cell ?? new Cell()];
  if (method === 'call') machine.call(target, receiver, rest, to, site);
  else if (method === 'apply')
    machine.call(target, receiver, rest[0] ? [{ cell: rest[0].cell, spread: true }] : [], to, site);
  else if (rest.length === 0) machine.solver.add(to, callee);
  else callUnknown(machine, undefined, [{ cell: target, spread: false }, ...rest], to, site);
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
  const any = holding(UNKNOWN);
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
    case 'toSpliced':
    case 'fill':
      solver.watch(arrays, (array) => {
        for (const argument of args) if (array.kind === 'object') pass(machine, argument, array.rest);
      });
      if (method !== 'push' && method !== 'unshift') solver.flow(arrays, to);
      return;
    case 'map':
      if (first) callback(machine, first.cell, [items, any, receiver], made(), site, second?.cell);
      return;
    case 'flatMap': {
      const mapped = new Cell();
      if (first) callback(machine, first.cell, [items, any, receiver], mapped, site, second?.cell);
      machine.elements(mapped, made());
      return;
    }
    case 'find':
    case 'findLast':
      solver.flow(items, to);
      if (first) callback(machine, first.cell, [items, any, receiver], new Cell(), site, second?.cell);
      return;
    case 'reduce':
    case 'reduceRight':
      solver.flow(second?.cell ?? items, to);
      if (first) callback(machine, first.cell, [to, items, any, receiver], to, site);
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
    case 'entries': {
      const entry = machine.objectAt(site, 'entry', true);
      solver.add(entry.property('0'), UNKNOWN);
      solver.flow(items, entry.property('1'));
      solver.add(made(), entry);
      return;
    }
    case 'join':
      solver.add(to, UNKNOWN);
      return;
    default:
      // filter, slice, reverse …: the same items; forEach, some, every: nothing.
      if (first)
        callback(machine, first.cell, [items, isSort(method) ? items : any, receiver], new Cell(), site, second?.cell);
      solver.flow(arrays, to);
      flowKinds(machine, receiver, ['input', 'unknown'], to);
  }
}

function isSort(method: string): boolean {
  return method === 'sort' || method === 'toSorted';
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
