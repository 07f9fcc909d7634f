import { isClass } from './ast';
import { callGlobal } from './globals';
import { itemAt } from './iteration';
import type { Argument, Machine, SdkExport, Site } from './machine';
import { callNative } from './natives';
import { callPython } from './python/boto3';
import { inherit } from './python/instances';
import { clientOf, isOfTheRole, meaningOf, operationOfMethod } from './sdk-model';
import { callUnknown } from './unknown-code';
import { Cell, type FunctionValue, holding, type ObjectValue, type SdkClient, UNKNOWN, type Value } from './values';

/** `callee(…args)`. */
export function call(
  machine: Machine,
  callee: Cell,
  receiver: Cell,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  machine.solver.watch(callee, (value) => {
    switch (value.kind) {
      case 'function':
        // In Python a class is called.
        if (isClass(value.node)) return instantiate(machine, value, args, to, site);
        return machine.invoke(value, receiver, args, to, site);
      case 'python':
        return callPython(machine, value, value.receiver ? holding(value.receiver) : receiver, args, to, site);
      case 'native':
        return callNative(machine, value, receiver, args, to, site);
      case 'global':
        return callGlobal(machine, value.name, args, to, site);
      case 'sdk-export':
        return useExport(machine, value, args, to, site);
      case 'sdk-method':
        return useMethod(machine, value, args, to, site);
      case 'object':
        if (machine.language === 'python') callInstance(machine, value, args, to, site);
        return;
      case 'text':
      case 'env':
      case 'template':
        return;
      default:
        return callUnknown(machine, value, args, to, site);
    }
  });
}

/** `new callee(…args)`. */
export function construct(machine: Machine, callee: Cell, args: readonly Argument[], to: Cell, site: Site): void {
  machine.solver.watch(callee, (value) => {
    if (value.kind === 'function') instantiate(machine, value, args, to, site);
    else if (value.kind === 'sdk-export') useExport(machine, value, args, to, site);
    else if (value.kind === 'global') callGlobal(machine, value.name, args, to, site);
    else callUnknown(machine, value, args, to, site);
  });
}

/** Python calls the method `__call__` of an instance. */
function callInstance(machine: Machine, value: ObjectValue, args: readonly Argument[], to: Cell, site: Site): void {
  const method = new Cell();
  machine.readValue(value, '__call__', method, site);
  machine.call(method, holding(value), args, to, site);
}

function instantiate(machine: Machine, value: FunctionValue, args: readonly Argument[], to: Cell, site: Site): void {
  const instance = machine.objectAt(site, `instance ${value.node.start}`);
  machine.solver.add(instance.prototypes, value.prototype);
  machine.solver.add(to, instance);
  if (machine.language === 'python') inherit(machine, value, instance, site);
  machine.construct(value, instance, args, to, site);
}

/** Runs what `super(…)` stands for, on an instance that is already there. */
export function constructSuper(
  machine: Machine,
  superclass: Cell,
  instance: ObjectValue,
  args: readonly Argument[],
  site: Site,
): void {
  machine.solver.watch(superclass, (value) => {
    if (value.kind === 'function') machine.construct(value, instance, args, new Cell(), site);
    else if (value.kind === 'sdk-export') useExport(machine, value, args, instance.prototypes, site);
    else if (machine.language === 'python') machine.call(holding(value), holding(instance), args, new Cell(), site);
  });
}

/** A command is made, a client is made, a helper is called. */
function useExport(machine: Machine, value: SdkExport, args: readonly Argument[], to: Cell, site: Site): void {
  const { solver } = machine;
  const meaning = meaningOf(value.package, value.name);
  if (meaning?.kind === 'operation') {
    useOperation(machine, value, meaning, args, to, site);
    return;
  }
  if (meaning?.kind === 'client') {
    const client: SdkClient = { kind: 'sdk-client', package: value.package, made: site.node };
    const known = machine.constant(client) as SdkClient;
    machine.senders.configured(known, args[0]?.cell);
    solver.add(to, known);
  } else if (!isOfTheRole(value.package, value.name)) solver.add(to, UNKNOWN);
  for (const { cell } of args) {
    solver.watch(cell, (argument) => {
      // Configuration may hold functions, such as a supplier of credentials.
      if (argument.kind === 'function') machine.invoke(argument, new Cell(), [], new Cell(), site);
      // `getSignedUrl(client, command)`
      else if (argument.kind === 'sdk-client' && meaning?.kind === 'nothing') sendAll(machine, args, argument);
    });
  }
}

/** A command that is made, or a helper that makes calls. */
function useOperation(
  machine: Machine,
  value: SdkExport,
  meaning: Extract<ReturnType<typeof meaningOf>, { kind: 'operation' }>,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const { solver } = machine;
  const [position, member] = (meaning.argument ?? '').split('.');
  let input = position === undefined || position === '' ? undefined : argumentAt(machine, args, Number(position), site);
  if (input !== undefined && member !== undefined) {
    const inner = new Cell();
    machine.read(input, member, inner, site);
    input = inner;
  }
  const { client, operation, besides } = meaning;
  const use = machine.use({ client, operation, besides, input, site, from: value });
  if (/Command$/.test(value.name)) {
    const command = machine.objectAt(site, 'command');
    solver.add(command.rest, UNKNOWN);
    if (input !== undefined) solver.flow(input, command.property('input'));
    machine.senders.made(command, use);
    solver.add(to, command);
    return;
  }
  solver.add(to, UNKNOWN);
  const sender = new Cell();
  if (args[0]) machine.read(args[0].cell, 'client', sender, site);
  if (args[0]) solver.flow(args[0].cell, sender);
  solver.watch(sender, (from) => {
    if (from.kind === 'sdk-client') use.senders.add(from);
  });
}

function sendAll(machine: Machine, args: readonly Argument[], client: SdkClient): void {
  for (const { cell } of args) {
    machine.solver.watch(cell, (value) => {
      if (value.kind === 'object') machine.senders.sent(value, client);
    });
  }
}

function useMethod(
  machine: Machine,
  value: Extract<Value, { kind: 'sdk-method' }>,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  machine.solver.add(to, UNKNOWN);
  const operation = operationOfMethod(value.package, value.name);
  const client = clientOf(value.package);
  if (operation !== undefined && client !== undefined) {
    const use = machine.use({ client, operation, besides: [], input: argumentAt(machine, args, 0, site), site });
    if (value.client !== undefined) use.senders.add(value.client);
  }
  if (value.name === 'send' && value.client !== undefined) sendAll(machine, args, value.client);
  // `send(command, callback)`
  for (const { cell } of args) {
    machine.solver.watch(cell, (argument) => {
      if (argument.kind === 'function')
        machine.invoke(
          argument,
          new Cell(),
          [UNKNOWN, UNKNOWN].map((unknown) => ({ cell: holding(unknown), spread: false })),
          new Cell(),
          site,
        );
    });
  }
}

/** What a parameter receives; a spread argument may fill any position from its own on. */
export function argumentAt(machine: Machine, args: readonly Argument[], index: number, site: Site): Cell {
  const spread = args.findIndex((argument) => argument.spread);
  if (spread < 0 || index < spread) return args[index]?.cell ?? new Cell();
  const result = new Cell();
  for (const argument of args.slice(spread)) {
    if (argument.spread) itemAt(machine, argument.cell, index - spread, result, site);
    else machine.solver.flow(argument.cell, result);
  }
  return result;
}
