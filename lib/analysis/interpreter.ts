import type { AnyNode, Program } from 'acorn';
import { type ActivationOptions, Activations, argumentsOf } from './activations';
import type { ClassNode, FunctionNode } from './ast';
import { evaluate } from './expressions';
import { opening } from './globals';
import { call, construct } from './invoke';
import { elements } from './iteration';
import type { Argument, Language, Machine, SdkExport, SdkUse, Site } from './machine';
import { ANY_NAME, type ProgramNames, programNames } from './program-names';
import { read, readValue, write } from './properties';
import type { Scopes } from './scopes';
import type { FoundUse } from './sdk-use';
import { Senders } from './senders';
import { Solver } from './solver';
import { runStatements } from './statements';
import { callUnknown } from './unknown-code';
import { Activation, Cell, FunctionValue, holding, INPUT, keyOf, ObjectValue, UNKNOWN, type Value } from './values';

export interface Escape {
  readonly service: string;
  readonly reason: string;
  readonly site: Site;
}

interface PendingCall {
  readonly callee: Cell;
  readonly args: readonly Argument[];
  readonly to: Cell;
  readonly site: Site;
}

const CALLABLE = new Set(['function', 'native', 'global', 'sdk-export', 'sdk-method', 'python', 'input', 'unknown']);

export interface InterpreterOptions extends ActivationOptions {
  readonly budget: number;
  /** Whether to give up as soon as the result would be incomplete. */
  readonly strict?: boolean;
  readonly language: Language;
}

/**
 * Runs a program on values that stand for many: which values may an expression have, and which functions are reached
 * from the handler. Order and branches are ignored, so it sees every path, also some that no run takes.
 */
export class Interpreter implements Machine {
  public readonly solver: Solver;
  public readonly language: Language;
  public readonly uses: SdkUse[] = [];
  public readonly escapes: Escape[] = [];
  public readonly senders = new Senders();
  public readonly exported = new ObjectValue();
  public readonly globals = new ObjectValue();
  public readonly thrown = holding(UNKNOWN);
  public readonly root: Activation;
  public readonly reachedExports = new Set<SdkExport>();
  /** Exports that are made or called, and nowhere handed to code that is not followed. */
  public readonly followedExports = new Set<SdkExport>();

  private readonly activations: Activations;
  private readonly constants = new Map<string, Value>();
  private readonly objects = new Map<Activation, Map<string, ObjectValue>>();
  private readonly functions = new Map<Activation, Map<AnyNode, FunctionValue>>();
  private readonly seenUses = new Map<Activation, Map<string, SdkUse>>();
  private readonly ids = new Map<unknown, number>();
  private readonly handedOverExports = new Set<SdkExport>();
  private readonly handedOver = new Map<string, Set<Value>>();
  private readonly names: ProgramNames;
  private readonly globalCells = new Map<string, Cell>();
  private pendingCalls: PendingCall[] = [];

  public constructor(
    private readonly program: Program,
    private readonly scopes: Scopes,
    options: InterpreterOptions,
  ) {
    this.solver = new Solver(options.budget, options.strict);
    this.language = options.language;
    this.activations = new Activations(this, options);
    this.names = programNames(program);
    this.root = new Activation(program, undefined, [], new Cell(), undefined);
  }

  public run(handlerName: string): void {
    this.statements(this.program.body, this.root);
    const site = { node: this.program, activation: this.root };
    const handler = new Cell();
    const exported = new Cell();
    this.solver.add(exported, this.exported);
    this.read(exported, handlerName, handler, site);
    this.call(
      handler,
      new Cell(),
      [INPUT, UNKNOWN, UNKNOWN].map((value) => ({ cell: holding(value), spread: false })),
      new Cell(),
      site,
    );
    this.solve();
    if (![...handler.values].some((value) => value.kind === 'function')) {
      this.escape('*', `has no export "${handlerName}" that is a function`, site);
    }
    if (this.solver.exhausted || this.solver.widened) this.escape('*', 'is too entangled to follow', site);
  }

  /** Calls of what is still not known hand their arguments to code that is not analysed. */
  private solve(): void {
    this.solver.run();
    for (let open = this.unresolvedCalls(); open.length > 0 && !this.solver.exhausted; open = this.unresolvedCalls()) {
      for (const { args, to, site } of open) callUnknown(this, undefined, args, to, site);
      this.solver.run();
    }
  }

  private unresolvedCalls(): PendingCall[] {
    const open = this.pendingCalls.filter(
      ({ callee }) => ![...callee.values].some((value) => CALLABLE.has(value.kind)),
    );
    this.pendingCalls = this.pendingCalls.filter((pending) => !open.includes(pending));
    return open;
  }

  public constant(value: Value): Value {
    const key = keyOf(value, (thing) => this.id(thing));
    if (key === undefined) return value;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    this.constants.set(key, value);
    if (value.kind === 'sdk-export') this.reachedExports.add(value);
    return value;
  }

  private id(thing: unknown): number {
    return getOrMake(this.ids, thing, () => this.ids.size);
  }

  public objectAt(site: Site, part: string, isArray = false): ObjectValue {
    const all = getOrMake(this.objects, site.activation, () => new Map<string, ObjectValue>());
    return getOrMake(all, `${site.node.start}-${site.node.end} ${part}`, () => new ObjectValue(isArray));
  }

