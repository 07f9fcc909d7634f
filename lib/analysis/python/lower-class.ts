import type { AnyNode, Expression, Statement } from 'acorn';
import { boundNames } from './bound-names';
import { lowerExpression } from './lower-expression';
import { decoratorName, isTransparent, lowerDecorator, lowerFunction } from './lower-function';
import * as js from './nodes';
import type { PythonModule } from './python-module';
import { childOf, isExpression, type PythonNode, split } from './syntax';

/** Classes whose fields are the parameters of their constructor. */
const FIELDS_ARE_PARAMETERS = /^(.*\.)?(dataclass|NamedTuple|BaseModel)$/;

/** Classes from elsewhere that leave the methods of what extends them alone. */
const CALLS_NO_METHODS =
  /^(.*\.)?(object|ABC|Protocol|Generic|\w*Enum|\w*Flag|NamedTuple|TypedDict|BaseModel|BaseSettings|\w*(Error|Exception|Warning))$/;

export function lowerClass(module: PythonModule, node: PythonNode, decorators: readonly PythonNode[]): Expression {
  const at = module.range(node);
  const bases = split(childOf(node, 'ArgList')?.children.slice(1, -1) ?? [], ',').filter((group) => group.length === 1);
  const body = childOf(node, 'Body')?.children ?? [];
  const scope = classScope(module, body, at);
  const members = [...scope.fields, ...body.flatMap((member) => lowerMember(module, member))];
  const markers = [...bases.map(([base]) => base!.text), ...decorators.map(decoratorName)];
  const hasConstructor = members.some((member) => member.type === 'MethodDefinition' && member.kind === 'constructor');
  if (!hasConstructor && markers.some((name) => FIELDS_ARE_PARAMETERS.test(name))) {
    members.push(constructorOf(module, body, at));
  }
  const superClass = bases
    .map(([base]) => lowerExpression(module, withoutParameters(base!)))
    .reduce<Expression | undefined>((all, base) => (all === undefined ? base : js.either(all, base, at)), undefined);
  const isOpen = bases.some(([base]) => !CALLS_NO_METHODS.test(withoutParameters(base!).text));
  const made = js.classExpression(superClass, members, at, isOpen);
  if (scope.statements.length === 0) return made;
  return js.call(js.functionExpression([], [...scope.statements, js.returned(made, at)], at), [], at);
}

/** What runs in a class body: no definition, text or placeholder. */
function isCode({ name, children }: PythonNode): boolean {
  if (/^(FunctionDefinition|ClassDefinition|DecoratedStatement|PassStatement|:)$/.test(name)) return false;
  return name !== 'ExpressionStatement' || !/^(String|ContinuedString|Ellipsis|\.\.\.)$/.test(children[0]?.name ?? '');
}

/** The statements of a class body, which run when the class is made; the names that they bind are its attributes. */
function classScope(
  module: PythonModule,
  body: readonly PythonNode[],
  at: js.Range,
): { statements: Statement[]; fields: AnyNode[] } {
  const code = body.filter((node) => isCode(node) && accessors(node, at).length === 0);
  const names = [...boundNames(code)];
  const variableOf = (name: string) => `class_${at.start}_${name}`;
  const functions = body.filter((node) => node.name === 'FunctionDefinition');
  const methods = new Map(functions.map((node) => [childOf(node, 'VariableName')?.text ?? '', node]));
  const known = new Set([...names, ...methods.keys()]);
  const inner: PythonModule = {
    ...module,
    inClass: (name) => (known.has(name) ? { variable: variableOf(name), mayBeOuter: !methods.has(name) } : undefined),
  };
  const statements = module.statements(code, inner);
  if (statements.length === 0) return { statements, fields: [] };
  return {
    statements: [
      js.declare([...known].map(variableOf), at),
      ...[...methods].map(([name, node]) =>
        js.statement(js.assign(js.identifier(variableOf(name), at), lowerFunction(module, node), at), at),
      ),
      ...statements,
    ],
    fields: names.flatMap((name) => fields(name, js.identifier(variableOf(name), at), at)),
  };
}

/** `Base` of `Base[int]`. */
function withoutParameters(base: PythonNode): PythonNode {
  return base.name === 'MemberExpression' && base.children[1]?.name === '[' ? base.children[0]! : base;
}

function lowerMember(module: PythonModule, node: PythonNode): AnyNode[] {
  const at = module.range(node);
  if (node.name === 'DecoratedStatement') {
    const definition = node.children.at(-1)!;
    const decorators = node.children.filter(({ name }) => name === 'Decorator');
    if (definition.name === 'FunctionDefinition') return methodOf(module, definition, decorators);
    return lowerMember(module, definition);
  }
  if (node.name === 'FunctionDefinition') return methodOf(module, node, []);
  if (node.name === 'ClassDefinition') {
    const name = childOf(node, 'VariableName');
    return name === undefined ? [] : fields(name.text, lowerClass(module, node, []), at);
  }
  return accessors(node, at);
}

