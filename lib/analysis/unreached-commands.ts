import type { AnyNode } from 'acorn';
import { actionsOfOperation } from '../core/iam/operation-map';
import type { SourcePosition, UnreachedCommand } from './handler-analysis';
import type { Interpreter } from './interpreter';
import type { Mention, ProgramMentions } from './mentions';
import { clientOf, meaningOf, operationOfMethod, serviceOfClient } from './sdk-model';
import type { Activation } from './values';

/** Positions in the handler's sources, and which code was looked into at all. */
export interface ReachOptions {
  readonly at: (offset: number) => SourcePosition;
  readonly isLibrary: (offset: number) => boolean;
  /** Code of installed packages that names nothing of AWS. */
  readonly isWithoutAws: (node: AnyNode) => boolean;
}

/**
 * Operations that stand in the code, and that the analysis did not come to or lost sight of. Nothing can be said about
 * whether they are used, so they are why an access is not called excess.
 */
export function unreachedCommands(
  interpreter: Interpreter,
  { mentions, packages, openCalls }: ProgramMentions,
  options: ReachOptions,
): UnreachedCommand[] {
  const reached = reachedPlaces(interpreter);
  const aggregated = packagesWithMethods(mentions, packages);
  const found = new Map<string, UnreachedCommand>();
  const add = (service: string | undefined, operation: string, offset: number) => {
    if (service === undefined || found.has(`${service} ${operation}`)) return;
    found.set(`${service} ${operation}`, { service, operation, at: options.at(offset) });
  };
  for (const mention of mentions) {
    const named = operationsNamedBy(mention, packages, aggregated);
    if (named.length === 0 || options.isWithoutAws(mention.node)) continue;
    for (const { client, operation, isMethod } of named) {
      const isFollowed = isMethod ? isKnownReceiver(interpreter, mention, reached) : wasRead(interpreter, mention);
      if (!isFollowed) add(serviceOfClient(client), operation, mention.offset);
    }
  }
  for (const { node, within, does } of openCalls) {
    if (reached.functions.has(within) || reached.cells.has(node) || options.isLibrary(node.start)) continue;
    if (does === 'loads or runs code that is not known') add('*', '*', node.start);
    // `new all[name]()` may be any command, `client[name]()` is a method.
    else
      for (const name of node.type === 'NewExpression' ? packages : aggregated)
        add(serviceOfClient(clientOf(name) ?? ''), '*', node.start);
  }
  return [...found.values()];
}

interface NamedOperation {
  readonly client: string;
  readonly operation: string;
  readonly isMethod: boolean;
}

/** What a name stands for, in any of the packages that the program loads. */
function operationsNamedBy(
  { name, package: known }: Mention,
  packages: readonly string[],
  aggregated: readonly string[],
): NamedOperation[] {
  if (known !== undefined || /^[A-Z]|^(paginate|waitUntil|create|from)[A-Z]/.test(name)) {
    const exported = (known === undefined ? packages : [known]).flatMap((from): NamedOperation[] => {
      const meaning = meaningOf(from, name);
      if (meaning?.kind !== 'operation' || !isOperation(meaning.client, meaning.operation)) return [];
      return [{ client: meaning.client, operation: meaning.operation, isMethod: false }];
    });
    if (exported.length > 0 || known !== undefined) return exported;
  }
  return aggregated.flatMap((from): NamedOperation[] => {
    const client = clientOf(from);
    const operation = operationOfMethod(from, name);
    if (client === undefined || operation === undefined || !isOperation(client, operation)) return [];
    return [{ client, operation, isMethod: true }];
  });
}

function isOperation(client: string, operation: string): boolean {
  const service = serviceOfClient(client);
  return client === 'rds-db' || (service !== undefined && actionsOfOperation(service, operation) !== undefined);
}

/** Packages whose clients have a method for each operation: `new DynamoDB({}).getItem()`, unlike `DynamoDBClient`. */
function packagesWithMethods(mentions: readonly Mention[], packages: readonly string[]): string[] {
  const open = new Set(mentions.filter((mention) => mention.package === undefined).map(({ name }) => name));
  return packages.filter((from) => {
    const known = mentions.filter((mention) => mention.package === from).map(({ name }) => name);
    return [...known, ...open].some((name) => isAggregated(from, name));
  });
}

/** Which client is in a package, its name tells as well as its commands do: `dynamodb` is `DynamoDB`. */
function isAggregated(from: string, name: string): boolean {
  const bare = name.replace(/Document$/, '').toLowerCase();
  return /^[A-Z]/.test(name) && bare === (clientOf(from) ?? '').replaceAll('-', '');
}

interface Reached {
  readonly functions: ReadonlySet<AnyNode>;
  readonly cells: ReadonlyMap<AnyNode, readonly Activation[]>;
}

function reachedPlaces({ root }: Interpreter): Reached {
  const activations = new Set<Activation>([root]);
  const cells = new Map<AnyNode, Activation[]>();
  for (const activation of activations) {
    for (const called of activation.calls.keys()) activations.add(called);
    for (const node of activation.cells.keys()) {
      const all = cells.get(node);
      if (all === undefined) cells.set(node, [activation]);
      else all.push(activation);
    }
  }
  return { functions: new Set([...activations].map(({ node }) => node)), cells };
}

/** An export that is read from a package is followed from there. */
function wasRead(interpreter: Interpreter, { node, name }: Mention): boolean {
  return [...interpreter.reachedExports].some((value) => value.name === name && value.mention === node);
}

/** Whether it is seen what a method is called on. What is no call may be a property of anything. */
function isKnownReceiver(interpreter: Interpreter, mention: Mention, reached: Reached): boolean {
  const { node, within, isCalled } = mention;
  if (node.type !== 'MemberExpression') return reached.functions.has(within);
  const places = reached.cells.get(node);
  if (places === undefined || places.length === 0) return false;
  if (!isCalled) return true;
  return places.every((activation) => {
    const receivers = [...interpreter.expression(node.object, activation).values];
    return receivers.length > 0 && receivers.every(({ kind }) => kind !== 'unknown' && kind !== 'input');
  });
}
