import type { AnyNode, Program } from 'acorn';
import { type ClassNode, childrenOf, type FunctionNode, isClass, isFunction } from './ast';
import { callUnknown, copyProperties } from './builtins';
import { constructBundled, isBundlerHelper } from './bundler-helpers';
import { call, construct, constructSuper } from './invoke';
import type { Argument, Machine, SdkUse, Site } from './machine';
import { bindPattern } from './patterns';
import { elements, read, readValue, write } from './properties';
import type { Scopes } from './scopes';
import { isSdkPackage, signsRequests } from './sdk-model';
import { Solver } from './solver';
import { Activation, Cell, FunctionValue, holding, INPUT, ObjectValue, UNKNOWN, type Value } from './values';

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

const CALLABLE = new Set(['function', 'native', 'global', 'sdk-export', 'sdk-method', 'input', 'unknown']);

export interface InterpreterOptions {
  /** How many call sites tell activations of one function apart. */
  readonly contextDepth: number;
  readonly budget: number;
  /** Whether the code at a position is a library's. */
  readonly isLibrary: (node: AnyNode) => boolean;
}

const BUILTIN_MODULE =
  /^(node:)?(assert|async_hooks|buffer|child_process|cluster|console|constants|crypto|dgram|diagnostics_channel|dns|domain|events|fs|http|http2|https|inspector|module|net|os|path|perf_hooks|process|punycode|querystring|readline|repl|stream|string_decoder|sys|timers|tls|tty|url|util|v8|vm|worker_threads|zlib)(\/|$)/;

/**
 * Runs a program on values that stand for many: which values may an expression have, and which functions are reached
 * from the handler. Order and branches are ignored, so it sees every path, also some that no run takes.
 */
export class Interpreter implements Machine {
  public readonly solver: Solver;
  public readonly uses: SdkUse[] = [];
  public readonly escapes: Escape[] = [];
  public readonly exported = new ObjectValue();
  public readonly root: Activation;
  public readonly reachedExports = new Set<Extract<Value, { kind: 'sdk-export' }>>();

  private readonly constants = new Map<string, Value>();
  private readonly objects = new Map<Activation, Map<string, ObjectValue>>();
  private readonly functions = new Map<Activation, Map<AnyNode, FunctionValue>>();
  private readonly activations = new Map<FunctionValue, Map<string, Activation>>();
  private readonly seenUses = new Map<Activation, Set<string>>();
  private readonly ids = new Map<unknown, number>();
  private readonly handedOver = new Map<string, Set<Value>>();
  private readonly getters: ReadonlySet<string>;
  private pendingCalls: PendingCall[] = [];

  public constructor(
    private readonly program: Program,
    private readonly scopes: Scopes,
    private readonly options: InterpreterOptions,
  ) {
    this.solver = new Solver(options.budget);
    this.getters = getterNames(program);
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
    const key = this.keyOf(value);
    if (key === undefined) return value;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    this.constants.set(key, value);
    if (value.kind === 'sdk-export') this.reachedExports.add(value);
    return value;
  }

  private keyOf(value: Value): string | undefined {
    switch (value.kind) {
      case 'object':
      case 'function':
      case 'template':
        return undefined;
      case 'text':
        return `text ${value.text}`;
      case 'native':
        return `native ${value.name} ${value.receiver === undefined ? '' : this.id(value.receiver)}`;
      case 'package':
      case 'env':
      case 'global':
        return `${value.kind} ${value.name}`;
      case 'sdk-client':
        return `client ${value.package}`;
      case 'sdk-export':
      case 'sdk-method':
        return `${value.kind} ${value.package} ${value.name}`;
      default:
        return value.kind;
    }
  }