/** Members that `name = property(get, set)` stands for. */
function accessors(node: PythonNode, at: js.Range): AnyNode[] {
  if (node.name !== 'AssignStatement') return [];
  const [targets, value] = assignment(node);
  return value === undefined ? [] : targets.flatMap((target) => propertyOf(target, value, at));
}

/** `name = property(get, set)`, by the names of methods. */
function propertyOf(name: string, value: PythonNode, at: js.Range): AnyNode[] {
  const [callee, list] = value.name === 'CallExpression' ? value.children : [];
  if (callee?.text !== 'property' || list === undefined) return [];
  const args = split(list.children.slice(1, -1), ',').map((group) => group.at(-1)!);
  const parameter = js.variable('value', at);
  return args.slice(0, 2).flatMap((method, index): AnyNode[] => {
    if (method.name !== 'VariableName') return [];
    const own = js.member(js.thisExpression(at), method.text, at);
    const isSetter = index === 1;
    const body = js.returned(js.call(own, isSetter ? [parameter] : [], at), at);
    return [
      js.method(
        isSetter ? 'set' : 'get',
        name,
        js.functionExpression(isSetter ? [parameter] : [], [body], at),
        false,
        at,
      ),
    ];
  });
}

/** An attribute of a class is read from the class and from its instances. */
function fields(name: string, value: Expression, at: js.Range): AnyNode[] {
  return [js.field(name, value, true, at), js.field(name, value, false, at)];
}

/** Names that get a value in a class body: `a = b = 1`, `a: int = 1`. */
function assignment(node: PythonNode): [names: string[], value: PythonNode | undefined] {
  const groups = split(node.children, 'AssignOp').map((group) => group.filter(isExpression));
  const value = groups.length > 1 ? groups.at(-1)![0] : undefined;
  const targets = groups.slice(0, groups.length > 1 ? -1 : 1).flat();
  return [targets.filter(({ name }) => name === 'VariableName').map(({ text }) => text), value];
}

function methodOf(module: PythonModule, node: PythonNode, decorators: readonly PythonNode[]): AnyNode[] {
  const at = module.range(node);
  const name = childOf(node, 'VariableName')?.text ?? '';
  const marks = decorators.map(decoratorName);
  if (name === '__init__') return [js.method('constructor', name, lowerFunction(module, node, true), false, at)];
  if (marks.some((mark) => /^(cached_)?property$|\.cached_property$/.test(mark)))
    return [js.method('get', name, lowerFunction(module, node, true), false, at)];
  if (marks.some((mark) => mark.endsWith('.setter')))
    return [js.method('set', name, lowerFunction(module, node, true), false, at)];
  if (/^__\w+__$/.test(name) && name !== '__call__') {
    // Python calls it by itself, from places that do not name it.
    const called = js.call(js.member(js.thisExpression(at), name, at), [js.unknown(at), js.unknown(at)], at);
    const value = lowerFunction(module, node, true);
    return [js.method('method', name, value, false, at), js.field(`call of ${name}`, called, false, at)];
  }
  const isStatic = marks.includes('staticmethod');
  const value = lowerFunction(module, node, !isStatic);
  const own = [js.method('method', name, value, false, at)];
  if (isStatic || marks.includes('classmethod')) return [...own, js.method('method', name, value, true, at)];
  const wrappers = decorators.filter((decorator) => !isTransparent(decorator));
  // What a decorator makes of a method is called before it. It gets no function: called by itself, that had no `self`.
  const wrapped = (one: PythonNode) => js.call(lowerDecorator(module, one), [js.unknown(at)], at);
  return [...own, ...wrappers.map((one) => js.field(name, wrapped(one), false, at))];
}

/** The constructor of a class whose annotated fields are its parameters. */
function constructorOf(module: PythonModule, body: readonly PythonNode[], at: js.Range): AnyNode {
  const fieldsOf = body
    .filter((node) => node.name === 'AssignStatement' && childOf(node, 'TypeDef') !== undefined)
    .map(assignment);
  const params = fieldsOf.flatMap(([names, value]) =>
    names.map((name) => {
      const variable = js.variable(name, at);
      return value === undefined ? variable : js.defaulted(variable, lowerExpression(module, value), at);
    }),
  );
  const statements = fieldsOf.flatMap(([names]) =>
    names.map((name) =>
      js.statement(js.assign(js.member(js.thisExpression(at), name, at), js.variable(name, at), at), at),
    ),
  );
  return js.method('constructor', '__init__', js.functionExpression(params, statements, at), false, at);
}
