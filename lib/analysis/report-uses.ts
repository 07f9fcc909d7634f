import type { AnyNode } from 'acorn';
import type {
  HandlerAnalysis,
  SourcePosition,
  UnreachedCommand,
  Unverifiable,
  UsedPermission,
} from './handler-analysis';
import type { Interpreter } from './interpreter';
import type { SdkUse } from './machine';
import { isByOthers } from './python/credentials';
import { clientOf, meaningOf, serviceOfClient } from './sdk-model';
import { neededActions } from './used-permissions';
import type { Activation } from './values';

/** Where things stand in the handler's own sources. */
export interface Positions {
  at(offset: number): SourcePosition;
  isLibrary(offset: number): boolean;
}

/**
 * What a handler uses, as the interpreter saw it. With `doubt` nothing is certain, for that reason. `byOthers` are calls
 * with other credentials than the role's.
 */
export function reportUses(
  interpreter: Interpreter,
  positions: Positions,
  doubt?: string,
): Omit<HandlerAnalysis, 'unreached'> & { readonly byOthers: readonly UnreachedCommand[] } {
  const certain = certainActivations(interpreter.root);
  const unverifiable: Unverifiable[] = interpreter.escapes.map(({ service, reason, site }) => ({
    service: service === '*' ? '*' : (serviceOfClient(clientOf(service) ?? '') ?? '*'),
    reason,
    at: positions.at(placeOf(site.node)),
  }));
  const byOthers: UnreachedCommand[] = [];
  const used = interpreter.uses.flatMap((use): UsedPermission[] => {
    const at = positions.at(placeOf(use.site.node));
    const service = serviceOfClient(use.client);
    if (isByOthers(use)) {
      const operations = [use.operation, ...use.besides];
      byOthers.push(
        ...operations.map((operation) => ({ service: service ?? '*', operation, at, byOthers: true as const })),
      );
      return [];
    }
    const needed = neededActions(interpreter, use);
    if (service === undefined || needed === undefined) {
      const reason = `the permissions of ${use.operation} (client-${use.client}) are not known`;
      unverifiable.push({ service: service ?? '*', reason, at });
      return [];
    }
    const reasonToDoubt = doubt ?? doubtOf(interpreter, use, certain, positions);
    return needed.map(({ certain: always, ...action }) => {
      const reason = reasonToDoubt ?? (always ? undefined : 'parameters decide');
      const certainty = reason === undefined ? 'must' : 'may';
      return { service, operation: use.operation, ...action, certainty, ...(reason && { reason }), at };
    });
  });
  used.push(...namedOnly(interpreter, positions));
  return { used: merged(used), unverifiable, byOthers };
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
  positions: Positions,
): string | undefined {
  const { node, activation } = use.site;
  if (positions.isLibrary(node.start)) return `library code, ${positions.at(node.start).file}`;
  if (interpreter.senders.isOfOtherCaller(use)) return 'the client has credentials of its own';
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

/** Operations that are taken from a package and handed on, but not seen to be made. */
function namedOnly(interpreter: Interpreter, positions: Positions): UsedPermission[] {
  const program = interpreter.root.node;
  const reason = 'the command is handed to code that is not followed';
  return [...interpreter.reachedExports].flatMap((value) => {
    const { mention, package: from, name } = value;
    const meaning = meaningOf(from, name);
    if (meaning?.kind !== 'operation' || mention === undefined || interpreter.followedExports.has(value)) return [];
    const use = {
      ...meaning,
      input: undefined,
      site: { node: program, activation: interpreter.root },
      senders: new Set<never>(),
      credentials: new Set<never>(),
    };
    const service = serviceOfClient(meaning.client);
    return (neededActions(interpreter, use) ?? []).map(({ certain: _certain, ...action }) => ({
      service: service!,
      operation: meaning.operation,
      ...action,
      certainty: 'may' as const,
      reason,
      at: positions.at(mention.start),
    }));
  });
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
