import { deliver, runSetters } from './accessors';
import type { ClassNode } from './ast';
import { isCollection, SENT } from './iteration';
import type { Machine, Site } from './machine';
import { ANY_NAME } from './program-names';
import { readPython } from './python/attributes';
import { clientOfPath } from './python/boto3-model';
import { methodOf } from './python/builtins';
import { runsCode } from './python/platform-module';
import { isKnownMethod, meaningOf, operationOfMethod } from './sdk-model';
import { handOverInside } from './unknown-code';
import { type Cell, holding, INPUT, type ObjectValue, OWN_CONSTRUCTOR, UNKNOWN, type Value } from './values';

/** Methods of JavaScript's own objects that hand values on. */
const ARRAY_METHODS = new Set(
  'map filter forEach find findLast findIndex findLastIndex some every flatMap reduce reduceRight sort push unshift concat slice splice pop shift at flat reverse values entries join with fill copyWithin toSorted toReversed toSpliced toArray take drop'.split(
    ' ',
  ),
);
const ITERATIONS = new Set(
  'map filter forEach find findLast some every flatMap reduce reduceRight sort toSorted'.split(' '),
);
const COLLECTION_METHODS = new Set('get set add forEach values keys entries'.split(' '));
const PROMISE_METHODS = new Set(['then', 'catch', 'finally']);
const TEXT_METHODS = new Set('concat toString trim valueOf normalize'.split(' '));
const FUNCTION_METHODS = new Set(['call', 'apply', 'bind']);

export function read(machine: Machine, from: Cell, name: string | Cell, to: Cell, site: Site): void {
  machine.solver.watch(from, (value) => readValue(machine, value, name, to, site));
}

export function readValue(machine: Machine, value: Value, name: string | Cell, to: Cell, site: Site): void {
  if (typeof name !== 'string') {
    let any = false;
    machine.solver.watch(name, (key) => {
      if (key.kind === 'text') return readValue(machine, value, key.text, to, site);
      if (!any) readAny(machine, value, to, site);
      any = true;
    });
    return;
  }
  const { solver } = machine;
  const add = (result: Value) => solver.add(to, machine.constant(result));
  if (PROMISE_METHODS.has(name) && value.kind !== 'native') add({ kind: 'native', name: `promise.${name}` });
  const method = machine.language === 'python' ? methodOf(value, name) : undefined;
  if (method !== undefined) add({ kind: 'native', name: method });
  switch (value.kind) {
    case 'object': {
      readObject(machine, value, value, name, to, site);
      return;
    }
    case 'function':
      if (name === 'prototype') add(value.prototype);
      else if (name === 'constructor') add({ kind: 'global', name: 'Function' });
      else if (FUNCTION_METHODS.has(name)) add({ kind: 'native', name: `function.${name}` });
      else {
        readObject(machine, value.statics, value, name, to, site);
        machine.solver.watch(value.superclass, (base) => {
          const isClosed = machine.language === 'python' && (value.node as ClassNode).openBase === false;
          if (!isClosed || base.kind === 'function') readValue(machine, base, name, to, site);
        });
      }
      return;
    case 'package': {
      if (name === 'default') add(value);
      else if (meaningOf(value.name, name)?.kind !== 'operation')
        add({ kind: 'sdk-export', package: value.name, name });
      else add({ kind: 'sdk-export', package: value.name, name, mention: site.node });
      return;
    }
    case 'sdk-export':
      if (name === 'prototype' && meaningOf(value.package, value.name)?.kind === 'client')
        add({ kind: 'sdk-client', package: value.package });
      // `DynamoDBDocumentClient.from`; deeper there is nothing.
      else if (value.name.includes('.')) add(UNKNOWN);
      else if (FUNCTION_METHODS.has(name)) add({ kind: 'native', name: `function.${name}` });
      else add({ kind: 'sdk-export', package: value.package, name: `${value.name}.${name}` });
      return;
    case 'sdk-client':
      if (operationOfMethod(value.package, name) === undefined && name !== 'send') {
        add(UNKNOWN);
        return;
      }
      {
        add({ kind: 'sdk-method', package: value.package, name, client: value });
        return;
      }
    case 'global':
      if (value.name === 'process' && name === 'env') {
        add({ kind: 'environment' });
        return;
      }
      if (/^(globalThis|global|self)$/.test(value.name)) {
        add({ kind: 'global', name });
        solver.flow(machine.globals.property(name), to);
        solver.flow(machine.globals.rest, to);
        return;
      }
      if (FUNCTION_METHODS.has(name)) add({ kind: 'native', name: `function.${name}` });
      else if (name === 'default' && value.name.startsWith('node:')) add(value);
      else add(value.name.includes('.') ? UNKNOWN : { kind: 'global', name: `${value.name}.${name}` });
      solver.flow(machine.globals.property(`${value.name}.${name}`), to);
      return;
    case 'environment': {
      if (/^AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN|CONTAINER_\w+)$/.test(name))
        machine.escape('*', `reads the credentials of the role, ${name}`, site);
      if (method === undefined) add({ kind: 'env', name });
      return;
    }
    case 'text':
    case 'env':
    case 'template': {
      // A member of an enumeration stands for its text.
      if (machine.language === 'python' && name === 'value') add(value);
      else add(TEXT_METHODS.has(name) ? { kind: 'native', name: `text.${name}` } : UNKNOWN);
      return;
    }
    case 'python':
      readPython(machine, value, name, to, site, value);
      return;
    case 'native':
    case 'sdk-method': {
      add(FUNCTION_METHODS.has(name) ? { kind: 'native', name: `function.${name}` } : UNKNOWN);
      return;
    }
    case 'input':
    case 'unknown': {
      // A list, as far as is seen: what the callback makes of its items is known.
      add(ITERATIONS.has(name) ? { kind: 'native', name: `array.${name}` } : value);
      return;
    }
  }
}

