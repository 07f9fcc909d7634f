import type { AnyNode } from 'acorn';
import { childrenOf } from './ast';

/** Names under which anything in a program has accessors or iterators: only there are they looked for. */
export interface ProgramNames {
  readonly getters: ReadonlySet<string>;
  /** As they are kept: `set name`. */
  readonly setters: ReadonlySet<string>;
  /** Whether an object of the program says itself how it is iterated. */
  readonly iterators: boolean;
}

/** Name of an accessor whose name is computed: it may be any. */
export const ANY_NAME = '*';

export function programNames(program: AnyNode): ProgramNames {
  const [getters, setters] = [new Set<string>(), new Set<string>()];
  let iterators = false;
  const pending = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'MethodDefinition' || node.type === 'Property') {
      if (node.kind === 'get') getters.add(accessorName(node.key, node.computed));
      if (node.kind === 'set') setters.add(`set ${accessorName(node.key, node.computed)}`);
    }
    iterators ||= /^@@(async)?[iI]terator$/.test(symbolName(node) ?? '');
    pending.push(...childrenOf(node));
  }
  return { getters, setters, iterators };
}

function accessorName(key: AnyNode, computed: boolean): string {
  const symbol = computed ? symbolName(key) : undefined;
  if (symbol !== undefined) return symbol;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (key.type === 'Literal') return String(key.value);
  return key.type === 'Identifier' && !computed ? key.name : ANY_NAME;
}

/** `Symbol.iterator` as a name of a property: `@@iterator`. */
export function symbolName(node: AnyNode): string | undefined {
  const isSymbol =
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'Symbol' &&
    node.property.type === 'Identifier';
  return isSymbol ? `@@${(node.property as { readonly name: string }).name}` : undefined;
}
