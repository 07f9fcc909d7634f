import type { AnyNode } from 'acorn';
import { childrenOf } from './ast';
import { constructBundled, isBundlerHelper } from './bundler-helpers';
import { importModule } from './import-module';
import { constructSuper } from './invoke';
import { generatorOf, iterate, SENT } from './iteration';
import { arrayLiteral, classLiteral, objectLiteral } from './literals';
import type { Argument, Machine } from './machine';
import { assignment, homeOf, member } from './members';
import { type Activation, Cell, holding, UNKNOWN, type Value } from './values';

type Of<Type extends AnyNode['type']> = AnyNode & { type: Type };
type Evaluate<Node> = (machine: Machine, node: Node, activation: Activation, to: Cell) => void;

/** Hands what an expression may be to a cell. */
export function evaluate(machine: Machine, node: AnyNode, activation: Activation, to: Cell): void {
  if ('platform' in node) {
    machine.solver.add(to, machine.constant(node.platform as Value));
    return;
  }
  const known = (EXPRESSIONS as { readonly [type: string]: Evaluate<AnyNode> | undefined })[node.type];
  if (known !== undefined) known(machine, node, activation, to);
  else {
    for (const child of childrenOf(node)) machine.expression(child, activation);
    machine.solver.add(to, UNKNOWN);
  }
}

const inner: Evaluate<{ readonly expression: AnyNode }> = (machine, node, activation, to) =>
  machine.solver.flow(machine.expression(node.expression, activation), to);
const unknown: Evaluate<AnyNode> = (machine, _node, _activation, to) => machine.solver.add(to, UNKNOWN);
const functionLiteral: Evaluate<Of<'FunctionExpression' | 'ArrowFunctionExpression'>> = (
  machine,
  node,
  activation,
  to,
) => {
  const fn = machine.functionAt(node, activation);
  fn.home ??= activation.callee?.home;
  machine.solver.add(to, fn);
};

const EXPRESSIONS: { readonly [Type in AnyNode['type']]?: Evaluate<Of<Type>> } = {
  ArrayExpression: arrayLiteral,
  ArrowFunctionExpression: functionLiteral,
  AssignmentExpression: assignment,
  AwaitExpression: (machine, node, activation, to) =>
    machine.solver.flow(machine.expression(node.argument, activation), to),
  BinaryExpression: (machine, node, activation, to) => {
    const parts = [machine.expression(node.left, activation), machine.expression(node.right, activation)];
    machine.solver.add(to, node.operator === '+' ? { kind: 'template', parts } : UNKNOWN);
  },
  CallExpression: callExpression,
  ChainExpression: inner,
  ClassDeclaration: classLiteral,
  ClassExpression: classLiteral,
  ConditionalExpression: (machine, node, activation, to) => {
    machine.expression(node.test, activation);
    machine.solver.flow(machine.expression(node.consequent, activation), to);
    machine.solver.flow(machine.expression(node.alternate, activation), to);
  },
  FunctionExpression: functionLiteral,
  ImportExpression: (machine, node, activation, to) =>
    importModule(machine, machine.expression(node.source, activation), to, { node, activation }),
  Literal: (machine, node, _activation, to) => {
    if (typeof node.value === 'string') machine.solver.add(to, machine.constant({ kind: 'text', text: node.value }));
    // A number may be an index: any item.
    else if (node.value !== null && typeof node.value !== 'boolean') machine.solver.add(to, UNKNOWN);
  },
  LogicalExpression: logicalExpression,
  MemberExpression: member,
  MetaProperty: unknown,
  NewExpression: (machine, node, activation, to) => {
    const callee = machine.expression(node.callee, activation);
    machine.constructNew(callee, argumentsIn(machine, node.arguments, activation), to, { node, activation });
  },
  ObjectExpression: objectLiteral,
  ParenthesizedExpression: inner,
  PrivateIdentifier: unknown,
  SequenceExpression: (machine, node, activation, to) => {
    for (const item of node.expressions) machine.expression(item, activation);
    machine.solver.flow(machine.expression(node.expressions.at(-1)!, activation), to);
  },
  SpreadElement: (machine, node, activation) => {
    machine.expression(node.argument, activation);
  },
  TaggedTemplateExpression: (machine, node, activation, to) => {
    const parts = node.quasi.expressions.map((part) => ({ cell: machine.expression(part, activation), spread: false }));
    const args = [{ cell: holding(UNKNOWN), spread: false }, ...parts];
    const receiver =
      node.tag.type === 'MemberExpression' ? machine.expression(node.tag.object, activation) : new Cell();
    machine.call(machine.expression(node.tag, activation), receiver, args, to, { node, activation });
  },
  TemplateElement: unknown,
  TemplateLiteral: templateLiteral,
  UnaryExpression: (machine, node, activation, to) => {
    machine.expression(node.argument, activation);
    if (node.operator !== 'void') machine.solver.add(to, UNKNOWN);
  },
  UpdateExpression: (machine, node, activation, to) => {
    machine.expression(node.argument, activation);
    machine.solver.add(to, UNKNOWN);
  },
  YieldExpression: (machine, node, activation, to) => {
    const generator = machine.language === 'javascript' ? generatorOf(machine, activation) : undefined;
    const yielded = generator?.rest ?? activation.result;
    if (node.argument) {
      const value = machine.expression(node.argument, activation);
      if (node.delegate) iterate(machine, value, yielded, { node, activation });
      else machine.solver.flow(value, yielded);
    }
    if (generator !== undefined) machine.solver.flow(generator.property(SENT), to);
    machine.solver.add(to, UNKNOWN);
  },
};

