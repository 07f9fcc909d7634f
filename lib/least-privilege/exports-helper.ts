import { type AnyNode, type CallExpression, type Expression, type Program, parse } from 'acorn';

/**
 * Whether the `handler` that a bundle exports is what a function of the runtime entry point made, as bundles of ES modules
 * and of CommonJS have it. A handler that is made in any other way, or around it, is none: what it does is not known.
 */
export function exportsHelper(bundle: string, helper: string): boolean {
  const program = parsed(bundle);
  const exported = program === undefined ? undefined : exportedHandler(program.body);
  const made = resolved(exported, program?.body ?? []);
  return made?.type === 'CallExpression' && new RegExp(`^${helper}\\d*$`).test(calledName(made.callee) ?? '');
}

function parsed(code: string): Program | undefined {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true });
  } catch {
    return undefined;
  }
}

/** The last one counts, as it does when the bundle is loaded. */
function exportedHandler(body: readonly AnyNode[]): AnyNode | undefined {
  const modules = new Map<string, AnyNode | undefined>();
  let found: AnyNode | undefined;
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement') continue;
    const { expression } = statement;
    if (expression.type === 'CallExpression') noteExports(expression, modules);
    else found = byAssignment(expression, modules) ?? found;
  }
  return found;
}

/** `__export(handler_exports, { handler: () => handler })`, which a bundle has for several modules. */
function noteExports(call: CallExpression, modules: Map<string, AnyNode | undefined>): void {
  const [to, getters] = call.arguments;
  if (calledName(call.callee) !== '__export' || to?.type !== 'Identifier') return;
  const getter = propertyOf(getters, 'handler');
  modules.set(to.name, getter?.type === 'ArrowFunctionExpression' ? getter.body : undefined);
}

/** `exports.handler = …`, `module.exports.handler = …`, `module.exports = { handler: … }`, `module.exports = __toCommonJS(…)` */
function byAssignment(assignment: Expression, modules: ReadonlyMap<string, AnyNode | undefined>): AnyNode | undefined {
  if (assignment.type !== 'AssignmentExpression' || assignment.operator !== '=') return undefined;
  const { left, right } = assignment;
  const to = left.type === 'MemberExpression' ? pathOf(left) : undefined;
  if (to === 'exports.handler' || to === 'module.exports.handler') return right;
  if (to !== 'module.exports') return undefined;
  if (right.type === 'ObjectExpression') return propertyOf(right, 'handler');
  const [from] = right.type === 'CallExpression' && calledName(right.callee) === '__toCommonJS' ? right.arguments : [];
  return from?.type === 'Identifier' ? modules.get(from.name) : undefined;
}

function propertyOf(node: AnyNode | undefined, name: string): AnyNode | undefined {
  if (node?.type !== 'ObjectExpression') return undefined;
  const found = node.properties.find(
    (each) => each.type === 'Property' && !each.computed && each.key.type === 'Identifier' && each.key.name === name,
  );
  return found?.type === 'Property' ? found.value : undefined;
}

/** Follows names of variables that are given one value. */
function resolved(node: AnyNode | undefined, body: readonly AnyNode[]): AnyNode | undefined {
  let current = node;
  for (let hops = 0; current?.type === 'Identifier' && hops < 10; hops++) {
    const { name } = current;
    const declared = body
      .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
      .find(({ id }) => id.type === 'Identifier' && id.name === name);
    current = declared?.init ?? undefined;
  }
  return current;
}

/** `defineTool`, `runtime.defineTool`, `(0, runtime.defineTool)` */
function calledName(callee: AnyNode): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type === 'SequenceExpression') return calledName(callee.expressions.at(-1)!);
  return callee.type === 'MemberExpression' ? pathOf(callee)?.split('.').at(-1) : undefined;
}

function pathOf(node: AnyNode): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined;
  const object = pathOf(node.object);
  return object === undefined ? undefined : `${object}.${node.property.name}`;
}
