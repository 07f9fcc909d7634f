import { type AnyNode, type Program, parse } from 'acorn';
import { childrenOf } from './ast';
import type { HandlerAnalysis, UnreachedCommand, Unverifiable, UsedPermission } from './handler-analysis';
import { Interpreter } from './interpreter';
import type { SdkUse } from './machine';
import { resolveScopes } from './scopes';
import { clientOf, meaningOf, serviceOfClient } from './sdk-model';
import { SourcePositions } from './source-positions';
import { neededActions } from './used-permissions';
import type { Activation } from './values';

export interface HandlerCode {
  /** One bundle, CommonJS, with the AWS SDK left out (esbuild: `format: 'cjs'`, `external: ['@aws-sdk/*']`). */
  readonly code: string;
  /** Its source map, as JSON. */
  readonly sourceMap?: string;
  /** The export that Lambda calls. @default 'handler' */
  readonly handler?: string;
}

/** Steps of one analysis; a handler takes some ten thousand. When they run out, call sites are no longer told apart. */
const BUDGET = 600_000;

/**
 * Finds the AWS calls that a handler makes, and which environment variable names the resource of each.
 *
 * Sees every path, so it may name calls that no run makes; these are `may`. What it cannot follow is in `unverifiable`:
 * for those services nothing can be said about what is not used.
 */
export function analyzeHandler(handler: HandlerCode): HandlerAnalysis {
  const positions = new SourcePositions(handler.code, handler.sourceMap);
  const program = parseBundle(handler.code);
  if (typeof program === 'string') {
    const at = { file: 'index.js', line: 1 };
    return {
      used: [],
      unverifiable: [{ service: '*', reason: `the code does not parse: ${program}`, at }],
      unreached: [],
    };
  }
  const scopes = resolveScopes(program);
  const run = (contextDepth: number) => {
    const interpreter = new Interpreter(program, scopes, {
      contextDepth,
      budget: BUDGET,
      isLibrary: (node) => positions.isLibrary(node.start),
    });
    interpreter.run(handler.handler ?? 'handler');
    return interpreter;
  };
  let interpreter = run(2);
  if (interpreter.solver.exhausted) interpreter = run(0);
  return report(interpreter, program, positions);
}

function parseBundle(code: string): Program | string {
  const options = { ecmaVersion: 'latest', allowReturnOutsideFunction: true, allowHashBang: true } as const;
  try {
    return parse(code, { ...options, sourceType: 'script' });
  } catch {
    try {
      return parse(code, { ...options, sourceType: 'module' });
    } catch (error) {
      return (error as Error).message;
    }
  }
}

function report(interpreter: Interpreter, program: Program, positions: SourcePositions): HandlerAnalysis {
  const certain = certainActivations(interpreter.root);
  const unverifiable: Unverifiable[] = interpreter.escapes.map(({ service, reason, site }) => ({
    service: service === '*' ? '*' : (serviceOfClient(clientOf(service) ?? '') ?? '*'),
    reason,
    at: positions.at(placeOf(site.node)),
  }));
  const used = interpreter.uses.flatMap((use): UsedPermission[] => {
    const at = positions.at(placeOf(use.site.node));
    const service = serviceOfClient(use.client);
    const needed = neededActions(interpreter, use);
    if (service === undefined || needed === undefined) {
      const reason = `the permissions of ${use.operation} (client-${use.client}) are not known`;
      unverifiable.push({ service: service ?? '*', reason, at });
      return [];
    }
    const doubt = doubtOf(interpreter, use, certain, positions);
    return needed.map(({ certain: always, ...action }) => {
      const reason = doubt ?? (always ? undefined : 'parameters decide');
      const certainty = reason === undefined ? 'must' : 'may';
      return { service, operation: use.operation, ...action, certainty, ...(reason && { reason }), at };
    });
  });
  used.push(...namedOnly(interpreter, positions, program));
  return { used: merged(used), unverifiable, unreached: unreached(interpreter, program, positions) };
}

/** Of `a.b.c()` the `c`: a bundler may move the rest to another line. */
function placeOf(node: AnyNode): number {
  return node.type === 'CallExpression' && node.callee.type === 'MemberExpression'
    ? node.callee.property.start
    : node.start;
}

/** Why a use is not certain; `undefined` when it is. */
function doubtOf(
  interpreter: Interpreter,
  use: SdkUse,
  certain: ReadonlySet<Activation>,
  positions: SourcePositions,
): string | undefined {
  const { node, activation } = use.site;
  if (positions.isLibrary(node.start)) return `library code, ${positions.at(node.start).file}`;
  if (!certain.has(activation)) return 'in a function that only other code may call';
  const sameSite = interpreter.uses.filter((other) => other.site.node === node && other.site.activation === activation);
  return sameSite.length > 1 ? 'one of several operations that are chosen at run time' : undefined;
}

function certainActivations(root: Activation): Set<Activation> {
  const reached = new Set([root]);
  for (const activation of reached) {
    for (const [called, certain] of activation.calls) if (certain) reached.add(called);
  }
  return reached;
}

/** Commands that are taken from a package and handed on, but not seen to be made. */
function namedOnly(interpreter: Interpreter, positions: SourcePositions, program: Program): UsedPermission[] {
  const made = new Set(interpreter.uses.map((use) => `${use.client} ${use.operation}`));
  const reason = 'the command is handed to code that is not followed';
  return [...interpreter.reachedExports].flatMap((value) => {
    const meaning = meaningOf(value.package, value.name);
    if (meaning?.kind !== 'operation' || !value.name.endsWith('Command')) return [];
    if (made.has(`${meaning.client} ${meaning.operation}`)) return [];
    const use = { ...meaning, input: undefined, site: { node: program, activation: interpreter.root } };
    const service = serviceOfClient(meaning.client);
    const at = mentions(program, value.name)[0] ?? program;
    return (neededActions(interpreter, use) ?? []).map(({ certain: _certain, ...action }) => ({
      service: service!,
      operation: meaning.operation,
      ...action,
      certainty: 'may' as const,
      reason,
      at: positions.at(at.start),
    }));
  });
}

function unreached(interpreter: Interpreter, program: Program, positions: SourcePositions): UnreachedCommand[] {
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
function mentions(program: AnyNode, name: string | undefined): AnyNode[] {
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

function requiredModule(node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const [argument] = node.arguments;
  if (argument?.type === 'Literal') return String(argument.value);
  return argument === undefined ? undefined : requiredModule(argument);
}

/** The same action at the same place on the same resource, seen from several call sites, is one use. */
function merged(used: readonly UsedPermission[]): UsedPermission[] {
  const found = new Map<string, UsedPermission>();
  for (const item of used) {
    const key = JSON.stringify([item.action, item.operation, item.resources, item.parts, item.at]);
    const known = found.get(key);
    if (known === undefined || (known.certainty === 'may' && item.certainty === 'must')) found.set(key, item);
  }
  return [...found.values()].sort(
    (a, b) => compareText(a.at.file, b.at.file) || a.at.line - b.at.line || compareText(a.action, b.action),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
