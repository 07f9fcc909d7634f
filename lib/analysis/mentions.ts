import type { AnyNode } from 'acorn';
import { childrenOf, isFunction } from './ast';
import type { Binding, Scopes } from './scopes';
import { isSdkPackage } from './sdk-model';

/** A name that stands in the code as that of a property. */
export interface Mention {
  readonly name: string;
  /** `a.name`, or the pattern of `{ name } = a`. */
  readonly node: AnyNode;
  readonly offset: number;
  /** The package that `a` is, where it is a variable that holds one. */
  readonly package: string | undefined;
  /** Whether it is called there, also by `call`, `apply` and `bind`. */
  readonly isCalled: boolean;
  /** The function that it stands in. */
  readonly within: AnyNode;
}

/** What of a program may name operations of AWS. */
export interface ProgramMentions {
  readonly mentions: readonly Mention[];
  /** Names that look like those of environment variables, by where they stand first. */
  readonly variables: ReadonlyMap<string, number>;
  /** Packages of the SDK that are loaded by their names. */
  readonly packages: readonly string[];
  /** Calls of what has no name, such as `a[b](c)`, and code that comes from text, by what they do. */
  readonly openCalls: readonly { readonly node: AnyNode; readonly within: AnyNode; readonly does: OpenCall }[];
}

export type OpenCall = 'calls something by a name that is not known' | 'loads or runs code that is not known';

/** Finds what a program names, whether or not anything comes to it. */
export function mentionsOf(program: AnyNode, scopes: Scopes): ProgramMentions {
  const sdk = sdkVariables(program, scopes);
  const mentions: Mention[] = [];
  const packages = new Set<string>();
  const variables = new Map<string, number>();
  const openCalls: { node: AnyNode; within: AnyNode; does: OpenCall }[] = [];
  const pending: { node: AnyNode; within: AnyNode; isCalled: boolean }[] = [
    { node: program, within: program, isCalled: false },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, within, isCalled } = next;
    const loaded = requiredModule(node) ?? importedModule(node);
    if (loaded !== undefined && isSdkPackage(loaded)) packages.add(loaded);
    const variable = variableName(node);
    if (variable !== undefined && !variables.has(variable)) variables.set(variable, node.start);
    const does = openCall(node);
    if (does !== undefined) openCalls.push({ node, within, does });
    if (node.type === 'MemberExpression') {
      const name = propertyName(node.property, node.computed);
      const of = node.object.type === 'Identifier' ? sdk.get(scopes.get(node.object)) : undefined;
      if (name !== undefined) mentions.push({ name, node, offset: node.property.start, package: of, isCalled, within });
    } else if (node.type === 'ObjectPattern') {
      for (const property of node.properties) {
        const name = property.type === 'Property' ? propertyName(property.key, property.computed) : undefined;
        if (name !== undefined)
          mentions.push({ name, node, offset: property.start, package: undefined, isCalled: false, within });
      }
    }
    const inside = isFunction(node) ? node : within;
    for (const child of childrenOf(node).reverse()) {
      // A question for the kind of a command makes none.
      if (node.type === 'BinaryExpression' && node.operator === 'instanceof' && child === node.right) continue;
      pending.push({
        node: child,
        within: inside,
        isCalled: isCallee(node, child) || (isCalled && isWrapper(node, child)),
      });
    }
  }
  return { mentions, packages: [...packages], variables, openCalls };
}

/** `NAME` of `process.env.NAME`, of `{ NAME } = process.env`, and as text. */
function variableName(node: AnyNode): string | undefined {
  const name = node.type === 'Identifier' ? node.name : node.type === 'Literal' ? node.value : undefined;
  return typeof name === 'string' && /^[A-Z][A-Z0-9_]*$/.test(name) ? name : undefined;
}

function isCallee(node: AnyNode, child: AnyNode): boolean {
  if (node.type === 'CallExpression' || node.type === 'NewExpression') return child === node.callee;
  if (node.type === 'TaggedTemplateExpression') return child === node.tag;
  return false;
}

/** `(0, a.b)()`, `a?.b()`, `a.b.call()`. */
function isWrapper(node: AnyNode, child: AnyNode): boolean {
  if (node.type === 'SequenceExpression') return child === node.expressions.at(-1);
  if (node.type === 'MemberExpression')
    return child === node.object && /^(call|apply|bind)$/.test(propertyName(node.property, node.computed) ?? '');
  return node.type === 'ChainExpression' || node.type === 'ParenthesizedExpression';
}

function openCall(node: AnyNode): OpenCall | undefined {
  if (node.type === 'ImportExpression')
    return node.source.type === 'Literal' ? undefined : 'loads or runs code that is not known';
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined;
  const { callee } = node;
  if (callee.type === 'Identifier') {
    const isOpen =
      /^(eval|Function)$/.test(callee.name) ||
      (/^(__)?require$/.test(callee.name) && node.arguments[0]?.type !== 'Literal');
    return isOpen ? 'loads or runs code that is not known' : undefined;
  }
  const isComputed = callee.type === 'MemberExpression' && callee.computed && callee.property.type !== 'Literal';
  return isComputed ? 'calls something by a name that is not known' : undefined;
}

function propertyName(key: AnyNode, computed: boolean): string | undefined {
  if (!computed && key.type === 'Identifier') return key.name;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined;
}

/** Variables that hold a package of the SDK. */
export function sdkVariables(program: AnyNode, scopes: Scopes): ReadonlyMap<Binding | undefined, string> {
  const found = new Map<Binding, string>();
  const pending: AnyNode[] = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init) {
      const name = requiredModule(node.init);
      const binding = scopes.get(node.id);
      if (binding !== undefined && name !== undefined && isSdkPackage(name)) found.set(binding, name);
    }
    pending.push(...childrenOf(node));
  }
  return found;
}

/** `x` of `require('x')`, also inside a helper of the bundler. */
export function requiredModule(node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const [argument] = node.arguments;
  if (argument?.type === 'Literal') return String(argument.value);
  return argument === undefined ? undefined : requiredModule(argument);
}

function importedModule(node: AnyNode): string | undefined {
  return node.type === 'ImportExpression' && node.source.type === 'Literal' ? String(node.source.value) : undefined;
}
