import type { AnyNode, Expression } from 'acorn';
import * as js from './nodes';
import type { PythonModule } from './python-module';
import { inside, type PythonNode, split } from './syntax';

/** `(a, *b, c=1, **d)` */
export function lowerArguments(
  module: PythonModule,
  list: PythonNode,
): { readonly positional: AnyNode[]; readonly keywords?: Expression } {
  const at = module.range(list);
  if (list.children.some(({ name }) => name === 'for')) return { positional: [module.expression(list)] };
  const positional: AnyNode[] = [];
  const named: AnyNode[] = [];
  for (const group of split(inside(list), ',')) {
    const [first, second, third] = group;
    const range = module.range(first!);
    // Where it does not parse, something may be missing.
    const value = (node: PythonNode | undefined) => (node === undefined ? js.unknown(range) : module.expression(node));
    if (second?.name === 'AssignOp') named.push(js.property(first!.text, value(third), range));
    else if (first!.name === '**') named.push(js.spread(value(second), range));
    else if (first!.name === '*') positional.push(js.spread(value(second), range));
    else positional.push(module.expression(first!));
  }
  return { positional, ...(named.length > 0 && { keywords: js.object(named, at) }) };
}
