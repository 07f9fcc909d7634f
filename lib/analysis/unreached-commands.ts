import type { AnyNode, Program } from 'acorn';
import { childrenOf } from './ast';
import type { UnreachedCommand } from './handler-analysis';
import type { Interpreter } from './interpreter';
import { meaningOf, serviceOfClient } from './sdk-model';
import type { SourcePositions } from './source-positions';

/** Commands that stand in the code, and that nothing reaches. */
export function unreachedCommands(
  interpreter: Interpreter,
  program: Program,
  positions: SourcePositions,
): UnreachedCommand[] {
  const reached = new Set([...interpreter.reachedExports].map((value) => value.name));
  const found = new Map<string, UnreachedCommand>();
  for (const node of mentions(program, undefined)) {
    const name = (node as { property: { name: string } }).property.name;
    if (reached.has(name)) continue;
    for (const { package: packageName } of [{ package: packageOf(node, program) ?? '' }]) {
      const meaning = meaningOf(packageName, name);
      const service = meaning?.kind === 'operation' ? serviceOfClient(meaning.client) : undefined;
      if (meaning?.kind !== 'operation' || service === undefined) continue;
      const at = positions.at(node.start);
      found.set(`${service} ${meaning.operation}`, { service, operation: meaning.operation, at });
    }
  }
  return [...found.values()];
}

/** `import_client_dynamodb.GetItemCommand`, wherever it stands. */
export function mentions(program: AnyNode, name: string | undefined): AnyNode[] {
  const found: AnyNode[] = [];
  const pending: AnyNode[] = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (
      node.type === 'MemberExpression' &&
      node.property.type === 'Identifier' &&
      (name === undefined ? /^[A-Z]\w*Command$/.test(node.property.name) : node.property.name === name)
    ) {
      found.push(node);
    }
    pending.push(...childrenOf(node).reverse());
  }
  return found;
}

/** The package behind `import_x` in `import_x.SomeCommand`. */
function packageOf(node: AnyNode, program: Program): string | undefined {
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return undefined;
  const { name } = node.object;
  for (const statement of program.body) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declarations) {
      if (id.type === 'Identifier' && id.name === name && init) return requiredModule(init);
    }
  }
  return undefined;
}

/** `x` of `require('x')`, also inside a helper of the bundler. */
export function requiredModule(node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const [argument] = node.arguments;
  if (argument?.type === 'Literal') return String(argument.value);
  return argument === undefined ? undefined : requiredModule(argument);
}
