import type { AnyNode, Expression } from 'acorn';
import { python } from './call';
import { lowerArguments } from './lower-arguments';
import { lowerParameters } from './lower-parameters';
import * as js from './nodes';
import type { PythonModule } from './python-module';
import { inside, isExpression, type PythonNode, split, stringValue, unescaped } from './syntax';

/** An expression of Python as one of JavaScript that means the same to the interpreter. */
export function lowerExpression(module: PythonModule, node: PythonNode): Expression {
  const at = module.range(node);
  const of = (child: PythonNode | undefined) => (child === undefined ? js.unknown(at) : lowerExpression(module, child));
  const operands = node.children.filter(isExpression);
  switch (node.name) {
    case 'VariableName':
      if (node.text === '__builtins__') return js.platformValue(python('module builtins'), at);
      return named(module, node);
    case 'String':
      return js.literal(stringValue(node.text), at);
    case 'FormatString':
      return js.template(formatParts(module, node), at);
    case 'ContinuedString':
      return js.template(
        node.children.flatMap((part) => partsOf(module, part)),
        at,
      );
    case 'Number':
      return js.literal(Number(node.text), at);
    case 'Boolean':
      return js.literal(node.text === 'True', at);
    case 'None':
      return js.literal(null, at);
    case 'ParenthesizedExpression':
      return of(operands[0]);
    case 'MemberExpression':
      return lowerMember(module, node);
    case 'CallExpression':
      return lowerCall(module, node);
    case 'BinaryExpression':
      return lowerBinary(module, node);
    case 'UnaryExpression':
      return js.sequence([of(operands[0]), js.unknown(at)], at);
    case 'ConditionalExpression':
      return js.conditional(of(operands[1]), of(operands[0]), of(operands[2]), at);
    case 'AwaitExpression':
      return js.awaited(of(operands[0]), at);
    case 'YieldExpression':
    case 'YieldStatement':
      return js.yielded(
        operands.length === 0 ? undefined : tuple(module, operands, at),
        node.children.some(({ name }) => name === 'from'),
        at,
      );
    case 'NamedExpression':
      return js.assign(of(operands[0]), of(operands[1]), at);
    case 'LambdaExpression':
      return lowerLambda(module, node);
    case 'ArrayExpression':
    case 'TupleExpression':
    case 'SetExpression':
      return js.array(items(module, node), at);
    case 'DictionaryExpression':
      return js.object(entries(module, node), at);
    case 'ArgList': // `any(a for a in b)`
      return lowerComprehension(module, node);
    default:
      return /Comprehension/.test(node.name) ? lowerComprehension(module, node) : js.unknown(at);
  }
}

/** A name; in the body of a class it may be one of the class. */
function named(module: PythonModule, node: PythonNode): Expression {
  const at = module.range(node);
  const own = module.inClass?.(node.text);
  const outer = js.variable(node.text, at);
  if (own === undefined) return outer;
  const inner = js.identifier(own.variable, at);
  return own.mayBeOuter ? js.either(inner, outer, at) : inner;
}

/** Several expressions with commas between them are a tuple. */
export function tuple(module: PythonModule, nodes: readonly PythonNode[], at: js.Range): Expression {
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return lowerExpression(module, only);
  return js.array(
    nodes.map((node) => lowerExpression(module, node)),
    at,
  );
}

function partsOf(module: PythonModule, node: PythonNode): (string | Expression)[] {
  return node.name === 'FormatString' ? formatParts(module, node) : [stringValue(node.text)];
}

