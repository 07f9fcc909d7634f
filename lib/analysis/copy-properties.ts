import type { Machine, Site } from './machine';
import { type Cell, OWN_CONSTRUCTOR } from './values';

/** `{ ...from }` and `Object.assign`. */
export function copyProperties(machine: Machine, from: Cell, into: Cell, site: Site): void {
  const { solver } = machine;
  solver.watch(from, (source) => {
    if (source.kind === 'object') {
      source.eachProperty((name, cell) => {
        // What is only read of it, or inherited, is not copied as one of its own.
        if (name !== 'constructor') machine.write(into, name, cell, site);
        if (name === OWN_CONSTRUCTOR) machine.write(into, 'constructor', source.property('constructor'), site);
      });
      solver.watch(into, (target) => {
        if (target.kind !== 'object') return;
        solver.flow(source.rest, target.rest);
        target.computedNames.push(...source.computedNames);
        solver.flow(source.computedName, target.computedName);
      });
    } else if (source.kind === 'input' || source.kind === 'unknown' || source.kind === 'environment') {
      // Any property may be overwritten; what is read back is then that, too.
      solver.watch(into, (target) => {
        if (target.kind === 'object')
          solver.add(source.kind === 'environment' ? target.prototypes : target.rest, source);
      });
    } else if (source.kind === 'package' || source.kind === 'sdk-client') {
      solver.watch(into, (target) => {
        if (target.kind === 'object') solver.add(target.prototypes, source);
      });
    }
  });
}
