import type { AnyNode, Expression, Statement } from 'acorn';
import { lowerClass } from './lower-class';
import { lowerExpression, lowerTarget, tuple } from './lower-expression';
import { isTransparent, lowerDecorator, lowerFunction } from './lower-function';
import { lowerImport } from './lower-import';
import * as js from './nodes';
import type { PythonModule } from './python-module';
import { childOf, isExpression, type PythonNode, split } from './syntax';

/** Statements; every branch is run, as the interpreter does. */
export function lowerStatements(module: PythonModule, nodes: readonly PythonNode[]): Statement[] {
  return nodes.flatMap((node) => lowerStatement(module, node));
}

function lowerStatement(module: PythonModule, node: PythonNode): Statement[] {
  const at = module.range(node);
  switch (node.name) {
    case 'ImportStatement':
      return lowerImport(module, node);
    case 'FunctionDefinition':
    case 'ClassDefinition':
      return lowerDefinition(module, node, []);
    case 'DecoratedStatement':
      return lowerDefinition(
        module,
        node.children.at(-1)!,
        node.children.filter(({ name }) => name === 'Decorator'),
      );
    case 'AssignStatement':
      return lowerAssignment(module, node);
    case 'UpdateStatement': {
      const [target, operator, value] = [node.children[0]!, node.children[1]!, node.children.at(-1)!];
      const assigned = js.assign(
        lowerTarget(module, target),
        lowerExpression(module, value),
        at,
        operator.text === '+=' ? '+=' : '=',
      );
      return [js.statement(assigned, at)];
    }
    case 'ReturnStatement': {
      const values = node.children.filter(isExpression);
      return [js.returned(values.length === 0 ? undefined : tuple(module, values, at), at)];
    }
    case 'YieldStatement':
      return [js.statement(lowerExpression(module, node), at)];
    case 'ForStatement':
      return lowerFor(module, node);
    case 'WithStatement':
      return [...lowerWith(module, node), ...bodies(module, node)];
    case 'TryStatement':
      return lowerTry(module, node);
    case 'MatchStatement':
      return lowerMatch(module, node);
    case 'ScopeStatement':
      return [];
    default: {
      const tests = node.children.filter(isExpression).map((child) => lowerExpression(module, child));
      return [...tests.map((test) => js.statement(test, at)), ...bodies(module, node)];
    }
  }
}

function bodies(module: PythonModule, node: PythonNode): Statement[] {
  return node.children
    .filter(({ name }) => name === 'Body' || name === 'MatchBody')
    .flatMap((body) =>
      lowerStatements(
        module,
        body.children.filter(({ name }) => name !== ':'),
      ),
    );
}

function lowerDefinition(module: PythonModule, node: PythonNode, decorators: readonly PythonNode[]): Statement[] {
  const at = module.range(node);
  const name = childOf(node, 'VariableName');
  if (name === undefined) return [];
  const isClass = node.name === 'ClassDefinition';
  const made = isClass ? lowerClass(module, node, decorators) : lowerFunction(module, node);
  const statements = [bind(name.text, made, at)];
  for (const decorator of decorators.filter((one) => !isTransparent(one)).reverse()) {
    const wrapper = lowerDecorator(module, decorator);
    statements.push(bind(name.text, js.call(wrapper, [js.variable(name.text, at)], module.range(decorator)), at));
  }
  return statements;
}

function bind(name: string, value: Expression, at: js.Range): Statement {
  return js.statement(js.assign(js.variable(name, at), value, at), at);
}

/** `a = b = value`, `a, b = pair`, `a: int = 1`. */
function lowerAssignment(module: PythonModule, node: PythonNode): Statement[] {
  const at = module.range(node);
  const groups = split(
    node.children.filter(({ name }) => name !== 'TypeDef'),
    'AssignOp',
  );
  if (groups.length < 2) return [];
  const value = tuple(module, groups.at(-1)!.filter(isExpression), at);
  return groups.slice(0, -1).map((targets) => js.statement(js.assign(pattern(module, targets, at), value, at), at));
}

function pattern(module: PythonModule, targets: readonly PythonNode[], at: js.Range): AnyNode {
  const parts = split(targets, ',').map(([first, second]) =>
    first!.name === '*' && second !== undefined
      ? js.rest(lowerTarget(module, second), at)
      : lowerTarget(module, first!),
  );
  return parts.length === 1 && !targets.some(({ name }) => name === ',') ? parts[0]! : js.arrayPattern(parts, at);
}

function lowerFor(module: PythonModule, node: PythonNode): Statement[] {
  const at = module.range(node);
  const body = node.children.findIndex(({ name }) => name === 'Body');
  const [targets, over] = split(
    node.children.slice(0, body).filter(({ name }) => name !== 'for' && name !== 'async'),
    'in',
  );
  const loop = js.forOf(
    pattern(module, targets ?? [], at),
    tuple(module, (over ?? []).filter(isExpression), at),
    js.block(bodies(module, node), at),
    at,
  );
  return [loop];
}

/** A client enters as itself; of other classes `__enter__` says as what. */
function lowerWith(module: PythonModule, node: PythonNode): Statement[] {
  const body = node.children.findIndex(({ name }) => name === 'Body');
  const items = split(
    node.children.slice(0, body).filter(({ name }) => name !== 'with' && name !== 'async'),
    ',',
  );
  return items.map(([value, as, target]) => {
    const at = module.range(value!);
    const given = lowerExpression(module, value!);
    const enter = node.children[0]?.name === 'async' ? '__aenter__' : '__enter__';
    const entered = js.either(given, js.call(js.member(given, enter, at), [], at), at);
    return js.statement(
      as?.name === 'as' && target !== undefined ? js.assign(lowerTarget(module, target), entered, at) : entered,
      at,
    );
  });
}

function lowerTry(module: PythonModule, node: PythonNode): Statement[] {
  const caught = node.children.flatMap((child, index) => {
    const name = node.children[index + 1];
    if (child.name !== 'as' || name?.name !== 'VariableName') return [];
    const at = module.range(name);
    return [bind(name.text, js.unknown(at), at)];
  });
  return [...caught, ...bodies(module, node)];
}

/** A name in a pattern may be anything that is in the subject. */
function lowerMatch(module: PythonModule, node: PythonNode): Statement[] {
  const at = module.range(node);
  const subject = tuple(module, node.children.filter(isExpression), at);
  const captured: Statement[] = [];
  const visit = (child: PythonNode): void => {
    if (child.name === 'Body') return;
    if (/^(Capture|Star|As)Pattern$/.test(child.name)) {
      for (const name of child.children) {
        if (name.name === 'VariableName') captured.push(bind(name.text, js.either(subject, js.unknown(at), at), at));
      }
    }
    child.children.forEach(visit);
  };
  for (const child of node.children) if (child.name === 'MatchBody') visit(child);
  return [js.statement(subject, at), ...captured, ...bodies(module, node)];
}
