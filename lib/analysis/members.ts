import type { AnyNode } from 'acorn';
import { isClass, isFunction } from './ast';
import { copyProperties } from './copy-properties';
import type { Machine, Site } from './machine';
import { bindPattern, nameOf } from './patterns';
import { type Activation, Cell, type FunctionValue, holding, UNKNOWN } from './values';

export function member(
  machine: Machine,
  node: AnyNode & { type: 'MemberExpression' },
  activation: Activation,
  to: Cell,
): void {
  const site = { node, activation };
  const name = nameOf(machine, node.property, node.computed, activation);
  if (node.object.type === 'Super') superMember(machine, name, activation, to, site);
  else if (isModuleExports(machine, node)) machine.solver.add(to, machine.exported);
  else machine.read(machine.expression(node.object, activation), name, to, site);
}

function superMember(machine: Machine, name: string | Cell, activation: Activation, to: Cell, site: Site): void {
  const home = homeOf(activation);
  if (home === undefined) {
    machine.solver.add(to, UNKNOWN);
    return;
  }
  machine.solver.watch(home.superclass, (value) => {
    if (value.kind === 'function') machine.readValue(value.prototype, name, to, site);
    else if (value.kind === 'sdk-export') {
      machine.readValue(machine.constant({ kind: 'sdk-client', package: value.package }), name, to, site);
    }
  });
}

export function assignment(
  machine: Machine,
  node: AnyNode & { type: 'AssignmentExpression' },
  activation: Activation,
  to: Cell,
): void {
  const { solver } = machine;
  const value = machine.expression(node.right, activation);
  if (node.operator === '+=') {
    const joined = new Cell();
    if (node.left.type === 'Identifier' || node.left.type === 'MemberExpression')
      solver.add(joined, { kind: 'template', parts: [new Cell(), value] });
    solver.flow(joined, to);
    bindPattern(machine, node.left, joined, activation);
    return;
  }
  solver.flow(value, to);
  if (isModuleExports(machine, node.left)) {
    copyProperties(machine, value, holding(machine.exported), { node, activation });
    solver.watch(value, (exported) => {
      if (exported.kind === 'object') solver.add(machine.exported.prototypes, exported);
      if (exported.kind === 'function') solver.add(machine.exported.property('default'), exported);
    });
    return;
  }
  bindPattern(machine, node.left, value, activation);
}

/** The class whose method this is, also inside its arrow functions. */
export function homeOf(activation: Activation): FunctionValue | undefined {
  for (let place: Activation | undefined = activation; place !== undefined; place = place.parent) {
    if (place.callee?.home !== undefined) return place.callee.home;
    if (place.callee !== undefined && isClass(place.callee.node)) return place.callee;
    if (isFunction(place.node) && place.node.type !== 'ArrowFunctionExpression') return undefined;
  }
  return undefined;
}

/** `module.exports` of the bundle itself. */
function isModuleExports(machine: Machine, node: AnyNode): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'exports' &&
    !machine.isDeclared(node.object)
  );
}