/** `f"in/{name}.txt"`. */
function formatParts(module: PythonModule, node: PythonNode): (string | Expression)[] {
  const [opening, prefix, quote] = /^([a-z]*)('''|"""|'|")/i.exec(node.text) ?? ['', '', ''];
  const parts: (string | Expression)[] = [];
  let from = node.from + opening.length;
  const text = (to: number) =>
    unescaped(node.text.slice(from - node.from, to - node.from), /r/i.test(prefix!))
      .replaceAll('{{', '{')
      .replaceAll('}}', '}');
  for (const part of node.children) {
    if (part.name !== 'FormatReplacement') continue;
    parts.push(text(part.from));
    const value = part.children.find(isExpression);
    parts.push(value === undefined ? js.unknown(module.range(part)) : lowerExpression(module, value));
    from = part.to;
  }
  return [...parts, text(node.to - quote!.length)];
}

function lowerMember(module: PythonModule, node: PythonNode): Expression {
  const at = module.range(node);
  const [object, access, ...rest] = node.children;
  if (object === undefined) return js.unknown(at);
  if (access?.name === '.') {
    const name = rest[0]?.text ?? '';
    if (isSuper(object)) return js.superMember(name, at);
    // The class of an instance is what its prototype says.
    const own = name === '__class__' ? 'constructor' : name;
    return js.member(lowerExpression(module, object), own, at, rest[0] && module.range(rest[0]));
  }
  const indices = rest.filter((child) => child.name !== ']');
  const value = lowerExpression(module, object);
  // A part of a list is taken for the list.
  if (indices.some(({ name }) => name === ':')) return value;
  const [index] = indices;
  return js.subscript(
    value,
    indices.length === 1 && index !== undefined ? lowerExpression(module, index) : js.unknown(at),
    at,
  );
}

function isSuper(node: PythonNode): boolean {
  return node.name === 'CallExpression' && node.children[0]?.text === 'super';
}

function lowerCall(module: PythonModule, node: PythonNode): Expression {
  const at = module.range(node);
  const [callee, list] = node.children;
  if (callee === undefined || list === undefined) return js.unknown(at);
  const [object, , method] = callee.name === 'MemberExpression' ? callee.children : [];
  const { positional, keywords } = lowerArguments(module, list);
  if (object !== undefined && method?.text === '__init__' && isSuper(object))
    return js.superCall(positional, at, keywords);
  if (object?.name === 'String' && method?.text === 'format') {
    return js.template(filled(stringValue(object.text), /\{[^{}]*\}/, positional, at), at);
  }
  return js.call(lowerExpression(module, callee), positional, at, keywords);
}

function items(module: PythonModule, node: PythonNode): AnyNode[] {
  const bare = /^[([{]$/.test(node.children[0]?.name ?? '') ? inside(node) : node.children;
  return split(bare, ',').map(([first, second]) =>
    first!.name === '*' && second !== undefined
      ? js.spread(lowerExpression(module, second), module.range(first!))
      : lowerExpression(module, first!),
  );
}

function entries(module: PythonModule, node: PythonNode): AnyNode[] {
  return split(inside(node), ',').map((group) => {
    const [first, second, third] = group;
    const range = module.range(first!);
    if (first!.name === '**')
      return js.spread(second === undefined ? js.unknown(range) : lowerExpression(module, second), range);
    const key = first!.name === 'String' ? stringValue(first!.text) : lowerExpression(module, first!);
    return js.property(key, third === undefined ? js.unknown(range) : lowerExpression(module, third), range);
  });
}

function lowerBinary(module: PythonModule, node: PythonNode): Expression {
  const at = module.range(node);
  const [first, last] = [node.children[0]!, node.children.at(-1)!];
  const operator = node.children[1]!.text;
  const [left, right] = [lowerExpression(module, first), lowerExpression(module, last)];
  switch (operator) {
    case 'or':
      // The declared access sets the variable, so what stands in for it is never used.
      if (/^(os\.)?(environ\b|getenv\()/.test(first.text)) return left;
      return js.either(left, right, at);
    case 'and':
      return js.both(left, right, at);
    case '+':
      return js.binary('+', left, right, at);
    case '|':
      return js.object([js.spread(left, at), js.spread(right, at)], at);
    case '%': {
      if (first.name !== 'String') return js.binary('-', left, right, at);
      const values = last.name === 'TupleExpression' ? items(module, last) : [right];
      return js.template(filled(stringValue(first.text), /%[-+# 0-9.]*[a-z]/, values, at), at);
    }
    default:
      return js.binary('-', left, right, at);
  }
}

/** `'{}-{}'.format(a, b)`, `'%s-%s' % (a, b)`; what is named or numbered is not told apart. */
function filled(text: string, place: RegExp, values: readonly AnyNode[], at: js.Range): (string | Expression)[] {
  const texts = text.split(place);
  const known = values.length === texts.length - 1 && values.every(({ type }) => type !== 'SpreadElement');
  return texts.flatMap((part, index): (string | Expression)[] => {
    if (index === texts.length - 1) return [part];
    return [part, known ? (values[index] as Expression) : js.unknown(at)];
  });
}

function lowerLambda(module: PythonModule, node: PythonNode): Expression {
  const list = node.children.find(({ name }) => name === 'ParamList');
  const body = node.children.filter(isExpression).at(-1);
  const { params, keywordRest } = lowerParameters(module, list);
  const at = module.range(node);
  return js.arrow(params, body === undefined ? js.unknown(at) : lowerExpression(module, body), at, keywordRest);
}

/** `[a for b in c for d in e if f]` is `Array.from(c, (b) => Array.from(e, (d) => a)).flat()`. */
function lowerComprehension(module: PythonModule, node: PythonNode): Expression {
  const at = module.range(node);
  const children = /^[([{]$/.test(node.children[0]?.name ?? '') ? inside(node) : node.children;
  const [made, ...clauses] = clausesOf(children);
  const isDictionary = node.name === 'DictionaryComprehensionExpression';
  const values = made!.filter(isExpression).map((value) => lowerExpression(module, value));
  let each: Expression = isDictionary ? js.array(values, at) : (values[0] ?? js.unknown(at));
  for (const [index, clause] of [...clauses].reverse().entries()) {
    const [targets, sources] = split(clause, 'in').map((part) => part.filter((child) => child.name !== ','));
    const [source, ...conditions] = sources ?? [];
    const range = source === undefined ? at : module.range(source);
    const tests = conditions.filter(isExpression).map((test) => lowerExpression(module, test));
    const names = (targets ?? []).filter(isExpression).map((target) => lowerTarget(module, target));
    const pattern = names.length === 1 ? names[0]! : js.arrayPattern(names, range);
    const over = source === undefined ? js.unknown(at) : lowerExpression(module, source);
    const body = js.sequence([...tests, each], range);
    each = js.globalCall('Array', 'from', [over, js.arrow([pattern], body, range)], range);
    if (index > 0) each = js.call(js.member(each, 'flat', range), [], range);
  }
  return isDictionary ? js.globalCall('Object', 'fromEntries', [each], at) : each;
}

/** What is made, and each `for … in …` with its conditions. */
function clausesOf(children: readonly PythonNode[]): PythonNode[][] {
  const groups: PythonNode[][] = [[]];
  for (const child of children) {
    if (child.name === 'for') groups.push([]);
    else groups.at(-1)!.push(child);
  }
  return groups;
}

/** What stands on the left of `=`. */
export function lowerTarget(module: PythonModule, node: PythonNode): AnyNode {
  const at = module.range(node);
  const own = node.name === 'VariableName' ? module.inClass?.(node.text) : undefined;
  if (own !== undefined) return js.identifier(own.variable, at);
  if (node.name === 'ParenthesizedExpression') return lowerTarget(module, inside(node)[0] ?? node);
  if (node.name !== 'TupleExpression' && node.name !== 'ArrayExpression') return lowerExpression(module, node);
  const elements = split(inside(node), ',').map(([first, second]) =>
    first!.name === '*' && second !== undefined
      ? js.rest(lowerTarget(module, second), at)
      : lowerTarget(module, first!),
  );
  return js.arrayPattern(elements, at);
}
