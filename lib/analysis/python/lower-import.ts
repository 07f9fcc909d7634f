import type { Expression, Statement } from 'acorn';
import * as js from './nodes';
import { hasMeaning, namesOfStar } from './platform-module';
import type { PythonModule } from './python-module';
import { type PythonNode, split } from './syntax';

export function lowerImport(module: PythonModule, node: PythonNode): Statement[] {
  const { children } = node;
  const start = children.findIndex(({ name }) => name === 'import');
  const names = split(
    children.slice(start + 1).filter(({ name }) => name !== '(' && name !== ')'),
    ',',
  );
  if (children[0]?.name !== 'from') return names.flatMap((name) => lowerModuleImport(module, name));
  const from = children.slice(1, start);
  const dots = from.map(({ text }) => (/^\.+$/.test(text) ? text : '')).join('');
  const path = from.filter(({ name }) => name === 'VariableName').map(({ text }) => text);
  // Between names the dots part them; before them they lead up.
  const levels = path.length === 0 ? dots.length : leadingDots(from);
  const name = absolute(module, levels, path);
  return names.flatMap((imported) => lowerNameImport(module, name, imported));
}

function leadingDots(from: readonly PythonNode[]): number {
  const first = from.findIndex(({ name }) => name === 'VariableName');
  return from
    .slice(0, first)
    .map(({ text }) => text)
    .join('').length;
}

function absolute(module: PythonModule, levels: number, path: readonly string[]): string {
  if (levels === 0) return path.join('.');
  const parts = module.name.split('.');
  const up = module.isPackage ? levels - 1 : levels;
  return [...parts.slice(0, Math.max(parts.length - up, 0)), ...path].join('.');
}

/** `import a.b`, `import a.b as c` */
function lowerModuleImport(module: PythonModule, group: readonly PythonNode[]): Statement[] {
  const at = module.range(group[0]!);
  const alias = group.findIndex(({ name }) => name === 'as');
  const path = (alias < 0 ? group : group.slice(0, alias))
    .filter(({ name }) => name === 'VariableName')
    .map(({ text }) => text);
  if (path.length === 0) return [];
  const whole = module.imported(path.join('.'), at);
  if (alias >= 0) return [bind(group[alias + 1]!.text, whole, at)];
  return [js.statement(whole, at), bind(path[0]!, path.length === 1 ? whole : module.imported(path[0]!, at), at)];
}

/** `from a import b`, `from a import b as c`, `from a import *` */
function lowerNameImport(module: PythonModule, from: string, [name, , alias]: readonly PythonNode[]): Statement[] {
  if (name === undefined) return [];
  const at = module.range(name);
  const source = module.imported(from, at);
  if (name.text === '*') {
    const names = module.isOwn(from) ? module.namesOf(from) : namesOfStar(from);
    return [...names].map((each) => {
      module.declare(each);
      return bind(each, js.member(source, each, at), at);
    });
  }
  return [bind((alias ?? name).text, imported(module, from, source, name.text, at), at)];
}

function imported(module: PythonModule, from: string, source: Expression, name: string, at: js.Range): Expression {
  const inner = `${from}.${name}`;
  if (module.isOwn(inner)) return js.either(module.imported(inner, at), js.member(source, name, at), at);
  if (!module.isOwn(from) && hasMeaning(inner)) return module.imported(inner, at);
  return js.member(source, name, at);
}

function bind(name: string, value: Expression, at: js.Range): Statement {
  return js.statement(js.assign(js.variable(name, at), value, at), at);
}
