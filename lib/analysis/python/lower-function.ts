import type { Expression, Statement } from 'acorn';
import { boundNames } from './bound-names';
import { lowerArguments } from './lower-arguments';
import { lowerParameters } from './lower-parameters';
import * as js from './nodes';
import type { PythonModule } from './python-module';
import { childOf, isExpression, type PythonNode } from './syntax';

/** A `def`. In a class the first parameter is `this`. */
export function lowerFunction(module: PythonModule, node: PythonNode, isMethod = false): Expression {
  const at = module.range(node);
  const { params, keywordRest } = lowerParameters(module, childOf(node, 'ParamList'));
  const body = childOf(node, 'Body')?.children ?? [];
  const self = isMethod ? params[0] : undefined;
  const statements: Statement[] = [
    js.declare(
      [...boundNames(body)].map((name) => `$${name}`),
      at,
    ),
  ];
  if (self?.type === 'Identifier') {
    statements.push(js.declare([self.name], at), js.statement(js.assign(self, js.thisExpression(at), at), at));
  }
  statements.push(...module.statements(body));
  const own = self === undefined ? params : params.slice(1);
  const position = keywordRest === undefined ? undefined : keywordRest - (params.length - own.length);
  return js.functionExpression(own, statements, at, position);
}

/** Decorators of Python itself that leave what a function does, or a class is, as it is. */
const TRANSPARENT =
  /(^|\.)(dataclass|wraps|cache|lru_cache|(async)?contextmanager|total_ordering|singledispatch|override|final|runtime_checkable|abstractmethod|unique|setter|getter|deleter)$/;

export function isTransparent(decorator: PythonNode): boolean {
  return TRANSPARENT.test(decoratorName(decorator));
}

/** `app.tool` of `@app.tool(name='x')`. */
export function decoratorName(decorator: PythonNode): string {
  return decorator.text
    .replace(/^@/, '')
    .replace(/\([\s\S]*$/, '')
    .trim();
}

/** The expression of `@a.b(c)`. */
export function lowerDecorator(module: PythonModule, node: PythonNode): Expression {
  const at = module.range(node);
  const names = node.children.filter(({ name }) => name === 'VariableName' || name === 'PropertyName');
  const [first, ...others] = names;
  let made: Expression = first === undefined ? js.unknown(at) : js.variable(first.text, at);
  for (const name of others) made = js.member(made, name.text, at);
  const list = childOf(node, 'ArgList');
  if (list !== undefined) {
    const { positional, keywords } = lowerArguments(module, list);
    made = js.call(made, positional, at, keywords);
  } else if (first === undefined) {
    const expression = node.children.find(isExpression);
    if (expression !== undefined) made = module.expression(expression);
  }
  return made;
}
