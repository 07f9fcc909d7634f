import { isClass } from './ast';
import type { Argument, Machine, Site } from './machine';
import { clientOfPath, isMethodPath } from './python/boto3-model';
import { boundMethod } from './python/bound-method';
import { Cell, type FunctionValue, holding, INPUT, type ObjectValue, UNKNOWN, type Value } from './values';

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
  for (const [index, { cell }] of args.entries()) {
    solver.watch(cell, (value) => handOver(machine, value, callee, site, args.slice(index + 1)));
  }
}

/** Code that calls the functions it is given, and calls nothing of AWS: what it is given, it may give back. */
export function callHarmless(machine: Machine, args: readonly Argument[], to: Cell, site: Site): void {
  derived(machine, undefined, args, to);
  for (const { cell } of args) {
    machine.solver.flow(cell, to);
    machine.solver.watch(cell, (value) => {
      if (value.kind === 'function') runHandedOver(machine, value, UNKNOWN, site, true);
    });
  }
}

/** What code that is not analysed may do with something that it is given. */
export function handOver(
  machine: Machine,
  value: Value,
  callee: Value | undefined,
  site: Site,
  after: readonly Argument[] = [],
): void {
  const given = callee?.kind === 'input' ? INPUT : UNKNOWN;
  if (value.kind === 'function') runHandedOver(machine, value, given, site, true, after);
  else if (value.kind === 'python' && isMethodPath(value.path))
    machine.call(holding(value), new Cell(), after, new Cell(), site);
  else handOverInside(machine, value, given, site);
}

/** What is inside an object is handed over once, whoever does it: it may be called, or not. */
export function handOverInside(machine: Machine, value: Value, given: Value, site: Site): void {
  if (!machine.firstHandOver(value, given)) return;
  if (value.kind === 'function') runHandedOver(machine, value, given, site, false);
  else if (value.kind === 'object') {
    const all = (cell: Cell) => machine.solver.watch(cell, (inner) => handOverInside(machine, inner, given, site));
    value.eachProperty((_name, cell) => all(cell));
    all(value.rest);
    if (machine.language === 'python') handOverMethods(machine, value.prototypes, value, given, site);
    all(value.prototypes);
  } else if (value.kind === 'python' && isMethodPath(value.path)) {
    machine.call(holding(value), new Cell(), [], new Cell(), site);
  } else if (value.kind === 'python') {
    const service = clientOfPath(value.path);
    if (service !== undefined) machine.escape(service, 'hands the client to code that is not analysed', site);
  } else if (value.kind === 'sdk-export') {
    machine.handOverExport(value);
  } else if (value.kind === 'sdk-method') {
    machine.escape(value.package, 'hands a method of the client to code that is not analysed', site);
  } else if (value.kind === 'global') {
    machine.handOverGlobal(value.name, site);
  } else if (value.kind === 'package') {
    machine.escape(value.name, 'hands the package to code that is not analysed', site);
  } else if (value.kind === 'sdk-client') {
    machine.escape(value.package, 'hands the client to code that is not analysed', site);
  }
}

function runHandedOver(
  machine: Machine,
  fn: FunctionValue,
  given: Value,
  site: Site,
  certain: boolean,
  after: readonly Argument[] = [],
): void {
  const args: Argument[] = [given, UNKNOWN, UNKNOWN].map((value) => ({ cell: holding(value), spread: false }));
  if (machine.language === 'python') {
    if (isClass(fn.node)) {
      handOverMade(machine, fn, args, given, site);
      return;
    }
    // `submit(load, table, key)`: what stands after a function is often for it.
    for (const [index, argument] of after.entries()) {
      if (argument.keywords === true) args.push(argument);
      else if (!argument.spread && index < 3) machine.solver.flow(argument.cell, args[index]!.cell);
    }
  }
  const result = new Cell();
  machine.invoke(fn, new Cell(), args, result, site, certain);
  // What it returns is in the hands of that code, too.
  if (machine.language === 'javascript')
    machine.solver.watch(result, (value) => handOverInside(machine, value, given, site));
  // A class that is handed over may be made, and its methods called.
  handOverInside(machine, fn.prototype, given, site);
}

/** In Python a class that is handed over is called, and the methods of what it makes. */
function handOverMade(
  machine: Machine,
  type: FunctionValue,
  args: readonly Argument[],
  given: Value,
  site: Site,
): void {
  const made = new Cell();
  machine.call(holding(type), new Cell(), args, made, site);
  machine.solver.watch(made, (instance) => {
    if (instance.kind === 'object') handOverMethods(machine, instance.prototypes, instance, given, site);
  });
}

/** Code that is not analysed may call the methods of an instance, with the instance. */
export function handOverMethods(
  machine: Machine,
  prototypes: Cell,
  instance: ObjectValue,
  given: Value,
  site: Site,
): void {
  machine.solver.watch(prototypes, (prototype) => {
    if (prototype.kind !== 'object') return;
    prototype.eachProperty((_name, cell) =>
      machine.solver.watch(cell, (value) => {
        if (value.kind === 'function' && !isClass(value.node))
          handOver(machine, boundMethod(value, instance), given, site);
      }),
    );
    handOverMethods(machine, prototype.prototypes, instance, given, site);
  });
}

export function derived(machine: Machine, callee: Value | undefined, args: readonly Argument[], to: Cell): void {
  const { solver } = machine;
  solver.add(to, callee?.kind === 'input' ? INPUT : UNKNOWN);
  for (const { cell } of args) {
    solver.watch(cell, (value) => {
      if (value.kind === 'input') solver.add(to, INPUT);
    });
  }
}

/** Calls a callback, as `map` and `then` do. Methods of JavaScript as callbacks are not followed: they call no code. */
export function callback(
  machine: Machine,
  fn: Cell,
  parameters: readonly Cell[],
  to: Cell,
  site: Site,
  receiver = new Cell(),
): void {
  const args = parameters.map((cell) => ({ cell, spread: false }));
  machine.solver.watch(fn, (value) => {
    if (value.kind === 'native' && !/^(settle|reject)$/.test(value.name)) machine.solver.add(to, UNKNOWN);
    else machine.call(holding(value), receiver, args, to, site);
  });
}