  public functionAt(node: FunctionNode | ClassNode, activation: Activation): FunctionValue {
    const all = getOrMake(this.functions, activation, () => new Map<AnyNode, FunctionValue>());
    return getOrMake(all, node, () => new FunctionValue(node, activation));
  }

  public isGetter(name: string): boolean {
    return this.names.getters.has(name);
  }

  public settersNamed(name: string | undefined): readonly string[] {
    const { setters } = this.names;
    if (setters.size === 0) return [];
    return name === undefined ? [...setters] : [`set ${name}`, `set ${ANY_NAME}`].filter((key) => setters.has(key));
  }

  public get hasIterators(): boolean {
    return this.names.iterators;
  }

  public firstHandOver(value: Value, given: Value): boolean {
    const seen = getOrMake(this.handedOver, given.kind, () => new Set<Value>());
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  }

  public use({ credentials, ...found }: FoundUse): SdkUse {
    const use: SdkUse = { ...found, senders: new Set(), credentials: new Set([credentials]) };
    if (use.from !== undefined && !this.handedOverExports.has(use.from)) this.followedExports.add(use.from);
    const seen = getOrMake(this.seenUses, use.site.activation, () => new Map<string, SdkUse>());
    const key = `${use.site.node.start}-${use.site.node.end} ${use.client} ${use.operation}`;
    const known = seen.get(key);
    if (known !== undefined) {
      known.credentials.add(credentials);
      return known;
    }
    seen.set(key, use);
    this.uses.push(use);
    return use;
  }

  public handOverExport(value: SdkExport): void {
    this.handedOverExports.add(value);
    this.followedExports.delete(value);
  }

  public handOverGlobal(name: string, site: Site): void {
    const opened = opening(name);
    if (opened !== undefined) this.escape('*', opened, site);
  }

  public escape(service: string, reason: string, site: Site): void {
    const isKnown = this.escapes.some(
      (known) => known.service === service && known.reason === reason && known.site.node === site.node,
    );
    if (!isKnown) this.escapes.push({ service, reason, site });
  }

  public read(from: Cell, name: string | Cell, to: Cell, site: Site): void {
    read(this, from, name, to, site);
  }

  public readValue(value: Value, name: string | Cell, to: Cell, site: Site): void {
    readValue(this, value, name, to, site);
  }

  public write(into: Cell, name: string | Cell, value: Cell, site: Site): void {
    write(this, into, name, value, site);
  }

  public elements(of: Cell, to: Cell): void {
    elements(this, of, to);
  }

  public call(callee: Cell, receiver: Cell, args: readonly Argument[], to: Cell, site: Site): void {
    this.pendingCalls.push({ callee, args, to, site });
    call(this, callee, receiver, args, to, site);
  }

  public constructNew(callee: Cell, args: readonly Argument[], to: Cell, site: Site): void {
    this.pendingCalls.push({ callee, args, to, site });
    construct(this, callee, args, to, site);
  }

  public invoke(
    fn: FunctionValue,
    receiver: Cell,
    args: readonly Argument[],
    to: Cell,
    site: Site,
    certain = true,
  ): void {
    this.activations.invoke(fn, receiver, args, to, site, certain);
  }

  public construct(fn: FunctionValue, instance: ObjectValue, args: readonly Argument[], to: Cell, site: Site): void {
    this.activations.construct(fn, instance, args, to, site);
  }

  public statements(body: readonly AnyNode[], activation: Activation): void {
    runStatements(this, body, activation);
  }

  public expression(node: AnyNode, activation: Activation): Cell {
    if (node.type === 'Identifier') return this.identifier(node, activation);
    if (node.type === 'ThisExpression') return activation.thisCell;
    const known = activation.cells.get(node);
    if (known !== undefined) return known;
    const cell = new Cell();
    activation.cells.set(node, cell);
    evaluate(this, node, activation, cell);
    return cell;
  }

  private identifier(node: AnyNode & { type: 'Identifier' }, activation: Activation): Cell {
    const binding = this.scopes.get(node);
    if (binding !== undefined) return activation.variable(binding);
    if (node.name === 'exports') return holding(this.exported);
    if (node.name === 'arguments') return argumentsOf(this, activation);
    if (node.name === 'undefined') return new Cell();
    return getOrMake(this.globalCells, node.name, () => {
      const cell = holding(this.constant({ kind: 'global', name: node.name }));
      this.solver.flow(this.globals.property(node.name), cell);
      return cell;
    });
  }

  public variable(identifier: AnyNode, activation: Activation): Cell {
    const binding = identifier.type === 'Identifier' ? this.scopes.get(identifier) : undefined;
    if (binding !== undefined) return activation.variable(binding);
    return identifier.type === 'Identifier' ? this.globals.property(identifier.name) : new Cell();
  }

  public isDeclared(identifier: AnyNode): boolean {
    return identifier.type === 'Identifier' && this.scopes.has(identifier);
  }
}

function getOrMake<K, V>(container: Map<K, V>, key: K, make: () => V): V {
  let value = container.get(key);
  if (value === undefined) {
    value = make();
    container.set(key, value);
  }
  return value;
}
