import { isExpression, type PythonNode, split } from './syntax';

/** Names that the statements of one function or file bind: in Python they are local, wherever they stand in it. */
export function boundNames(body: readonly PythonNode[]): Set<string> {
  const names = new Set<string>();
  const outer = new Set<string>();
  for (const node of body) collect(node, names, outer);
  for (const name of outer) names.delete(name);
  return names;
}

function collect(node: PythonNode, names: Set<string>, outer: Set<string>): void {
  const { children } = node;
  switch (node.name) {
    case 'FunctionDefinition':
    case 'ClassDefinition': {
      const name = children.find((child) => child.name === 'VariableName');
      if (name !== undefined) names.add(name.text);
      return;
    }
    case 'LambdaExpression':
      return;
    case 'ScopeStatement':
      for (const child of children) if (child.name === 'VariableName') outer.add(child.text);
      return;
    case 'ImportStatement':
      for (const name of importedNames(node)) names.add(name);
      return;
    case 'AssignStatement': {
      const groups = split(children, 'AssignOp');
      for (const group of groups.length > 1 ? groups.slice(0, -1) : [])
        for (const target of group) addTarget(target, names);
      break;
    }
    case 'UpdateStatement':
    case 'NamedExpression':
      if (children[0] !== undefined) addTarget(children[0], names);
      break;
    case 'ForStatement':
      for (const target of split(children, 'in')[0] ?? []) addTarget(target, names);
      break;
    case 'CapturePattern':
    case 'StarPattern':
    case 'AsPattern':
      for (const child of children) if (child.name === 'VariableName') names.add(child.text);
      break;
  }
  for (const [index, child] of children.entries()) {
    // `with … as target`, `except … as name`
    if (child.name === 'as' && children[index + 1] !== undefined) addTarget(children[index + 1]!, names);
    if (!/Comprehension/.test(child.name)) collect(child, names, outer);
  }
}

function addTarget(node: PythonNode, names: Set<string>): void {
  if (node.name === 'VariableName') names.add(node.text);
  else if (/^(Tuple|Array|Parenthesized)Expression$/.test(node.name))
    for (const child of node.children) if (isExpression(child)) addTarget(child, names);
}

/** What an import makes known: the alias, or the first part of the name. */
function importedNames(node: PythonNode): string[] {
  const start = node.children.findIndex(({ name }) => name === 'import');
  const groups = split(
    node.children.slice(start + 1).filter(({ name }) => name !== '(' && name !== ')'),
    ',',
  );
  return groups.flatMap((group) => {
    const alias = group.findIndex(({ name }) => name === 'as');
    const name = alias < 0 ? group[0] : group[alias + 1];
    return name === undefined || name.name !== 'VariableName' ? [] : [name.text];
  });
}
