import type { AnyNode, Expression, Identifier, Pattern, Statement } from 'acorn';
import type { FunctionNode } from '../ast';
import { UNKNOWN, type Value } from '../values';

/** Where a made node stands, counted through all files of a program. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

type Fields = { readonly [name: string]: unknown };

/** Nodes as the parser of JavaScript makes them, from which the interpreter reads no more than these fields. */
function make<Node>(type: string, { start, end }: Range, fields: Fields = {}): Node {
  return { type, start, end, ...fields } as Node;
}

/** Python names get a mark, so that none is taken for a global of JavaScript. */
export function variable(name: string, at: Range): Identifier {
  return identifier(`$${name}`, at);
}

export function identifier(name: string, at: Range): Identifier {
  return make('Identifier', at, { name });
}

/** A value of the platform, such as the module `boto3`. */
export function platformValue(value: Value, at: Range): Expression {
  return make('PlatformValue', at, { platform: value });
}

export function unknown(at: Range): Expression {
  return platformValue(UNKNOWN, at);
}

export function literal(value: string | number | boolean | null, at: Range): Expression {
  return make('Literal', at, { value });
}

export function template(parts: readonly (string | Expression)[], at: Range): Expression {
  const quasis: Fields[] = [];
  const expressions: Expression[] = [];
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      quasis.push(make('TemplateElement', at, { value: { cooked: text } }));
      expressions.push(part);
      text = '';
    }
  }
  quasis.push(make('TemplateElement', at, { value: { cooked: text } }));
  return make('TemplateLiteral', at, { quasis, expressions });
}

export function member(object: Expression, name: string, at: Range, nameAt = at): Expression {
  return make('MemberExpression', at, { object, property: identifier(name, nameAt), computed: false });
}

export function superMember(name: string, at: Range): Expression {
  return make('MemberExpression', at, { object: make('Super', at), property: identifier(name, at), computed: false });
}

export function subscript(object: Expression, index: Expression, at: Range): Expression {
  return make('MemberExpression', at, { object, property: index, computed: true });
}

/** `keywords` is the object of the arguments that are given by name. */
export function call(callee: Expression, args: readonly AnyNode[], at: Range, keywords?: Expression): Expression {
  return make('CallExpression', at, { callee, arguments: args, ...(keywords && { keywords }) });
}

export function superCall(args: readonly AnyNode[], at: Range, keywords?: Expression): Expression {
  return make('CallExpression', at, { callee: make('Super', at), arguments: args, ...(keywords && { keywords }) });
}

/** A function that JavaScript supplies: `Array.from(items, each)`. */
export function globalCall(object: string, name: string, args: readonly Expression[], at: Range): Expression {
  return call(member(identifier(object, at), name, at), args, at);
}

export function either(left: Expression, right: Expression, at: Range): Expression {
  return make('LogicalExpression', at, { operator: '||', left, right });
}

export function both(left: Expression, right: Expression, at: Range): Expression {
  return make('LogicalExpression', at, { operator: '&&', left, right });
}

export function conditional(test: Expression, consequent: Expression, alternate: Expression, at: Range): Expression {
  return make('ConditionalExpression', at, { test, consequent, alternate });
}

export function binary(operator: '+' | '-', left: Expression, right: Expression, at: Range): Expression {
  return make('BinaryExpression', at, { operator, left, right });
}

export function sequence(expressions: readonly Expression[], at: Range): Expression {
  return make('SequenceExpression', at, { expressions });
}

export function awaited(argument: Expression, at: Range): Expression {
  return make('AwaitExpression', at, { argument });
}

export function yielded(argument: Expression | undefined, delegate: boolean, at: Range): Expression {
  return make('YieldExpression', at, { argument, delegate });
}

export function spread(argument: Expression, at: Range): AnyNode {
  return make('SpreadElement', at, { argument });
}

export function array(elements: readonly AnyNode[], at: Range): Expression {
  return make('ArrayExpression', at, { elements });
}

export function property(key: string | Expression, value: Expression, at: Range): AnyNode {
  const computed = typeof key !== 'string';
  return make('Property', at, { kind: 'init', computed, key: computed ? key : literal(key, at), value });
}

export function object(properties: readonly AnyNode[], at: Range): Expression {
  return make('ObjectExpression', at, { properties });
}

export function assign(left: AnyNode, right: Expression, at: Range, operator: '=' | '+=' = '='): Expression {
  return make('AssignmentExpression', at, { operator, left, right });
}

export function arrayPattern(elements: readonly AnyNode[], at: Range): AnyNode {
  return make('ArrayPattern', at, { elements });
}

export function rest(argument: AnyNode, at: Range): AnyNode {
  return make('RestElement', at, { argument });
}

export function defaulted(left: AnyNode, right: Expression, at: Range): AnyNode {
  return make('AssignmentPattern', at, { left, right });
}

/** `keywordRest` is the position of the parameter that takes all other arguments given by name. */
export function functionExpression(
  params: readonly AnyNode[],
  body: readonly Statement[],
  at: Range,
  keywordRest?: number,
): FunctionNode & Expression {
  return make('FunctionExpression', at, { id: null, params: params as Pattern[], body: block(body, at), keywordRest });
}

export function arrow(params: readonly AnyNode[], body: Expression, at: Range, keywordRest?: number): Expression {
  return make('ArrowFunctionExpression', at, { params, body, expression: true, keywordRest });
}

export function thisExpression(at: Range): Expression {
  return make('ThisExpression', at);
}

export function block(body: readonly Statement[], at: Range): Statement {
  return make('BlockStatement', at, { body });
}

export function statement(expression: Expression, at: Range): Statement {
  return make('ExpressionStatement', at, { expression });
}

export function declare(names: Iterable<string>, at: Range): Statement {
  const declarations = [...names].map((name) =>
    make('VariableDeclarator', at, { id: identifier(name, at), init: null }),
  );
  return make('VariableDeclaration', at, { kind: 'var', declarations });
}

export function returned(argument: Expression | undefined, at: Range): Statement {
  return make('ReturnStatement', at, { argument: argument ?? null });
}

export function forOf(left: AnyNode, right: Expression, body: Statement, at: Range): Statement {
  return make('ForOfStatement', at, { left, right, body });
}

export function method(
  kind: 'constructor' | 'method' | 'get' | 'set',
  name: string,
  value: Expression,
  isStatic: boolean,
  at: Range,
): AnyNode {
  return make('MethodDefinition', at, { kind, static: isStatic, computed: false, key: identifier(name, at), value });
}

export function field(name: string, value: Expression, isStatic: boolean, at: Range): AnyNode {
  return make('PropertyDefinition', at, { static: isStatic, computed: false, key: identifier(name, at), value });
}

export function classExpression(
  superClass: Expression | undefined,
  members: readonly AnyNode[],
  at: Range,
  openBase: boolean,
): Expression {
  return make('ClassExpression', at, {
    id: null,
    openBase,
    superClass: superClass ?? null,
    body: make('ClassBody', at, { body: members }),
  });
}
