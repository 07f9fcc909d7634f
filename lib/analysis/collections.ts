import { entryOf, isMap, keysOf } from './iteration';
import type { Argument, Machine, Site } from './machine';
import { callback } from './unknown-code';
import { Cell } from './values';

/** Methods of `Map` and `Set`. */
export function callCollection(
  machine: Machine,
  receiver: Cell,
  method: string,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const { solver } = machine;
  const [first, second] = args;
  const [held, keys, entries] = [new Cell(), new Cell(), new Cell()];
  solver.watch(receiver, (collection) => {
    if (collection.kind !== 'object') return;
    solver.flow(collection.rest, held);
    solver.flow(keysOf(collection), keys);
    if (isMap(collection)) solver.add(entries, entryOf(collection));
    else {
      const pair = machine.objectAt(site, 'pair', true);
      solver.flow(collection.rest, pair.rest);
      solver.add(entries, pair);
    }
    if (method === 'add' && first) solver.flow(first.cell, collection.rest);
    if (method === 'set' && first) solver.flow(first.cell, keysOf(collection));
    if (method === 'set' && second) solver.flow(second.cell, collection.rest);
  });
  switch (method) {
    case 'get':
      solver.flow(held, to);
      return;
    case 'set':
    case 'add':
      solver.flow(receiver, to);
      return;
    case 'forEach':
      if (first) callback(machine, first.cell, [held, keys, receiver], new Cell(), site, second?.cell);
      return;
    default: {
      const all = machine.objectAt(site, method, true);
      solver.flow(method === 'keys' ? keys : method === 'entries' ? entries : held, all.rest);
      solver.add(to, all);
    }
  }
}
