import type { AnyNode } from 'acorn';
import * as js from './nodes';
import type { PythonModule } from './python-module';
import { type PythonNode, split } from './syntax';

export interface LoweredParameters {
  readonly params: AnyNode[];
  /** Position of `**rest`. */
  readonly keywordRest?: number;
}

/** `(a, b=1, *args, c, **rest)` */
export function lowerParameters(module: PythonModule, list: PythonNode | undefined): LoweredParameters {
  const params: AnyNode[] = [];
  let keywordRest: number | undefined;
  const parts = (list?.children ?? []).filter(({ name }) => !/^[()/]$|^TypeDef$/.test(name));
  for (const group of split(parts, ',')) {
    const star = /^\*/.test(group[0]!.name) ? group[0]!.name : '';
    const [name, , value] = star === '' ? group : group.slice(1);
    // A star by itself parts the parameters that are given by name alone.
    if (name === undefined) continue;
    const at = module.range(name);
    const variable = js.variable(name.text, at);
    if (star === '*') params.push(js.rest(variable, at));
    else if (star === '**') {
      keywordRest = params.length;
      params.push(variable);
    } else params.push(value === undefined ? variable : js.defaulted(variable, module.expression(value), at));
  }
  return { params, keywordRest };
}