  private id(thing: unknown): number {
    let id = this.ids.get(thing);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(thing, id);
    }
    return id;
  }

  public objectAt(site: Site, part: string, isArray = false): ObjectValue {
    const all = getOrMake(this.objects, site.activation, () => new Map<string, ObjectValue>());
    return getOrMake(all, `${site.node.start}-${site.node.end} ${part}`, () => new ObjectValue(isArray));
  }

  public isGetter(name: string): boolean {
    return this.getters.has(name);
  }

  public firstHandOver(value: Value, given: Value): boolean {
    const seen = getOrMake(this.handedOver, given.kind, () => new Set<Value>());
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  }

  public use(use: SdkUse): void {
    const seen = getOrMake(this.seenUses, use.site.activation, () => new Set<string>());
    const key = `${use.site.node.start}-${use.site.node.end} ${use.client} ${use.operation}`;
    if (seen.has(key)) return;
    seen.add(key);
    this.uses.push(use);
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

  /** Makes an activation for the call site, or joins the one that is there, and hands over arguments and result. */
  public invoke(
    fn: FunctionValue,
    receiver: Cell,
    args: readonly Argument[],
    to: Cell,
    site: Site,
    certain = true,
  ): void {
    if (isClass(fn.node)) return;
    const all = [...fn.boundArguments.map((cell) => ({ cell, spread: false })), ...args];
    const activation = this.activate(fn, site);
    site.activation.calling(activation, certain);
    if (fn.node.type !== 'ArrowFunctionExpression') this.solver.flow(fn.boundThis ?? receiver, activation.thisCell);
    for (const [index, argument] of all.entries()) {
      const cell = getOrMake(activation.parameters, index, () => new Cell());
      if (!argument.spread) this.solver.flow(argument.cell, cell);
      else {
        for (let position = index; position < 6; position++) {
          const parameter = getOrMake(activation.parameters, position, () => new Cell());
          this.read(argument.cell, String(position - index), parameter, site);
        }
      }
      if (argument.spread) this.elements(argument.cell, activation.restParameters);
    }
    this.solver.flow(activation.result, to);
  }

  public construct(fn: FunctionValue, instance: ObjectValue, args: readonly Argument[], to: Cell, site: Site): void {
    const self = holding(instance);
    if (!isClass(fn.node)) {
      this.invoke(fn, self, args, to, site);
      return;
    }
    const initial = this.fieldActivation(fn, self, site);
    site.activation.calling(initial, true);
    const method = fn.node.body.body.find(
      (member) => member.type === 'MethodDefinition' && member.kind === 'constructor',
    );
    if (method?.type === 'MethodDefinition') {
      const value = this.functionAt(method.value, fn.scope);
      value.home = fn;
      this.invoke(value, self, args, new Cell(), site);
    } else constructSuper(this, fn.superclass, instance, args, site);
  }

  private activate(fn: FunctionValue, site: Site): Activation {
    const merged = fn.module !== undefined || this.options.isLibrary(fn.node) || this.options.contextDepth === 0;
    const context = merged
      ? []
      : [`${site.node.start}-${site.node.end}`, ...site.activation.context].slice(0, this.options.contextDepth);
    const all = getOrMake(this.activations, fn, () => new Map<string, Activation>());
    const key = context.join(' ');
    const known = all.get(key);
    if (known !== undefined) return known;
    const node = fn.node as FunctionNode;
    const thisCell = node.type === 'ArrowFunctionExpression' ? fn.scope.thisCell : new Cell();
    const activation = new Activation(node, fn.scope, context, thisCell, fn);
    all.set(key, activation);
    // A named function expression sees itself.
    if (node.type === 'FunctionExpression' && node.id) this.solver.add(this.variableOf(activation)(node.id), fn);
    this.runBody(node, activation);
    return activation;
  }

  private runBody(node: FunctionNode, activation: Activation): void {
    for (const [index, parameter] of node.params.entries()) {
      const site = { node: parameter, activation };
      if (parameter.type === 'RestElement') {
        const rest = this.objectAt(site, 'rest', true);
        this.solver.flow(activation.restParameters, rest.rest);
        for (let position = index; position < 6; position++) {
          const cell = getOrMake(activation.parameters, position, () => new Cell());
          this.solver.flow(cell, rest.property(String(position - index)));
        }
        bindPattern(this, this.variableOf(activation), parameter.argument, holding(rest), activation);
      } else {
        const cell = getOrMake(activation.parameters, index, () => new Cell());
        bindPattern(this, this.variableOf(activation), parameter, cell, activation);
      }
    }
    if (node.body.type === 'BlockStatement') this.statements(node.body.body, activation);
    else this.solver.flow(this.expression(node.body, activation), activation.result);
  }

  private fieldActivation(fn: FunctionValue, self: Cell, site: Site): Activation {
    const node = fn.node as ClassNode;
    const all = getOrMake(this.activations, fn, () => new Map<string, Activation>());
    const context = [`${site.node.start}-${site.node.end}`, ...site.activation.context].slice(
      0,
      this.options.contextDepth,
    );
    const key = `fields ${context.join(' ')}`;
    let activation = all.get(key);
    if (activation === undefined) {
      activation = new Activation(node, fn.scope, context, new Cell(), fn);
      all.set(key, activation);
      for (const member of node.body.body) {
        if (member.type !== 'PropertyDefinition' || member.static || !member.value) continue;
        const value = this.expression(member.value, activation);
        this.write(activation.thisCell, this.nameOf(member.key, member.computed, activation), value, {
          node: member,
          activation,
        });
      }
    }
    this.solver.flow(self, activation.thisCell);
    return activation;
  }

  private functionAt(node: FunctionNode | ClassNode, activation: Activation): FunctionValue {
    const all = getOrMake(this.functions, activation, () => new Map<AnyNode, FunctionValue>());
    return getOrMake(all, node, () => new FunctionValue(node, activation));
  }

  private variableOf(activation: Activation) {
    return (identifier: AnyNode): Cell => {
      const binding = identifier.type === 'Identifier' ? this.scopes.get(identifier) : undefined;
      return binding === undefined ? new Cell() : activation.variable(binding);
    };
  }

  // statements

  private statements(body: readonly AnyNode[], activation: Activation): void {
    for (const statement of body) {
      if (statement.type === 'FunctionDeclaration' && statement.id)
        this.solver.add(this.variableOf(activation)(statement.id), this.functionAt(statement, activation));
    }
    for (const statement of body) this.statement(statement, activation);
  }

  private statement(node: AnyNode, activation: Activation): void {
    switch (node.type) {
      case 'FunctionDeclaration':
        // Hoisted, unless it stands alone as in `if (a) function f() {}`.
        return;
      case 'ClassDeclaration':
        if (node.id) this.solver.flow(this.expression(node, activation), this.variableOf(activation)(node.id));
        return;
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          if (init) bindPattern(this, this.variableOf(activation), id, this.expression(init, activation), activation);
        }
        return;
      case 'ReturnStatement':
        if (node.argument) this.solver.flow(this.expression(node.argument, activation), activation.result);
        return;
      case 'BlockStatement':
      case 'StaticBlock': {
        this.statements(node.body, activation);
        return;
      }
      case 'SwitchCase':
        if (node.test) this.expression(node.test, activation);
        {
          this.statements(node.consequent, activation);
          return;
        }
      case 'ForOfStatement':
      case 'ForInStatement': {
        const items = new Cell();
        const over = this.expression(node.right, activation);
        if (node.type === 'ForOfStatement') this.elements(over, items);
        else this.keys(over, items, { node, activation });
        const target = node.left.type === 'VariableDeclaration' ? node.left.declarations[0]!.id : node.left;
        bindPattern(this, this.variableOf(activation), target, items, activation);
        this.statement(node.body, activation);
        return;
      }
      case 'CatchClause':
        if (node.param) bindPattern(this, this.variableOf(activation), node.param, holding(UNKNOWN), activation);
        {
          this.statement(node.body, activation);
          return;
        }
      case 'LabeledStatement': {
        this.statement(node.body, activation);
        return;
      }
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'EmptyStatement':
      case 'DebuggerStatement':
        return;
    }
    for (const child of childrenOf(node)) {
      if (STATEMENTS.test(child.type)) this.statement(child, activation);
      else this.expression(child, activation);
    }
  }

  private keys(of: Cell, to: Cell, site: Site): void {
    const callee = holding(this.constant({ kind: 'global', name: 'Object.keys' }));
    const keys = new Cell();
    this.call(callee, new Cell(), [{ cell: of, spread: false }], keys, site);
    this.elements(keys, to);
  }

  // expressions

  public expression(node: AnyNode, activation: Activation): Cell {
    if (node.type === 'Identifier') return this.identifier(node, activation);
    if (node.type === 'ThisExpression') return this.thisOf(activation);
    const known = activation.cells.get(node);
    if (known !== undefined) return known;
    const cell = new Cell();
    activation.cells.set(node, cell);
    this.evaluate(node, activation, cell);
    return cell;
  }

  private thisOf(activation: Activation): Cell {
    return activation.thisCell;
  }

  private identifier(node: AnyNode & { type: 'Identifier' }, activation: Activation): Cell {
    const binding = this.scopes.get(node);
    if (binding !== undefined) return activation.variable(binding);
    if (node.name === 'exports') return holding(this.exported);
    if (node.name === 'arguments') return this.argumentsOf(activation);
    if (node.name === 'undefined') return new Cell();
    return holding(this.constant({ kind: 'global', name: node.name }));
  }

  private argumentsOf(activation: Activation): Cell {
    let place = activation;
    while (place.node.type === 'ArrowFunctionExpression' && place.parent) place = place.parent;
    const all = this.objectAt({ node: place.node, activation: place }, 'arguments', true);
    for (let index = 0; index < 6; index++) {
      this.solver.flow(
        getOrMake(place.parameters, index, () => new Cell()),
        all.property(String(index)),
      );
    }
    this.solver.flow(place.restParameters, all.rest);
    return holding(all);
  }

  private evaluate(node: AnyNode, activation: Activation, to: Cell): void {
    const { solver } = this;
    const site = { node, activation };
    const of = (child: AnyNode) => this.expression(child, activation);
    switch (node.type) {
      case 'Literal':
        if (typeof node.value === 'string') solver.add(to, this.constant({ kind: 'text', text: node.value }));
        // A number may be an index: any item.
        else if (node.value !== null && typeof node.value !== 'boolean') solver.add(to, UNKNOWN);
        return;
      case 'TemplateLiteral': {
        if (node.expressions.length === 0) {
          solver.add(to, this.constant({ kind: 'text', text: node.quasis[0]!.value.cooked ?? '' }));
          return;
        }
        const parts = node.quasis.flatMap((quasi, index): (string | Cell)[] => {
          const expression = node.expressions[index];
          return [quasi.value.cooked ?? '', ...(expression ? [of(expression)] : [])];
        });
        solver.add(to, { kind: 'template', parts });
        return;
      }
      case 'BinaryExpression': {
        const parts = [of(node.left), of(node.right)];
        solver.add(to, node.operator === '+' ? { kind: 'template', parts } : UNKNOWN);
        return;
      }
      case 'LogicalExpression':
        if (node.operator === '&&') {
          of(node.left);
          solver.flow(of(node.right), to);
          return;
        }
        solver.flow(of(node.left), to);
        of(node.right);
        // The declared access sets the variable, so what stands in for it is never used.
        if (!isEnvironmentVariable(node.left)) solver.flow(of(node.right), to);
        return;
      case 'ConditionalExpression':
        of(node.test);
        solver.flow(of(node.consequent), to);
        {
          solver.flow(of(node.alternate), to);
          return;
        }
      case 'SequenceExpression':
        for (const item of node.expressions) of(item);
        {
          solver.flow(of(node.expressions[node.expressions.length - 1]!), to);
          return;
        }
      case 'AwaitExpression':
      case 'ChainExpression':
      case 'ParenthesizedExpression': {
        solver.flow(of(node.type === 'AwaitExpression' ? node.argument : node.expression), to);
        return;
      }
      case 'YieldExpression':
        if (node.argument) {
          if (node.delegate) this.elements(of(node.argument), activation.result);
          else solver.flow(of(node.argument), activation.result);
        }
        {
          solver.add(to, UNKNOWN);
          return;
        }
      case 'UnaryExpression':
      case 'UpdateExpression':
        of(node.argument);
        if (node.type === 'UnaryExpression' && node.operator === 'void') return;
        {
          solver.add(to, UNKNOWN);
          return;
        }
      case 'AssignmentExpression': {
        this.assignment(node, activation, to);
        return;
      }
      case 'MemberExpression': {
        this.member(node, activation, to);
        return;
      }
      case 'CallExpression': {
        this.callExpression(node, activation, to);
        return;
      }
      case 'NewExpression': {
        this.newExpression(node, activation, to);
        return;
      }
      case 'TaggedTemplateExpression': {
        const parts = node.quasi.expressions.map((expression) => ({ cell: of(expression), spread: false }));
        this.call(of(node.tag), new Cell(), [{ cell: holding(UNKNOWN), spread: false }, ...parts], to, site);
        return;
      }
      case 'ImportExpression': {
        this.imported(of(node.source), to, site);
        return;
      }
      case 'ObjectExpression': {
        this.objectLiteral(node, activation, to);
        return;
      }
      case 'ArrayExpression': {
        const array = this.objectAt(site, 'array', true);
        solver.add(to, array);
        const spreads = node.elements.some((element) => element?.type === 'SpreadElement');
        for (const [index, element] of node.elements.entries()) {
          if (!element) continue;
          if (element.type === 'SpreadElement') this.elements(of(element.argument), array.rest);
          else solver.flow(of(element), spreads ? array.rest : array.property(String(index)));
        }
        return;
      }
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        const fn = this.functionAt(node, activation);
        fn.home ??= activation.callee?.home;
        solver.add(to, fn);
        return;
      }
      case 'ClassExpression':
      case 'ClassDeclaration': {
        this.classLiteral(node, activation, to);
        return;
      }
      case 'SpreadElement':
        of(node.argument);
        return;
      case 'MetaProperty':
      case 'TemplateElement':
      case 'PrivateIdentifier': {
        solver.add(to, UNKNOWN);
        return;
      }
      default:
        for (const child of childrenOf(node)) of(child);
        solver.add(to, UNKNOWN);
    }
  }

  private argumentsIn(nodes: readonly AnyNode[], activation: Activation): Argument[] {
    return nodes.map((node) =>
      node.type === 'SpreadElement'
        ? { cell: this.expression(node.argument, activation), spread: true }
        : { cell: this.expression(node, activation), spread: false },
    );
  }

  private assignment(node: AnyNode & { type: 'AssignmentExpression' }, activation: Activation, to: Cell): void {
    const value = this.expression(node.right, activation);
    if (node.operator === '+=') {
      const joined = new Cell();
      if (node.left.type === 'Identifier' || node.left.type === 'MemberExpression')
        this.solver.add(joined, { kind: 'template', parts: [new Cell(), value] });
      this.solver.flow(joined, to);
      bindPattern(this, this.variableOf(activation), node.left, joined, activation);
      return;
    }
    this.solver.flow(value, to);
    if (isModuleExports(node.left) && !this.isShadowed(node.left)) {
      copyProperties(this, value, holding(this.exported), { node, activation });
      this.solver.watch(value, (exported) => {
        if (exported.kind === 'object') this.solver.add(this.exported.prototypes, exported);
        if (exported.kind === 'function') this.solver.add(this.exported.property('default'), exported);
      });
      return;
    }
    bindPattern(this, this.variableOf(activation), node.left, value, activation);
  }

  private isShadowed(node: AnyNode): boolean {
    return node.type === 'MemberExpression' && node.object.type === 'Identifier' && this.scopes.has(node.object);
  }

  private member(node: AnyNode & { type: 'MemberExpression' }, activation: Activation, to: Cell): void {
    const site = { node, activation };
    const name = this.nameOf(node.property, node.computed, activation);
    if (node.object.type === 'Super') {
      this.superMember(name, activation, to, site);
      return;
    }
    if (isModuleExports(node) && !this.isShadowed(node)) {
      this.solver.add(to, this.exported);
      return;
    }
    this.read(this.expression(node.object, activation), name, to, site);
  }

  private superMember(name: string | Cell, activation: Activation, to: Cell, site: Site): void {
    const home = homeOf(activation);
    if (home === undefined) {
      this.solver.add(to, UNKNOWN);
      return;
    }
    this.solver.watch(home.superclass, (value) => {
      if (value.kind === 'function') this.readValue(value.prototype, name, to, site);
      else if (value.kind === 'sdk-export') {
        this.readValue(this.constant({ kind: 'sdk-client', package: value.package }), name, to, site);
      }
    });
  }

  /** A name that is known, or the cell of one that is computed. */
  private nameOf(key: AnyNode, computed: boolean, activation: Activation): string | Cell {
    if (key.type === 'PrivateIdentifier') return `#${key.name}`;
    if (!computed && key.type === 'Identifier') return key.name;
    if (key.type === 'Literal') return String(key.value);
    return this.expression(key, activation);
  }

  private callExpression(node: AnyNode & { type: 'CallExpression' }, activation: Activation, to: Cell): void {
    const site = { node, activation };
    const { callee } = node;
    if (callee.type === 'Super') {
      const args = this.argumentsIn(node.arguments, activation);
      const home = homeOf(activation);
      if (home !== undefined) {
        this.solver.watch(this.thisOf(activation), (self) => {
          if (self.kind === 'object') constructSuper(this, home.superclass, self, args, site);
        });
      }
      return;
    }
    if (callee.type === 'Identifier' && isBundlerHelper(callee.name)) {
      if (constructBundled(this, callee.name, node, activation, to)) return;
    }
    if (callee.type === 'Identifier' && /^(__)?require$/.test(callee.name) && node.arguments.length === 1) {
      this.imported(this.expression(node.arguments[0]!, activation), to, site);
      return;
    }
    const args = this.argumentsIn(node.arguments, activation);
    const bare = callee.type === 'ParenthesizedExpression' ? callee.expression : callee;
    if (
      bare.type === 'MemberExpression' ||
      (bare.type === 'ChainExpression' && bare.expression.type === 'MemberExpression')
    ) {
      const member = bare.type === 'ChainExpression' ? bare.expression : bare;
      const target = this.expression(member, activation);
      const receiver =
        member.type === 'MemberExpression' && member.object.type !== 'Super'
          ? this.expression(member.object, activation)
          : this.thisOf(activation);
      this.call(target, receiver, args, to, site);
      return;
    }
    this.call(this.expression(callee, activation), new Cell(), args, to, site);
  }

  private newExpression(node: AnyNode & { type: 'NewExpression' }, activation: Activation, to: Cell): void {
    const site = { node, activation };
    const callee = this.expression(node.callee, activation);
    const args = this.argumentsIn(node.arguments, activation);
    this.pendingCalls.push({ callee, args, to, site });
    construct(this, callee, args, to, site);
  }

  /** `require(name)` and `import(name)`. */
  private imported(name: Cell, to: Cell, site: Site): void {
    this.solver.watch(name, (value) => {
      if (value.kind !== 'text') {
        this.escape('*', 'loads a module by a name that is not known', site);
        return this.solver.add(to, UNKNOWN);
      }
      const module = value.text;
      if (/^(node:)?process$/.test(module))
        return this.solver.add(to, this.constant({ kind: 'global', name: 'process' }));
      if (signsRequests(module)) this.escape('*', `signs requests itself with ${module}`, site);
      if (isSdkPackage(module)) return this.solver.add(to, this.constant({ kind: 'package', name: module }));
      if (!BUILTIN_MODULE.test(module)) this.escape('*', `uses ${module}, which is not part of the bundle`, site);
      this.solver.add(to, UNKNOWN);
    });
  }

  private objectLiteral(node: AnyNode & { type: 'ObjectExpression' }, activation: Activation, to: Cell): void {
    const site = { node, activation };
    const object = this.objectAt(site, 'object');
    this.solver.add(to, object);
    const self = holding(object);
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        copyProperties(this, this.expression(property.argument, activation), self, site);
        continue;
      }
      const name = this.nameOf(property.key, property.computed, activation);
      const value = this.expression(property.value, activation);
      if (property.kind !== 'init') this.markAccessor(value);
      if (property.kind === 'set') this.write(self, typeof name === 'string' ? `set ${name}` : name, value, site);
      else if (name === '__proto__') this.solver.flow(value, object.prototypes);
      else this.write(self, name, value, site);
    }
  }

  private markAccessor(value: Cell): void {
    for (const fn of value.values) if (fn.kind === 'function') fn.accessor = true;
  }

  private classLiteral(node: ClassNode, activation: Activation, to: Cell): void {
    const site = { node, activation };
    const fn = this.functionAt(node, activation);
    this.solver.add(to, fn);
    if (node.id) this.solver.add(this.variableOf(activation)(node.id), fn);
    if (node.superClass) {
      const superclass = this.expression(node.superClass, activation);
      this.solver.flow(superclass, fn.superclass);
      this.solver.watch(superclass, (value) => {
        if (value.kind === 'function') this.solver.add(fn.prototype.prototypes, value.prototype);
      });
    }
    this.solver.add(fn.prototype.property('constructor'), fn);
    const statics = new Activation(node, activation, activation.context, holding(fn), fn);
    activation.calling(statics, true);
    for (const member of node.body.body) {
      if (member.type === 'StaticBlock') this.statements(member.body, statics);
      else if (member.type === 'MethodDefinition' && member.kind !== 'constructor') {
        const name = this.nameOf(member.key, member.computed, activation);
        const value = this.functionAt(member.value, activation);
        value.home = fn;
        value.accessor = member.kind !== 'method';
        const target = holding(member.static ? fn : fn.prototype);
        const key = member.kind === 'set' && typeof name === 'string' ? `set ${name}` : name;
        this.write(target, key, holding(value), site);
      } else if (member.type === 'PropertyDefinition' && member.static && member.value) {
        const value = this.expression(member.value, statics);
        this.write(holding(fn), this.nameOf(member.key, member.computed, activation), value, site);
      }
    }
  }
}

