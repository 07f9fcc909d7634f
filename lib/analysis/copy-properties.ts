import type { Machine, Site } from './machine';
import type { Cell } from './values';

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
    } else if (source.kind === 'package' || source.kind === 'sdk-client') {
      solver.watch(into, (target) => {
        if (target.kind === 'object') solver.add(target.prototypes, source);
      });
    }
  });
}
