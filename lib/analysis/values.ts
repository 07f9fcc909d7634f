import type { AnyNode } from 'acorn';
import type { Binding } from './scopes';

/** A place that values flow into: a variable, a property, a parameter, the result of an expression. */
export class Cell {
  public readonly values = new Set<Value>();
  public texts = 0;
  public readonly listeners: ((value: Value) => void)[] = [];
  private readonly targets = new Set<Cell>();

  /** Whether this is the first time that an edge to `target` is asked for. */
  public leadsTo(target: Cell): boolean {
    if (target === this || this.targets.has(target)) return false;
    this.targets.add(target);
    return true;
  }
}

/** What an expression may be, as far as AWS calls are concerned. */
export type Value =
  | { readonly kind: 'text'; readonly text: string }
  /** `process.env.NAME`. */
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'template'; readonly parts: readonly (string | Cell)[] }
  /** Something that the caller of the tool supplies: the event, or what is read from it. */
  | { readonly kind: 'input' }
  | { readonly kind: 'unknown' }
  /** `process.env`. */
  | { readonly kind: 'environment' }
  | { readonly kind: 'global'; readonly name: string }
  /** Namespace of a package of the AWS SDK. */
  | { readonly kind: 'package'; readonly name: string }
  /** Of what stands for an operation, `mention` is where it is read: each is followed by itself. */
  | { readonly kind: 'sdk-export'; readonly package: string; readonly name: string; readonly mention?: AnyNode }
  | SdkClient
  | { readonly kind: 'sdk-method'; readonly package: string; readonly name: string; readonly client?: SdkClient }
  /** A method that JavaScript supplies: `array.map`. The receiver of the call is what it works on. */
  | { readonly kind: 'native'; readonly name: string; readonly receiver?: Value }
  | PythonValue
  | ObjectValue
  | FunctionValue;

/** Something of boto3 or Powertools for Python, by the names that led there: `client dynamodb get_item`. */
export interface PythonValue {
  readonly kind: 'python';
  readonly path: string;
  readonly receiver?: Value;
  /** What it was made with, where that may be other credentials than the role's. */
  readonly credentials?: ObjectValue;
}

/** A client, by the place where it is made. */
export interface SdkClient {
  readonly kind: 'sdk-client';
  readonly package: string;
  readonly made?: AnyNode;
}

export const UNKNOWN: Value = { kind: 'unknown' };
export const INPUT: Value = { kind: 'input' };

/** Property that tells that an object has a `constructor` of its own, which is written. */
export const OWN_CONSTRUCTOR = '[[constructor]]';

/** An object or array, by the place where it is made. */
export class ObjectValue {
  public readonly kind = 'object';
  public readonly properties = new Map<string, Cell>();
  /** What is written under names that are not known, and pushed on an array. */
  public readonly rest = new Cell();
  /** Names that are computed: `{ [table]: … }`. */
  public readonly computedNames: Cell[] = [];
  /** All of these, also those that come to light later. */
  public readonly computedName = new Cell();
  public readonly prototypes = new Cell();
  private readonly watchers: ((name: string, cell: Cell) => void)[] = [];

  public constructor(
    public readonly isArray = false,
    /** What the instances of a class have in common. */
    public readonly isPrototype = false,
  ) {}

  public property(name: string): Cell {
    let cell = this.properties.get(name);
    if (cell === undefined) {
      cell = new Cell();
      this.properties.set(name, cell);
      for (const watcher of this.watchers) watcher(name, cell);
    }
    return cell;
  }

  /** Calls for each property there is or will be. */
  public eachProperty(watcher: (name: string, cell: Cell) => void): void {
    this.watchers.push(watcher);
    for (const [name, cell] of this.properties) watcher(name, cell);
  }
}

export interface Argument {
  readonly cell: Cell;
  /** `...cell`. */
  readonly spread: boolean;
  /** In Python, the object of all that is given by name; it comes last. */
  readonly keywords?: boolean;
}

/** A function or class together with the activation it was made in. */
export class FunctionValue {
  public readonly kind = 'function';
  public readonly statics = new ObjectValue();
  public readonly prototype = new ObjectValue(false, true);
  /** Of a class: what it extends. */
  public readonly superclass = new Cell();
  /** Of a method: the class it is of, for `super`. */
  public home: FunctionValue | undefined;
  /** Set by `bind`. */
  public boundThis: Cell | undefined;
  public boundArguments: readonly Argument[] = [];
  /** A lazily run module: called once, whoever calls it. */
  public module: 'commonjs' | 'esm' | undefined;
  public accessor = false;

  public constructor(
    public readonly node: AnyNode,
    public readonly scope: Activation,
  ) {}
}

/** A function's body as run from one call site: its variables, and the results of its expressions. */
export class Activation {
  public readonly cells = new Map<AnyNode, Cell>();
  public readonly variables = new Map<Binding, Cell>();
  public readonly result = new Cell();
  /** Activations that this one calls; false for a call that only may happen. */
  public readonly calls = new Map<Activation, boolean>();
  public readonly parameters: Cell[] = [];
  public readonly restParameters = new Cell();

  public constructor(
    /** The function, the program, or the class whose fields are initialised. */
    public readonly node: AnyNode,
    public readonly parent: Activation | undefined,
    /** Call sites that led here, nearest first. */
    public readonly context: readonly string[],
    public readonly thisCell: Cell,
    public readonly callee: FunctionValue | undefined,
  ) {}

  public calling(to: Activation, certain: boolean): void {
    this.calls.set(to, certain || this.calls.get(to) === true);
  }

  /** The cell of a variable, in this activation or one around it. */
  public variable(binding: Binding): Cell {
    let place: Activation = this;
    while (place.node !== binding.owner && place.parent !== undefined) place = place.parent;
    let cell = place.variables.get(binding);
    if (cell === undefined) {
      cell = new Cell();
      place.variables.set(binding, cell);
    }
    return cell;
  }
}

/** A cell with one value in it. */
export function holding(value: Value): Cell {
  const cell = new Cell();
  cell.values.add(value);
  return cell;
}

/** What makes a value the same as another; `undefined` for what is only the same as itself. */
export function keyOf(value: Value, id: (thing: unknown) => number): string | undefined {
  switch (value.kind) {
    case 'object':
    case 'function':
    case 'template':
      return undefined;
    case 'text':
      return `text ${value.text}`;
    case 'native':
      return `native ${value.name} ${value.receiver === undefined ? '' : id(value.receiver)}`;
    case 'package':
    case 'env':
    case 'global':
      return `${value.kind} ${value.name}`;
    case 'python':
      return `python ${value.path} ${[value.receiver, value.credentials].map((of) => (of === undefined ? '' : id(of))).join(' ')}`;
    case 'sdk-client':
      return `client ${value.package} ${placeOf(value.made)}`;
    case 'sdk-export':
      return `export ${value.package} ${value.name} ${placeOf(value.mention)}`;
    case 'sdk-method':
      return `method ${value.package} ${value.name} ${placeOf(value.client?.made)}`;
    default:
      return value.kind;
  }
}

function placeOf(node: AnyNode | undefined): string {
  return node === undefined ? '' : `${node.start}-${node.end}`;
}