const STATEMENTS = /Statement$|Declaration$|^(SwitchCase|CatchClause|StaticBlock)$/;

/** The class whose method this is, also inside its arrow functions. */
function homeOf(activation: Activation): FunctionValue | undefined {
  for (let place: Activation | undefined = activation; place !== undefined; place = place.parent) {
    if (place.callee?.home !== undefined) return place.callee.home;
    if (place.callee !== undefined && isClass(place.callee.node)) return place.callee;
    if (isFunction(place.node) && place.node.type !== 'ArrowFunctionExpression') return undefined;
  }
  return undefined;
}

function getterNames(program: AnyNode): Set<string> {
  const names = new Set<string>();
  const pending = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if ((node.type === 'MethodDefinition' || node.type === 'Property') && node.kind === 'get') {
      if (node.key.type === 'Identifier') names.add(node.key.name);
      if (node.key.type === 'PrivateIdentifier') names.add(`#${node.key.name}`);
    }
    pending.push(...childrenOf(node));
  }
  return names;
}

function isModuleExports(node: AnyNode): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'exports'
  );
}

/** `process.env.NAME`, `process.env['NAME']`. */
function isEnvironmentVariable(node: AnyNode): boolean {
  if (node.type === 'ChainExpression') return isEnvironmentVariable(node.expression);
  if (node.type !== 'MemberExpression' || (node.computed && node.property.type !== 'Literal')) return false;
  const { object } = node;
  return (
    object.type === 'MemberExpression' &&
    object.object.type === 'Identifier' &&
    object.object.name === 'process' &&
    object.property.type === 'Identifier' &&
    object.property.name === 'env'
  );
}

function getOrMake<K, V>(container: Map<K, V>, key: K, make: () => V): V;
function getOrMake<V>(container: V[], key: number, make: () => V): V;
function getOrMake<K, V>(container: Map<K, V> | V[], key: K, make: () => V): V {
  if (Array.isArray(container)) {
    container[key as number] ??= make();
    return container[key as number]!;
  }
  let value = container.get(key);
  if (value === undefined) {
    value = make();
    container.set(key, value);
  }
  return value;
}
