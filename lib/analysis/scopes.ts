import type { AnyNode, Identifier, Pattern } from 'acorn';
import { childrenOf, isFunction } from './ast';

/** A declared variable, by the function that holds it. */
export interface Binding {
  readonly name: string;
  readonly owner: AnyNode;
}

export type Scopes = ReadonlyMap<Identifier, Binding>;

interface Scope {
  readonly names: Map<string, Binding>;
  readonly owner: AnyNode;
  readonly parent: Scope | undefined;
}

/** Finds the variable of every identifier in a program. An identifier that is not in the result is a global. */
export function resolveScopes(program: AnyNode): Scopes {
  const found = new Map<Identifier, Binding>();
  const root: Scope = { names: new Map(), owner: program, parent: undefined };
  declareVars(program, root);
  declareLexical(program, root);
  for (const child of childrenOf(program)) visit(child, root, found);
  return found;
}

function visit(node: AnyNode, scope: Scope, found: Map<Identifier, Binding>): void {
  switch (node.type) {
    case 'Identifier': {
      const binding = lookup(scope, node.name);
      if (binding !== undefined) found.set(node, binding);
      return;
    }
    case 'MemberExpression':
      visit(node.object, scope, found);
      if (node.computed) visit(node.property, scope, found);
      return;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      if (node.computed) visit(node.key, scope, found);
      if (node.value) visit(node.value, scope, found);
      return;
    case 'LabeledStatement':
      visit(node.body, scope, found);
      return;
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return;
  }
  const within = inner(node, scope);
  for (const child of childrenOf(node)) visit(child, within, found);
}

const OPENS_BLOCK = new Set([
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'StaticBlock',
]);

/** The scope that a node opens, with its declarations in it; the same scope when it opens none. */
function inner(node: AnyNode, scope: Scope): Scope {
  const open = (owner: AnyNode): Scope => ({ names: new Map(), owner, parent: scope });
  if (isFunction(node)) {
    const own = open(node);
    for (const parameter of node.params) declare(parameter, own);
    if (node.type === 'FunctionExpression' && node.id) declare(node.id, own);
    declareVars(node.body, own);
    return own;
  }
  if (node.type === 'ClassExpression' && node.id) {
    const own = open(scope.owner);
    declare(node.id, own);
    return own;
  }
  if (!OPENS_BLOCK.has(node.type)) return scope;
  const own = open(scope.owner);
  if (node.type === 'CatchClause' && node.param) declare(node.param, own);
  declareLexical(node, own);
  return own;
}

/** `let`, `const`, classes and functions of the statements directly in a block. */
function declareLexical(block: AnyNode, scope: Scope): void {
  for (const child of childrenOf(block)) {
    if (child.type === 'VariableDeclaration' && child.kind !== 'var')
      for (const { id } of child.declarations) declare(id, scope);
    if ((child.type === 'FunctionDeclaration' || child.type === 'ClassDeclaration') && child.id)
      declare(child.id, scope);
    if (child.type === 'SwitchCase') declareLexical(child, scope);
  }
}

/** `var`, however deep in blocks. */
function declareVars(node: AnyNode, scope: Scope): void {
  if (node.type === 'VariableDeclaration' && node.kind === 'var')
    for (const { id } of node.declarations) declare(id, scope);
  if (!isFunction(node)) for (const child of childrenOf(node)) declareVars(child, scope);
}

function declare(pattern: Pattern, scope: Scope): void {
  switch (pattern.type) {
    case 'Identifier':
      if (!scope.names.has(pattern.name)) scope.names.set(pattern.name, { name: pattern.name, owner: scope.owner });
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties)
        declare(property.type === 'RestElement' ? property.argument : property.value, scope);
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) declare(element, scope);
      return;
    case 'AssignmentPattern':
      declare(pattern.left, scope);
      return;
    case 'RestElement':
      declare(pattern.argument, scope);
      return;
  }
}

function lookup(scope: Scope | undefined, name: string): Binding | undefined {
  for (let place = scope; place !== undefined; place = place.parent) {
    const binding = place.names.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}