function readObject(machine: Machine, object: ObjectValue, receiver: Value, name: string, to: Cell, site: Site): void {
  const { solver } = machine;
  if (object.isArray && /^\d+$/.test(name)) {
    solver.flow(object.properties.get(name) ?? object.rest, to);
    solver.flow(object.rest, to);
    return;
  }
  if (object.isArray && ARRAY_METHODS.has(name))
    solver.add(to, machine.constant({ kind: 'native', name: `array.${name}` }));
  if (object.properties.has(SENT) && /^(next|return|throw)$/.test(name))
    solver.add(to, machine.constant({ kind: 'native', name: 'generator.next' }));
  if (isCollection(object)) {
    // What is in it is no property of it.
    if (COLLECTION_METHODS.has(name)) solver.add(to, machine.constant({ kind: 'native', name: `collection.${name}` }));
    return;
  }
  deliver(machine, name, object.property(name), receiver, to, site);
  if (machine.isGetter(ANY_NAME)) deliver(machine, ANY_NAME, object.property(ANY_NAME), receiver, to, site);
  if (!object.isArray) solver.flow(object.rest, to);
  solver.watch(object.prototypes, (prototype) => {
    if (prototype.kind === 'object') readObject(machine, prototype, receiver, name, to, site);
    else if (prototype.kind === 'python') readPython(machine, prototype, name, to, site, receiver);
    // A class that extends a client has methods of its own, too.
    else if (prototype.kind === 'sdk-client' && !isKnownMethod(prototype.package, name)) solver.add(to, UNKNOWN);
    else readValue(machine, prototype, name, to, site);
  });
}

/** A property whose name is not known: any of them. */
function readAny(machine: Machine, value: Value, to: Cell, site: Site): void {
  const { solver } = machine;
  switch (value.kind) {
    case 'object':
      value.eachProperty((name, cell) => {
        deliver(machine, name, cell, value, to, site);
      });
      solver.flow(value.rest, to);
      solver.watch(value.prototypes, (prototype) => readAny(machine, prototype, to, site));
      return;
    case 'function':
      value.statics.eachProperty((_name, cell) => solver.flow(cell, to));
      return;
    case 'package':
      machine.escape(value.name, 'takes an export of the package by a name that is not known', site);
      solver.add(to, UNKNOWN);
      return;
    case 'sdk-client':
      machine.escape(value.package, 'calls a method of the client by a name that is not known', site);
      solver.add(to, UNKNOWN);
      return;
    case 'python': {
      const service = clientOfPath(value.path);
      if (service !== undefined)
        machine.escape(service, 'calls a method of the client by a name that is not known', site);
      if (runsCode(value.path.replace(/^module /, '')))
        machine.escape('*', 'takes something of a module by a name that is not known', site);
      solver.add(to, UNKNOWN);
      return;
    }
    case 'global':
      machine.handOverGlobal(value.name, site);
      if (/^(globalThis|global|self)$/.test(value.name)) readAny(machine, machine.globals, to, site);
      solver.add(to, UNKNOWN);
      return;
    case 'input':
      solver.add(to, INPUT);
      return;
    default:
      solver.add(to, UNKNOWN);
  }
}

export function write(machine: Machine, into: Cell, name: string | Cell, value: Cell, site: Site): void {
  const { solver } = machine;
  solver.watch(into, (target) => {
    const object = target.kind === 'function' ? target.statics : target;
    if (object.kind !== 'object') {
      writeElsewhere(machine, target, name, value, site);
      return;
    }
    if (name === '__proto__') {
      solver.flow(value, object.prototypes);
      return;
    }
    if (target.kind === 'function' && name === 'prototype') {
      solver.flow(value, target.prototype.prototypes);
      return;
    }
    // What a class has its instances have, too.
    if (machine.language === 'python' && target.kind === 'function')
      write(machine, holding(target.prototype), name, value, site);
    if (typeof name === 'string') {
      markKey(object, name);
      solver.flow(value, object.isArray && /^\d+$/.test(name) ? object.rest : object.property(name));
      runSetters(machine, target, name, value, site);
      return;
    }
    object.computedNames.push(name);
    solver.flow(name, object.computedName);
    solver.watch(name, (key) => {
      if (key.kind !== 'text') solver.flow(value, object.rest);
      else {
        markKey(object, key.text);
        solver.flow(value, object.property(key.text));
      }
      runSetters(machine, target, key.kind === 'text' ? key.text : undefined, value, site);
    });
  });
}

/** Objects have a `constructor` from their class, where no loop over keys comes to it, unless one of their own is written. */
function markKey(object: ObjectValue, name: string): void {
  if (name === 'constructor') object.property(OWN_CONSTRUCTOR);
}

/** What is written on something that is not followed is in its hands. */
function writeElsewhere(machine: Machine, target: Value, name: string | Cell, value: Cell, site: Site): void {
  if (target.kind === 'global') {
    const isAll = /^(globalThis|global|self)$/.test(target.name);
    const key = typeof name === 'string' ? (isAll ? name : `${target.name}.${name}`) : name;
    machine.write(holding(machine.globals), key, value, site);
  } else if (target.kind !== 'environment') {
    machine.solver.watch(value, (given) => handOverInside(machine, given, UNKNOWN, site));
  }
}
