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
  /** In the body of a class, the variable of a name that it binds; `mayBeOuter` when it may still be the one outside. */
  inClass?(name: string): { readonly variable: string; readonly mayBeOuter: boolean } | undefined;
  expression(node: PythonNode): Expression;
  /** `within` is the module as the body of a class sees it. */
  statements(nodes: readonly PythonNode[], within?: PythonModule): Statement[];
}
