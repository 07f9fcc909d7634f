import type { AnyNode } from 'acorn';
import { type ClassNode, type FunctionNode, isClass } from './ast';
import { constructSuper } from './invoke';
import { generatorOf, itemAt, iterate } from './iteration';
import type { Argument, Machine, Site } from './machine';
import { bindPattern, nameOf } from './patterns';
import { callHarmless, callUnknown } from './unknown-code';
import { Activation, Cell, type FunctionValue, holding, type ObjectValue } from './values';

/** Positions of arguments that are told apart; what comes after is in the rest. */
const POSITIONS = 6;

/** `opaque` code may call whatever it is given; `harmless` code calls functions, and hands the rest back. */
export type Opacity = 'opaque' | 'harmless';

export interface ActivationOptions {
  /** How many call sites tell activations of one function apart. */
  readonly contextDepth: number;
  /** Whether the code at a position is a library's. */
  readonly isLibrary: (node: AnyNode) => boolean;
  /** How code at a position is taken that is not looked into. */
  readonly opacity?: (node: AnyNode) => Opacity | undefined;
}

/** Runs functions and classes of the program: one activation for each function and the call sites that led to it. */
export class Activations {
  private readonly all = new Map<FunctionValue, Map<string, Activation>>();

  public constructor(
    private readonly machine: Machine,
    private readonly options: ActivationOptions,
  ) {}

  /** Makes an activation for the call site, or joins the one that is there, and hands over arguments and result. */
  public invoke(
    fn: FunctionValue,
    receiver: Cell,
    args: readonly Argument[],
    to: Cell,
    site: Site,
    certain: boolean,
  ): void {
    if (isClass(fn.node)) return;
    if (this.passedBy(fn, args, to, site)) return;
    const { solver } = this.machine;
    const all = [...fn.boundArguments, ...args];
    const activation = this.activate(fn, site);
    site.activation.calling(activation, certain);
    if (fn.node.type !== 'ArrowFunctionExpression') solver.flow(fn.boundThis ?? receiver, activation.thisCell);
    for (const [index, argument] of all.entries()) {
      if (argument.keywords === true) this.bindKeywords(fn.node as FunctionNode, argument.cell, activation, site);
      else if (argument.spread) this.spread(argument.cell, index, activation, site);
      else {
        solver.flow(argument.cell, parameter(this.machine, activation, index));
        if (index >= POSITIONS) solver.flow(argument.cell, activation.restParameters);
      }
    }
    solver.flow(activation.result, to);
  }

  public construct(fn: FunctionValue, instance: ObjectValue, args: readonly Argument[], to: Cell, site: Site): void {
    const self = holding(instance);
    if (!isClass(fn.node)) {
      this.invoke(fn, self, args, to, site, true);
      return;
    }
    if (this.passedBy(fn, args, new Cell(), site)) return;
    const initial = this.fields(fn, self, site);
    site.activation.calling(initial, true);
    const method = fn.node.body.body.find(
      (member) => member.type === 'MethodDefinition' && member.kind === 'constructor',
    );
    if (method?.type === 'MethodDefinition') {
      const value = this.machine.functionAt(method.value, fn.scope);
      value.home = fn;
      this.invoke(value, self, args, new Cell(), site, true);
    } else constructSuper(this.machine, fn.superclass, instance, args, site);
  }

  /** Code that is not looked into: true when `fn` is such code, and the arguments are in its hands. */
  private passedBy(fn: FunctionValue, args: readonly Argument[], to: Cell, site: Site): boolean {
    const opacity = this.options.opacity?.(fn.node);
    if (opacity === 'opaque') callUnknown(this.machine, undefined, args, to, site);
    else if (opacity === 'harmless') callHarmless(this.machine, args, to, site);
    return opacity !== undefined;
  }

  private spread(items: Cell, index: number, activation: Activation, site: Site): void {
    for (let position = index; position < POSITIONS; position++) {
      itemAt(this.machine, items, position - index, parameter(this.machine, activation, position), site);
    }
    iterate(this.machine, items, activation.restParameters, site);
  }