function templateLiteral(machine: Machine, node: Of<'TemplateLiteral'>, activation: Activation, to: Cell): void {
  if (node.expressions.length === 0) {
    machine.solver.add(to, machine.constant({ kind: 'text', text: node.quasis[0]!.value.cooked ?? '' }));
    return;
  }
  const parts = node.quasis.flatMap((quasi, index): (string | Cell)[] => {
    const expression = node.expressions[index];
    return [quasi.value.cooked ?? '', ...(expression ? [machine.expression(expression, activation)] : [])];
  });
  machine.solver.add(to, { kind: 'template', parts });
}

function logicalExpression(machine: Machine, node: Of<'LogicalExpression'>, activation: Activation, to: Cell): void {
  const left = machine.expression(node.left, activation);
  const right = machine.expression(node.right, activation);
  if (node.operator !== '&&') machine.solver.flow(left, to);
  // The declared access sets the variable, so what stands in for it is never used.
  if (node.operator === '&&' || !isEnvironmentVariable(node.left)) machine.solver.flow(right, to);
}

/** `process.env.NAME`, `process.env['NAME']`. */
function isEnvironmentVariable(node: AnyNode): boolean {
  if (node.type === 'ChainExpression') return isEnvironmentVariable(node.expression);
  if (node.type !== 'MemberExpression' || (node.computed && node.property.type !== 'Literal')) return false;
  const { object } = node;
  return (
    object.type === 'MemberExpression' &&
    object.object.type === 'Identifier' &&
    object.object.name === 'process' &&
    object.property.type === 'Identifier' &&
    object.property.name === 'env'
  );
}

function callExpression(machine: Machine, node: Of<'CallExpression'>, activation: Activation, to: Cell): void {
  const site = { node, activation };
  const { callee } = node;
  if (callee.type === 'Super') {
    callSuper(machine, node, activation);
    return;
  }
  if (callee.type === 'Identifier' && isBundlerHelper(callee.name)) {
    if (constructBundled(machine, callee.name, node, activation, to)) return;
  }
  if (callee.type === 'Identifier' && /^(__)?require$/.test(callee.name) && node.arguments.length === 1) {
    importModule(machine, machine.expression(node.arguments[0]!, activation), to, site);
    return;
  }
  const args = argumentsOf(machine, node, activation);
  const bare = callee.type === 'ParenthesizedExpression' ? callee.expression : callee;
  const method = bare.type === 'ChainExpression' ? bare.expression : bare;
  if (method.type !== 'MemberExpression') {
    machine.call(machine.expression(callee, activation), new Cell(), args, to, site);
    return;
  }
  const receiver = method.object.type === 'Super' ? activation.thisCell : machine.expression(method.object, activation);
  machine.call(machine.expression(method, activation), receiver, args, to, site);
}

function callSuper(machine: Machine, node: Of<'CallExpression'>, activation: Activation): void {
  const args = argumentsOf(machine, node, activation);
  const home = homeOf(activation);
  if (home === undefined) return;
  machine.solver.watch(activation.thisCell, (self) => {
    if (self.kind === 'object') constructSuper(machine, home.superclass, self, args, { node, activation });
  });
}

/** Python gives some arguments by name. */
function argumentsOf(machine: Machine, node: Of<'CallExpression'>, activation: Activation): Argument[] {
  const args = argumentsIn(machine, node.arguments, activation);
  const { keywords } = node as { readonly keywords?: AnyNode };
  if (keywords !== undefined)
    args.push({ cell: machine.expression(keywords, activation), spread: false, keywords: true });
  return args;
}

function argumentsIn(machine: Machine, nodes: readonly AnyNode[], activation: Activation): Argument[] {
  return nodes.map((node) =>
    node.type === 'SpreadElement'
      ? { cell: machine.expression(node.argument, activation), spread: true }
      : { cell: machine.expression(node, activation), spread: false },
  );
}
