import type { SyntaxNode } from '@lezer/common';

/** A node of a Python file, without comments and spaces. Tokens are named by their text: `(`, `def`. */
export interface PythonNode {
  readonly name: string;
  /** Offset in the file. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly children: readonly PythonNode[];
}

export interface PythonSyntax {
  readonly root: PythonNode;
  /** Offset of the first place that does not parse. */
  readonly errorAt?: number;
}

type Parser = typeof import('@lezer/python').parser;

let loaded: Parser | undefined;

/** Loads the grammar at the first call, never at import: most apps have no handler in Python. */
function parser(): Parser {
  loaded ??= (require('@lezer/python') as { parser: Parser }).parser;
  return loaded;
}

export function parsePython(source: string): PythonSyntax {
  let errorAt: number | undefined;
  const convert = (node: SyntaxNode): PythonNode => {
    if (node.type.isError) errorAt ??= node.from;
    const children: PythonNode[] = [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (child.name !== 'Comment') children.push(convert(child));
    }
    return { name: node.name, from: node.from, to: node.to, text: source.slice(node.from, node.to), children };
  };
  const root = convert(parser().parse(source).topNode);
  return { root, errorAt };
}

const NO_EXPRESSIONS = new Set(['TypeDef', 'Body', 'MatchBody', 'ParamList', 'ArgList', 'At', 'PropertyName']);

export function isExpression(node: PythonNode): boolean {
  return /^[A-Z]/.test(node.name) && !/(Op|Statement|Definition)$/.test(node.name) && !NO_EXPRESSIONS.has(node.name);
}

export function childOf(node: PythonNode, name: string): PythonNode | undefined {
  return node.children.find((child) => child.name === name);
}

/** What stands between the brackets. */
export function inside(node: PythonNode): readonly PythonNode[] {
  return node.children.slice(1, -1);
}

/** Children in groups, as a token such as `,` parts them. Empty groups are left out. */
export function split(nodes: readonly PythonNode[], token: string): PythonNode[][] {
  const groups: PythonNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === token) groups.push([]);
    else groups.at(-1)!.push(node);
  }
  return groups.filter((group) => group.length > 0);
}

/** The text of `'…'`, `r"…"`, `'''…'''`, with its usual escapes. */
export function stringValue(literal: string): string {
  const match = /^([a-z]*)('''|"""|'|")([\s\S]*)\2$/i.exec(literal);
  if (match === null) return literal;
  return unescaped(match[3]!, /r/i.test(match[1]!));
}

export function unescaped(text: string, raw: boolean): string {
  if (raw) return text;
  const simple: { readonly [char: string]: string } = { n: '\n', t: '\t', r: '\r', '\n': '' };
  return text.replace(/\\([\s\S])/g, (_all, char: string) => simple[char] ?? char);
}