  /** Arguments of Python that are given by name. */
  private bindKeywords(node: FunctionNode, given: Cell, activation: Activation, site: Site): void {
    for (const [index, pattern] of node.params.entries()) {
      const name = pattern.type === 'AssignmentPattern' ? pattern.left : pattern;
      if (index === node.keywordRest) this.machine.solver.flow(given, parameter(this.machine, activation, index));
      else if (name.type === 'Identifier')
        this.machine.read(given, name.name.replace(/^\$/, ''), parameter(this.machine, activation, index), site);
    }
  }

  private activate(fn: FunctionValue, site: Site): Activation {
    const merged = fn.module !== undefined || this.options.isLibrary(fn.node) || this.options.contextDepth === 0;
    const context = merged ? [] : this.contextOf(site);
    const all = this.of(fn);
    const key = context.join(' ');
    const known = all.get(key);
    if (known !== undefined) return known;
    const node = fn.node as FunctionNode;
    const thisCell = node.type === 'ArrowFunctionExpression' ? fn.scope.thisCell : new Cell();
    const activation = new Activation(node, fn.scope, context, thisCell, fn);
    all.set(key, activation);
    // A named function expression sees itself.
    if (node.type === 'FunctionExpression' && node.id)
      this.machine.solver.add(this.machine.variable(node.id, activation), fn);
    this.runBody(node, activation);
    return activation;
  }

  private contextOf(site: Site): string[] {
    return [`${site.node.start}-${site.node.end}`, ...site.activation.context].slice(0, this.options.contextDepth);
  }

  private of(fn: FunctionValue): Map<string, Activation> {
    let all = this.all.get(fn);
    if (all === undefined) {
      all = new Map();
      this.all.set(fn, all);
    }
    return all;
  }

  private runBody(node: FunctionNode, activation: Activation): void {
    const { machine } = this;
    for (const [index, pattern] of node.params.entries()) {
      if (pattern.type !== 'RestElement') {
        bindPattern(machine, pattern, parameter(machine, activation, index), activation);
        continue;
      }
      const rest = machine.objectAt({ node: pattern, activation }, 'rest', true);
      machine.solver.flow(activation.restParameters, rest.rest);
      for (let position = index; position < POSITIONS; position++) {
        machine.solver.flow(parameter(machine, activation, position), rest.property(String(position - index)));
      }
      bindPattern(machine, pattern.argument, holding(rest), activation);
    }
    if (node.generator && machine.language === 'javascript')
      machine.solver.add(activation.result, generatorOf(machine, activation));
    if (node.body.type === 'BlockStatement') machine.statements(node.body.body, activation);
    else machine.solver.flow(machine.expression(node.body, activation), activation.result);
  }

  /** The initial values of an instance's fields. */
  private fields(fn: FunctionValue, self: Cell, site: Site): Activation {
    const { machine } = this;
    const node = fn.node as ClassNode;
    const all = this.of(fn);
    const context = this.contextOf(site);
    const key = `fields ${context.join(' ')}`;
    let activation = all.get(key);
    if (activation === undefined) {
      activation = new Activation(node, fn.scope, context, new Cell(), fn);
      all.set(key, activation);
      for (const member of node.body.body) {
        if (member.type !== 'PropertyDefinition' || member.static || !member.value) continue;
        const value = machine.expression(member.value, activation);
        const name = nameOf(machine, member.key, member.computed, activation);
        machine.write(activation.thisCell, name, value, { node: member, activation });
      }
    }
    machine.solver.flow(self, activation.thisCell);
    return activation;
  }
}

/** All arguments of a function, as `arguments` has them. */
export function argumentsOf(machine: Machine, activation: Activation): Cell {
  let place = activation;
  while (place.node.type === 'ArrowFunctionExpression' && place.parent) place = place.parent;
  const all = machine.objectAt({ node: place.node, activation: place }, 'arguments', true);
  for (let index = 0; index < POSITIONS; index++) {
    machine.solver.flow(parameter(machine, place, index), all.property(String(index)));
  }
  machine.solver.flow(place.restParameters, all.rest);
  return holding(all);
}

/** Past the positions that are told apart, any of the other arguments. */
function parameter(machine: Machine, { parameters, restParameters }: Activation, index: number): Cell {
  let cell = parameters[index];
  if (cell === undefined) {
    cell = new Cell();
    parameters[index] = cell;
    if (index >= POSITIONS) machine.solver.flow(restParameters, cell);
  }
  return cell;
}
