import type { AnyNode } from 'acorn';
import type { ClassNode, FunctionNode } from './ast';
import type { FoundUse, SdkExport, SdkUse, Site } from './sdk-use';
import type { Senders } from './senders';
import type { Solver } from './solver';
import type { Activation, Argument, Cell, FunctionValue, ObjectValue, Value } from './values';

export type { Argument, SdkExport, SdkUse, Site };

export type Language = 'javascript' | 'python';

/** What the parts of the analysis need of each other. */
export interface Machine {
  readonly solver: Solver;
  readonly language: Language;
  /** What the bundle exports. */
  readonly exported: ObjectValue;
  expression(node: AnyNode, activation: Activation): Cell;
  statements(body: readonly AnyNode[], activation: Activation): void;
  /** The cell of a declared variable; one of its own for a global. */
  variable(identifier: AnyNode, activation: Activation): Cell;
  isDeclared(identifier: AnyNode): boolean;
  functionAt(node: FunctionNode | ClassNode, activation: Activation): FunctionValue;
  /** Calls a function of the program. */
  invoke(fn: FunctionValue, receiver: Cell, args: readonly Argument[], to: Cell, site: Site, certain?: boolean): void;
  construct(fn: FunctionValue, instance: ObjectValue, args: readonly Argument[], to: Cell, site: Site): void;
  /** `new callee(…args)`. */
  constructNew(callee: Cell, args: readonly Argument[], to: Cell, site: Site): void;
  call(callee: Cell, receiver: Cell, args: readonly Argument[], to: Cell, site: Site): void;
  read(from: Cell, name: string | Cell, to: Cell, site: Site): void;
  readValue(value: Value, name: string | Cell, to: Cell, site: Site): void;
  write(into: Cell, name: string | Cell, value: Cell, site: Site): void;
  /** Items of an array or of anything else that is iterated. */
  elements(of: Cell, to: Cell): void;
  /** The object made at a site; the same one whenever it is asked for. */
  objectAt(site: Site, part: string, isArray?: boolean): ObjectValue;
  /** The one value that looks like this. */
  constant(value: Value): Value;
  /** Whether an object is handed to unknown code for the first time; `given` is what that code calls it with. */
  firstHandOver(value: Value, given: Value): boolean;
  /** Whether anything in the program has a getter of this name. */
  isGetter(name: string): boolean;
  /** Where the setters of a name are kept that the program has; `undefined` is a name that is not known. */
  settersNamed(name: string | undefined): readonly string[];
  /** Whether an object of the program says itself how it is iterated. */
  readonly hasIterators: boolean;
  /** Global variables that the program sets; what it sets on other globals, such as `process.a`, is here, too. */
  readonly globals: ObjectValue;
  /** All that is thrown, or that a promise is rejected with. */
  readonly thrown: Cell;
  /** The use as it is known from then on: a place has one of each operation. */
  use(use: FoundUse): SdkUse;
  readonly senders: Senders;
  /** An operation that is handed to code that is not followed. */
  handOverExport(value: SdkExport): void;
  /** A global that is handed to code that is not followed. */
  handOverGlobal(name: string, site: Site): void;
  /** A place where operations of a service can no longer be told; `*` is every service. */
  escape(service: string, reason: string, site: Site): void;
}
