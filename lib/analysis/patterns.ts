import type { AnyNode } from 'acorn';
import { copyProperties } from './copy-properties';
import { itemAt, iterate } from './iteration';
import type { Machine } from './machine';
import { symbolName } from './program-names';
import { type Activation, Cell, holding } from './values';

/** Hands a value to what stands on the left of `=`, or to a parameter. */
export function bindPattern(machine: Machine, pattern: AnyNode, value: Cell, activation: Activation): void {
  const { solver } = machine;
  const site = { node: pattern, activation };
  const bind = (inner: AnyNode, from: Cell) => bindPattern(machine, inner, from, activation);
  switch (pattern.type) {
    case 'Identifier': {
      solver.flow(value, machine.variable(pattern, activation));
      return;
    }
    case 'MemberExpression': {
      const object =
        pattern.object.type === 'Super' ? activation.thisCell : machine.expression(pattern.object, activation);
      machine.write(object, nameOf(machine, pattern.property, pattern.computed, activation), value, site);
      return;
    }
    case 'AssignmentPattern': {
      const either = new Cell();
      solver.flow(value, either);
      solver.flow(machine.expression(pattern.right, activation), either);
      bind(pattern.left, either);
      return;
    }
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') {
          const rest = machine.objectAt({ node: property, activation }, 'rest');
          copyProperties(machine, value, holding(rest), site);
          // What is left of the caller's input is still the caller's.
          solver.watch(value, (source) => {
            if (source.kind !== 'object') solver.add(rest.rest, source);
          });
          bind(property.argument, holding(rest));
          continue;
        }
        const part = new Cell();
        const name = nameOf(machine, property.key, property.computed, activation);
        machine.read(value, name, part, site);
        bind(property.value, part);
      }
      return;
    case 'ArrayPattern':
      for (const [index, element] of pattern.elements.entries()) {
        if (!element) continue;
        const part = new Cell();
        if (element.type === 'RestElement') {
          const rest = machine.objectAt({ node: element, activation }, 'rest', true);
          iterate(machine, value, rest.rest, site);
          bind(element.argument, holding(rest));
          continue;
        }
        itemAt(machine, value, index, part, site);
        bind(element, part);
      }
      return;
    case 'RestElement': {
      bind(pattern.argument, value);
      return;
    }
  }
}

/** A name that is known, or the cell of one that is computed. */
export function nameOf(machine: Machine, key: AnyNode, computed: boolean, activation: Activation): string | Cell {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (!computed && key.type === 'Identifier') return key.name;
  if (key.type === 'Literal') return String(key.value);
  const symbol = symbolName(key);
  if (symbol !== undefined) return symbol;
  return machine.expression(key, activation);
}
