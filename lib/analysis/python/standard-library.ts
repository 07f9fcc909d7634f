import { copyProperties } from '../copy-properties';
import { Cell, holding, UNKNOWN } from '../values';
import { argument, type Call, python } from './call';

/** Calls of Python's own modules that keep or hand on what they are given; false for any other. */
export function callStandard(call: Call, path: string): boolean {
  const { machine, args, to, site } = call;
  const { solver } = machine;
  const first = args.find(({ keywords }) => keywords !== true);
  switch (path) {
    case 'functools.cache':
    case 'functools.lru_cache':
    case 'functools.cmp_to_key':
      // With options alone it makes a decorator.
      if (first === undefined) solver.add(to, machine.constant(python('functools.cache')));
      else solver.flow(first.cell, to);
      return true;
    case 'copy.copy':
    case 'copy.deepcopy':
    case 'contextlib.closing':
    case 'contextlib.aclosing':
    case 'contextlib.nullcontext':
      if (first) solver.flow(first.cell, to);
      return true;
    case 'typing.cast':
      solver.flow(argument(call, 1, 'val'), to);
      return true;
    case 'contextlib.ExitStack':
    case 'contextlib.AsyncExitStack':
    case 'stack __enter__':
    case 'stack __aenter__':
      solver.add(to, machine.constant(python('stack')));
      return true;
    case 'stack enter_context':
    case 'stack enter_async_context':
      if (first) enter(call, first.cell, path.endsWith('async_context') ? '__aenter__' : '__enter__');
      return true;
    case 'collections.defaultdict': {
      const made = machine.objectAt(site, 'dictionary');
      if (first) machine.call(first.cell, new Cell(), [], made.rest, site);
      solver.add(to, made);
      return true;
    }
    case 'types.SimpleNamespace': {
      const made = machine.objectAt(site, 'namespace');
      for (const { cell } of args) copyProperties(machine, cell, holding(made), site);
      solver.add(to, made);
      return true;
    }
    case 'dataclasses.field':
      solver.flow(argument(call, -1, 'default'), to);
      machine.call(argument(call, -1, 'default_factory'), new Cell(), [], to, site);
      return true;
    case 'collections.namedtuple':
      solver.watch(argument(call, 1, 'field_names'), (names) => {
        if (names.kind === 'text')
          solver.add(
            to,
            machine.constant(
              python(
                `namedtuple ${names.text
                  .trim()
                  .split(/[\s,]+/)
                  .join(',')}`,
              ),
            ),
          );
        else solver.add(to, UNKNOWN);
      });
      return true;
  }
  if (!path.startsWith('namedtuple ')) return false;
  const made = machine.objectAt(site, 'tuple');
  for (const [index, name] of path.split(' ')[1]!.split(',').entries())
    solver.flow(argument(call, index, name), made.property(name));
  solver.add(to, made);
  return true;
}

/** A client enters as itself; of other classes the method says as what. */
function enter({ machine, to, site }: Call, context: Cell, name: string): void {
  machine.solver.flow(context, to);
  const method = new Cell();
  machine.read(context, name, method, site);
  machine.call(method, context, [], to, site);
}
