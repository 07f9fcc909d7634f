import { cellOf, pass } from './arguments';
import { copyProperties } from './copy-properties';
import type { Argument, Machine, Site } from './machine';
import { callBuiltin } from './python/builtins';
import { callback, callUnknown, derived } from './unknown-code';
import { Cell, holding, INPUT, UNKNOWN } from './values';

/** Functions that only look at what they are given. */
const HARMLESS =
  /^(Array\.isArray|Object\.(hasOwn|is|isFrozen|isSealed|isExtensible|getOwnPropertyNames|getPrototypeOf|getOwnPropertyDescriptor)|Reflect\.(has|ownKeys)|console|Math|Number|BigInt|Symbol|Date|RegExp|Intl|performance|crypto|Buffer|URL|URLSearchParams|TextEncoder|TextDecoder|AbortController|AbortSignal|Error|TypeError|RangeError|WeakMap|WeakSet|WeakRef|Int32Array|Uint8Array|ArrayBuffer|isNaN|isFinite|parseInt|parseFloat|encodeURIComponent|decodeURIComponent|btoa|atob|clearTimeout|clearInterval|fetch|Headers|Request|Response)\b/;

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
      if (first) callback(machine, first, [holding(settle), holding(UNKNOWN)], new Cell(), site);
      return;
    }
    case 'Map':
    case 'Set': {
      const collection = made('collection');
      collection.property('[[collection]]');
      const items = new Cell();
      if (first) machine.elements(first, items);
      if (name === 'Set') solver.flow(items, collection.rest);
      else machine.read(items, '1', collection.rest, site);
      return;
    }
    case 'eval':
    case 'Function':
      machine.escape('*', 'runs code from text', site);
      {
        solver.add(to, UNKNOWN);
        return;
      }
    case 'JSON.parse':
    case 'JSON.stringify': {
      derived(machine, undefined, args, to);
      return;
    }
  }
  if (HARMLESS.test(name)) derived(machine, undefined, args, to);
  else callUnknown(machine, undefined, args, to, site);
}

function namesOf(machine: Machine, of: Cell, to: Cell): void {
  machine.solver.watch(of, (value) => {
    if (value.kind === 'object') {
      value.eachProperty((name) => machine.solver.add(to, machine.constant({ kind: 'text', text: name })));
      for (const name of value.computedNames) machine.solver.flow(name, to);
    } else machine.solver.add(to, value.kind === 'input' ? INPUT : UNKNOWN);
  });
}
