import type { AnyNode } from 'acorn';
import { cellOf, pass } from './arguments';
import { copyProperties } from './copy-properties';
import { importModule } from './import-module';
import { iterate, keysOf, makeCollection } from './iteration';
import type { Argument, Machine, Site } from './machine';
import { callBuiltin } from './python/builtins';
import { callback, callUnknown, derived } from './unknown-code';
import { Cell, holding, INPUT, OWN_CONSTRUCTOR, UNKNOWN } from './values';

/** Functions that only look at what they are given. */
const HARMLESS =
  /^(Array\.isArray|Object\.(hasOwn|is|isFrozen|isSealed|isExtensible|getOwnPropertyNames|getPrototypeOf|getOwnPropertyDescriptor)|Reflect\.(has|ownKeys)|console|Math|Number|BigInt|Symbol|Date|RegExp|Intl|performance|crypto|Buffer|URL|URLSearchParams|TextEncoder|TextDecoder|AbortController|AbortSignal|Error|TypeError|RangeError|WeakRef|Int32Array|Uint8Array|ArrayBuffer|isNaN|isFinite|parseInt|parseFloat|encodeURIComponent|decodeURIComponent|btoa|atob|clearTimeout|clearInterval|fetch|Headers|Request|Response)\b/;

export function callGlobal(machine: Machine, name: string, args: readonly Argument[], to: Cell, site: Site): void {
  if (machine.language === 'python' && name.startsWith('$')) {
    callBuiltin(machine, name.slice(1), args, to, site);
    return;
  }
  const { solver } = machine;
  const [first, second, third] = args.map(cellOf);
  const made = (part: string, isArray = false) => {
    const object = machine.objectAt(site, part, isArray);
    solver.add(to, object);
    return object;
  };
  switch (name) {
    case 'Object.assign':
      if (!first) return;
      for (const argument of args.slice(1)) copyProperties(machine, argument.cell, first, site);
      {
        solver.flow(first, to);
        return;
      }
    case 'Object.freeze':
    case 'Object.seal':
    case 'Object.preventExtensions':
    case 'structuredClone':
    case 'String':
    case 'Promise.resolve':
    case 'Promise.all': {
      first && solver.flow(first, to);
      return;
    }
    case 'Object.create':
      if (first) solver.flow(first, made('created').prototypes);
      return;
    case 'Object.setPrototypeOf':
      if (!first || !second) return;
      solver.watch(first, (value) => {
        if (value.kind === 'object') solver.flow(second, value.prototypes);
      });
      {
        solver.flow(first, to);
        return;
      }
    case 'Object.defineProperty':
      if (first && second && third) {
        const value = new Cell();
        machine.read(third, 'value', value, site);
        const getter = new Cell();
        machine.read(third, 'get', getter, site);
        machine.call(getter, new Cell(), [], value, site);
        machine.write(first, second, value, site);
        solver.flow(first, to);
      }
      return;
    case 'Object.values':
      if (first) machine.read(first, holding(UNKNOWN), made('values', true).rest, site);
      return;
    case 'Object.entries': {
      const entry = machine.objectAt(site, 'entry', true);
      solver.add(made('entries', true).rest, entry);
      if (first) {
        machine.read(first, holding(UNKNOWN), entry.property('1'), site);
        namesOf(machine, first, entry.property('0'));
      }
      return;
    }
    case 'Object.keys':
      if (first) namesOf(machine, first, made('keys', true).rest);
      return;
    case 'Object.fromEntries': {
      const items = new Cell();
      if (first) machine.elements(first, items);
      machine.read(items, '1', made('fromEntries').rest, site);
      return;
    }
    case 'Array.from':
    case 'Array.of':
    case 'Array': {
      const array = made('array', true);
      const items = new Cell();
      if (name === 'Array.from' && first) machine.elements(first, items);
      else for (const argument of args) pass(machine, argument, items);
      if (name === 'Array.from' && second) callback(machine, second, [items], array.rest, site);
      else solver.flow(items, array.rest);
      return;
    }
    case 'Promise.race':
    case 'Promise.any': {
      first && machine.elements(first, to);
      return;
    }
    case 'Promise.allSettled':
      if (first) {
        const settled = machine.objectAt(site, 'settled');
        machine.elements(first, settled.property('value'));
        solver.add(made('allSettled', true).rest, settled);
      }
      return;
    case 'Promise': {
      const promise = machine.objectAt(site, 'promise');
      solver.flow(promise.rest, to);
      const settle = machine.constant({ kind: 'native', name: 'settle', receiver: promise });
      const reject = machine.constant({ kind: 'native', name: 'reject' });
      if (first) callback(machine, first, [holding(settle), holding(reject)], new Cell(), site);
      return;
    }
    case 'Map':
    case 'WeakMap':
    case 'Set':
    case 'WeakSet': {
      const isKeyed = name.endsWith('Map');
      const collection = made('collection');
      makeCollection(machine, collection, isKeyed, site);
      const items = new Cell();
      if (first) iterate(machine, first, items, site);
      if (!isKeyed) solver.flow(items, collection.rest);
      else {
        machine.read(items, '0', keysOf(collection), site);
        machine.read(items, '1', collection.rest, site);
      }
      return;
    }
    case 'JSON.parse':
    case 'JSON.stringify': {
      derived(machine, undefined, args, to);
      if (second) callback(machine, second, [holding(UNKNOWN), holding(UNKNOWN)], new Cell(), site);
      return;
    }
    case 'require':
    case 'module.require':
      if (first) importModule(machine, first, to, site);
      return;
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
    case 'awslambda.streamifyResponse':
      if (first) solver.flow(first, to);
      return;
    case 'Promise.reject':
      if (first) solver.flow(first, machine.thrown);
      // As a promise it is followed by what catches it.
      solver.add(to, UNKNOWN);
      return;
    case 'setTimeout':
    case 'setInterval':
      if (first)
        solver.watch(first, (value) => {
          if (/^(text|template|input|env)$/.test(value.kind)) machine.escape('*', 'runs code from text', site);
        });
      break;
  }
  const opened = opening(name);
  if (opened !== undefined && !isFixedText(name, site.node)) machine.escape('*', opened, site);
  if (HARMLESS.test(name)) derived(machine, undefined, args, to);
  else callUnknown(machine, undefined, args, to, site);
}

