import type { AnyNode } from 'acorn';
import { accessorKey } from './accessors';
import type { ClassNode } from './ast';
import { copyProperties } from './copy-properties';
import { iterate } from './iteration';
import type { Machine } from './machine';
import { nameOf } from './patterns';
import { Activation, type Cell, type FunctionValue, holding } from './values';

export function objectLiteral(
  machine: Machine,
  node: AnyNode & { type: 'ObjectExpression' },
  activation: Activation,
  to: Cell,
): void {
  const site = { node, activation };
  const object = machine.objectAt(site, 'object');
  machine.solver.add(to, object);
  const self = holding(object);
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      copyProperties(machine, machine.expression(property.argument, activation), self, site);
      continue;
    }
    const name = nameOf(machine, property.key, property.computed, activation);
    const value = machine.expression(property.value, activation);
    if (property.kind !== 'init') for (const fn of value.values) if (fn.kind === 'function') fn.accessor = true;
    if (property.kind !== 'init') machine.write(self, accessorKey(property.kind, name), value, site);
    else if (name === '__proto__') machine.solver.flow(value, object.prototypes);
    else machine.write(self, name, value, site);
  }
}

export function arrayLiteral(
  machine: Machine,
  node: AnyNode & { type: 'ArrayExpression' },
  activation: Activation,
  to: Cell,
): void {
  const { solver } = machine;
  const array = machine.objectAt({ node, activation }, 'array', true);
  solver.add(to, array);
  const spreads = node.elements.some((element) => element?.type === 'SpreadElement');
  for (const [index, element] of node.elements.entries()) {
    if (!element) continue;
    if (element.type === 'SpreadElement')
      iterate(machine, machine.expression(element.argument, activation), array.rest, { node: element, activation });
    else solver.flow(machine.expression(element, activation), spreads ? array.rest : array.property(String(index)));
  }
}

export function classLiteral(machine: Machine, node: ClassNode, activation: Activation, to: Cell): void {
  const { solver } = machine;
  const fn = machine.functionAt(node, activation);
  solver.add(to, fn);
  if (node.id) solver.add(machine.variable(node.id, activation), fn);
  if (node.superClass) {
    const superclass = machine.expression(node.superClass, activation);
    solver.flow(superclass, fn.superclass);
    solver.watch(superclass, (value) => {
      if (value.kind === 'function') solver.add(fn.prototype.prototypes, value.prototype);
    });
  }
  solver.add(fn.prototype.property('constructor'), fn);
  classMembers(machine, node, fn, activation);
}

function classMembers(machine: Machine, node: ClassNode, fn: FunctionValue, activation: Activation): void {
  const site = { node, activation };
  const statics = new Activation(node, activation, activation.context, holding(fn), fn);
  activation.calling(statics, true);
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') machine.statements(member.body, statics);
    else if (member.type === 'MethodDefinition' && member.kind !== 'constructor') {
      const name = nameOf(machine, member.key, member.computed, activation);
      const value = machine.functionAt(member.value, activation);
      value.home = fn;
      value.accessor = member.kind !== 'method';
      const target = holding(member.static ? fn : fn.prototype);
      machine.write(target, accessorKey(member.kind, name), holding(value), site);
    } else if (member.type === 'PropertyDefinition' && member.static && member.value) {
      const value = machine.expression(member.value, statics);
      machine.write(holding(fn), nameOf(machine, member.key, member.computed, activation), value, site);
    }
  }
}
