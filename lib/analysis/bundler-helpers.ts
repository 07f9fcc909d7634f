import type { AnyNode, CallExpression } from 'acorn';
import { copyProperties } from './copy-properties';
import type { Machine } from './machine';
import { type Activation, Cell, holding } from './values';

const HELPERS = new Set([
  '__commonJS',
  '__esm',
  '__toESM',
  '__toCommonJS',
  '__export',
  '__reExport',
  '__name',
  '__copyProps',
]);

/** Functions that esbuild puts at the top of a bundle. Their meaning is simpler than their code. */
export function isBundlerHelper(name: string): boolean {
  return HELPERS.has(name.replace(/\d+$/, ''));
}

/** Gives a call of a helper its meaning; false when it does not look as expected. */
export function constructBundled(
  machine: Machine,
  helper: string,
  node: CallExpression,
  activation: Activation,
  to: Cell,
): boolean {
  const { solver } = machine;
  const site = { node, activation };
  const [first, second] = node.arguments.map((argument: AnyNode) => machine.expression(argument, activation));
  if (first === undefined) return false;
  switch (helper.replace(/\d+$/, '')) {
    case '__toCommonJS':
    case '__name':
      solver.flow(first, to);
      return true;
    case '__toESM': {
      // The module's own exports, and the whole module as `default`.
      solver.watch(first, (module) => {
        if (module.kind !== 'object' && module.kind !== 'function') return solver.add(to, module);
        const namespace = machine.objectAt(site, 'namespace');
        solver.add(namespace.prototypes, module);
        solver.add(namespace.property('default'), module);
        const own = new Cell();
        machine.readValue(module, 'default', own, site);
        solver.flow(own, namespace.property('default'));
        solver.add(to, namespace);
      });
      return true;
    }
    case '__export': {
      if (second === undefined) return false;
      solver.watch(second, (getters) => {
        if (getters.kind !== 'object') return;
        getters.eachProperty((name, getter) => {
          const value = new Cell();
          machine.call(getter, new Cell(), [], value, site);
          machine.write(first, name, value, site);
        });
      });
      return true;
    }
    case '__reExport':
    case '__copyProps':
      if (second === undefined) return false;
      copyProperties(machine, second, first, site);
      solver.flow(first, to);
      return true;
    case '__commonJS':
    case '__esm': {
      const kind = helper.startsWith('__esm') ? 'esm' : 'commonjs';
      const module = machine.objectAt(site, 'module');
      const exported = machine.objectAt(site, 'exports');
      const loader = machine.objectAt(site, 'loader');
      solver.add(module.property('exports'), exported);
      solver.watch(first, (wrapper) => {
        if (wrapper.kind !== 'object') return;
        wrapper.eachProperty((_name, body) => {
          solver.watch(body, (fn) => {
            if (fn.kind === 'function') fn.module = kind;
          });
          solver.flow(body, loader.property('run'));
        });
      });
      // Modules are run once, whoever asks first; here always, as who asks does not matter.
      const args = kind === 'esm' ? [] : [holding(exported), holding(module)].map((cell) => ({ cell, spread: false }));
      const result = new Cell();
      machine.call(loader.property('run'), new Cell(), args, result, site);
      solver.add(to, machine.constant({ kind: 'native', name: 'module', receiver: module }));
      return true;
    }
  }
  return false;
}
