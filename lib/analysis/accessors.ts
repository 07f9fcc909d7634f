import type { Machine, Site } from './machine';
import { ANY_NAME } from './program-names';
import { boundMethod } from './python/bound-method';
import { Cell, holding, type Value } from './values';

/** Hands a property's values on; a getter is run. */
export function deliver(machine: Machine, name: string, property: Cell, receiver: Value, to: Cell, site: Site): void {
  const { solver } = machine;
  const isPython = machine.language === 'python';
  if (!machine.isGetter(name) && !isPython) {
    solver.flow(property, to);
    return;
  }
  solver.watch(property, (value) => {
    if (value.kind === 'function' && value.accessor) machine.invoke(value, holding(receiver), [], to, site);
    else solver.add(to, isPython ? boundMethod(value, receiver) : value);
  });
}

/** Runs what a write of a property runs; `undefined` is a name that is not known. */
export function runSetters(machine: Machine, receiver: Value, name: string | undefined, value: Cell, site: Site): void {
  for (const setter of machine.settersNamed(name)) {
    const setters = new Cell();
    machine.readValue(receiver, setter, setters, site);
    machine.solver.watch(setters, (fn) => {
      if (fn.kind === 'function' && (fn.accessor || machine.language === 'python'))
        machine.invoke(fn, holding(receiver), [{ cell: value, spread: false }], new Cell(), site);
    });
  }
}

/** Where an accessor is kept whose name is computed. */
export function accessorKey(kind: string, name: string | Cell): string | Cell {
  if (kind === 'set') return `set ${typeof name === 'string' ? name : ANY_NAME}`;
  return kind === 'get' && typeof name !== 'string' ? ANY_NAME : name;
}
