import type { Expression, Statement } from 'acorn';
import type { Range } from './nodes';
import type { PythonNode } from './syntax';

/** One file of a handler, while it is lowered. */
export interface PythonModule {
  /** `shared.storage`. */
  readonly name: string;
  readonly isPackage: boolean;
  /** Where a node stands, counted through all files. */
  range(node: PythonNode): Range;
  /** The module that an import names, as an expression. */
  imported(name: string, at: Range): Expression;
  /** Whether the handler's own code has a module of this name. */
  isOwn(name: string): boolean;
  /** Names that a module of the handler's own code defines. */
  namesOf(name: string): Iterable<string>;
  /** Makes a name known that no statement names: one that a star imports. */
  declare(name: string): void;
  expression(node: PythonNode): Expression;
  statements(nodes: readonly PythonNode[]): Statement[];
}