/** Modules of Node that run other programs, threads or code from text. */
const OTHER_CODE = /^node:(child_process|cluster|inspector|module|repl|vm|worker_threads)\b/;

/**
 * Code that stands in the program as text, in a scope of its own: it sees what it is given, and names nothing by which
 * it could come to more.
 */
function isFixedText(name: string, node: AnyNode): boolean {
  if (!/^(Function|node:vm\.\w+)$/.test(name)) return false;
  if (name === 'node:vm.createContext') return true;
  const given = 'arguments' in node ? (node.arguments as readonly AnyNode[]) : [];
  const texts = name === 'Function' ? given : given.slice(0, 1);
  return (
    texts.length > 0 &&
    texts.every((text) => text.type === 'Literal' && typeof text.value === 'string' && !OPENS_MORE.test(text.value))
  );
}

const OPENS_MORE = /\b(import|require|process|globalThis|global|constructor|eval|Function)\b|\\/;

/** What calling a global opens that the analysis cannot look into. */
export function opening(name: string): string | undefined {
  if (/^(eval|Function)$/.test(name)) return 'runs code from text';
  if (OTHER_CODE.test(name)) return `runs code that is not part of the bundle, with ${name.split('.')[0]}`;
  if (/^process\.(binding|dlopen|_linkedBinding|getBuiltinModule|mainModule)$/.test(name))
    return `loads code that is not part of the bundle, with ${name}`;
  return undefined;
}

/** Names that a loop over the keys of an object comes to; with `inherited`, also those of what it is made from. */
export function namesOf(machine: Machine, of: Cell, to: Cell, inherited = false): void {
  const { solver } = machine;
  solver.watch(of, (value) => {
    if (value.kind !== 'object') {
      solver.add(to, value.kind === 'input' ? INPUT : UNKNOWN);
      return;
    }
    value.eachProperty((name) => {
      // As a key it would make every call code from text, so it is one only where it is the object's own.
      if (name === 'constructor') return;
      solver.add(to, machine.constant({ kind: 'text', text: name === OWN_CONSTRUCTOR ? 'constructor' : name }));
    });
    solver.flow(value.computedName, to);
    // Methods of a class are not enumerable.
    if (inherited)
      solver.watch(value.prototypes, (prototype) => {
        if (prototype.kind === 'object' && !prototype.isPrototype) namesOf(machine, holding(prototype), to, true);
      });
  });
}
