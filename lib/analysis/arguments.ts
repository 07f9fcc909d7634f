import type { Argument, Machine } from './machine';
import type { Cell } from './values';

/** One argument, or the items of a spread one. */
export function pass(machine: Machine, argument: Argument, to: Cell): void {
  if (argument.spread) machine.elements(argument.cell, to);
  else machine.solver.flow(argument.cell, to);
}

export function cellOf(argument: Argument): Cell {
  return argument.cell;
}
