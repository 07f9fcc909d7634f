import type { AnyNode } from 'acorn';
import { childrenOf } from './ast';
import { namesOf } from './globals';
import { iterate } from './iteration';
import type { Machine } from './machine';
import { bindPattern } from './patterns';
import { type Activation, Cell } from './values';

const STATEMENTS = /Statement$|Declaration$|^(SwitchCase|CatchClause|StaticBlock)$/;

/** Runs statements; functions are there before the first one. */
export function runStatements(machine: Machine, body: readonly AnyNode[], activation: Activation): void {
  for (const statement of body) {
    if (statement.type === 'FunctionDeclaration' && statement.id)
      machine.solver.add(machine.variable(statement.id, activation), machine.functionAt(statement, activation));
  }
  for (const statement of body) runStatement(machine, statement, activation);
}

function runStatement(machine: Machine, node: AnyNode, activation: Activation): void {
  const of = (child: AnyNode) => machine.expression(child, activation);
  switch (node.type) {
    case 'FunctionDeclaration':
      // Hoisted, unless it stands alone as in `if (a) function f() {}`.
      return;
    case 'ClassDeclaration':
      if (node.id) machine.solver.flow(of(node), machine.variable(node.id, activation));
      return;
    case 'VariableDeclaration':
      for (const { id, init } of node.declarations) if (init) bindPattern(machine, id, of(init), activation);
      return;
    case 'ReturnStatement':
      if (node.argument) machine.solver.flow(of(node.argument), activation.result);
      return;
    case 'BlockStatement':
    case 'StaticBlock':
      runStatements(machine, node.body, activation);
      return;
    case 'SwitchCase':
      if (node.test) of(node.test);
      runStatements(machine, node.consequent, activation);
      return;
    case 'ForOfStatement':
    case 'ForInStatement':
      runLoop(machine, node, activation);
      return;
    case 'CatchClause':
      if (node.param) bindPattern(machine, node.param, machine.thrown, activation);
      runStatement(machine, node.body, activation);
      return;
    case 'ThrowStatement':
      machine.solver.flow(of(node.argument), machine.thrown);
      return;
    case 'LabeledStatement':
      runStatement(machine, node.body, activation);
      return;
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'EmptyStatement':
    case 'DebuggerStatement':
      return;
  }
  for (const child of childrenOf(node)) {
    if (STATEMENTS.test(child.type)) runStatement(machine, child, activation);
    else of(child);
  }
}

function runLoop(
  machine: Machine,
  node: AnyNode & { type: 'ForOfStatement' | 'ForInStatement' },
  activation: Activation,
): void {
  const items = new Cell();
  const over = machine.expression(node.right, activation);
  if (node.type === 'ForOfStatement') iterate(machine, over, items, { node, activation });
  else namesOf(machine, over, items, true);
  const target = node.left.type === 'VariableDeclaration' ? node.left.declarations[0]!.id : node.left;
  bindPattern(machine, target, items, activation);
  runStatement(machine, node.body, activation);
}
