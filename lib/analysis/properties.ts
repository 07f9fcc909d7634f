import type { ClassNode } from './ast';
import type { Machine, Site } from './machine';
import { readPython } from './python/attributes';
import { clientOfPath } from './python/boto3-model';
import { boundMethod } from './python/bound-method';
import { methodOf } from './python/builtins';
import { runsCode } from './python/platform-module';
import { isKnownMethod, operationOfMethod } from './sdk-model';
import { Cell, holding, INPUT, type ObjectValue, UNKNOWN, type Value } from './values';

/** Methods of JavaScript's own objects that hand values on. */
const ARRAY_METHODS = new Set(
  'map filter forEach find findLast findIndex some every flatMap reduce reduceRight sort push unshift concat slice splice pop shift at flat reverse values entries join with toSorted toReversed'.split(
    ' ',
  ),
);
const ITERATIONS = new Set(
  'map filter forEach find findLast some every flatMap reduce reduceRight sort toSorted'.split(' '),
);
const COLLECTION_METHODS = new Set('get set add forEach values entries'.split(' '));
const PROMISE_METHODS = new Set(['then', 'catch', 'finally']);
const TEXT_METHODS = new Set('concat toString trim valueOf normalize'.split(' '));
const FUNCTION_METHODS = new Set(['call', 'apply', 'bind']);

const YIELDED: ReadonlySet<Value['kind']> = new Set(['python', 'function', 'env', 'template', 'text']);

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
      add(name === 'default' ? value : { kind: 'sdk-export', package: value.name, name });
      return;
    }
    case 'sdk-export': // `DynamoDBDocumentClient.from`; deeper there is nothing.
      {
        add(value.name.includes('.') ? UNKNOWN : { ...value, name: `${value.name}.${name}` });
        return;
      }
    case 'sdk-client':
      if (operationOfMethod(value.package, name) === undefined && name !== 'send') {
        add(UNKNOWN);
        return;
      }
      {
        add({ kind: 'sdk-method', package: value.package, name });
        return;
      }
    case 'global':
      if (value.name === 'process' && name === 'env') {
        add({ kind: 'environment' });
        return;
      }
      if (value.name === 'globalThis' || value.name === 'global') {
        add({ kind: 'global', name });
        return;
      }
      {
        add(value.name.includes('.') ? UNKNOWN : { kind: 'global', name: `${value.name}.${name}` });
        return;
      }
    case 'environment': {
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
      readPython(machine, value.path, name, to, site, value);
      return;
    case 'native': {
      add(UNKNOWN);
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
  if (object.properties.has('[[collection]]')) {
    // What is in it is no property of it.
    if (COLLECTION_METHODS.has(name)) solver.add(to, machine.constant({ kind: 'native', name: `collection.${name}` }));
    return;
  }
  deliver(machine, name, object.property(name), receiver, to, site);
  if (!object.isArray) solver.flow(object.rest, to);
  solver.watch(object.prototypes, (prototype) => {
    if (prototype.kind === 'object') readObject(machine, prototype, receiver, name, to, site);
    else if (prototype.kind === 'python') readPython(machine, prototype.path, name, to, site, receiver);
    // A class that extends a client has methods of its own, too.
    else if (prototype.kind === 'sdk-client' && !isKnownMethod(prototype.package, name)) solver.add(to, UNKNOWN);
    else readValue(machine, prototype, name, to, site);
  });
}

/** Hands a property's values on; a getter is run. */
function deliver(machine: Machine, name: string, property: Cell, receiver: Value, to: Cell, site: Site): void {
  const { solver } = machine;
  const isPython = machine.language === 'python';
  if (!machine.isGetter(name) && !isPython) {
    solver.flow(property, to);
    return;
  }
  solver.watch(property, (value) => {
    if (value.kind === 'function' && value.accessor) machine.invoke(value, holding(receiver), [], to, site);
    else solver.add(to, isPython ? boundMethod(value, receiver) : value);
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
    if (object.kind !== 'object') return;
    if (target.kind === 'function' && name === 'prototype') {
      solver.flow(value, target.prototype.prototypes);
      return;
    }
    // What a class has its instances have, too.
    if (machine.language === 'python' && target.kind === 'function')
      write(machine, holding(target.prototype), name, value, site);
    if (typeof name === 'string') {
      solver.flow(value, object.isArray && /^\d+$/.test(name) ? object.rest : object.property(name));
      runSetter(machine, object, target, name, value, site);
      return;
    }
    object.computedNames.push(name);
    solver.watch(name, (key) => {
      if (key.kind === 'text') solver.flow(value, object.property(key.text));
      else solver.flow(value, object.rest);
    });
  });
}

function runSetter(
  machine: Machine,
  object: ObjectValue,
  receiver: Value,
  name: string,
  value: Cell,
  site: Site,
): void {
  const setters = new Cell();
  machine.solver.watch(object.prototypes, (prototype) => {
    if (prototype.kind !== 'object' || !prototype.properties.has(`set ${name}`)) return;
    machine.solver.flow(prototype.property(`set ${name}`), setters);
  });
  machine.solver.watch(setters, (setter) => {
    if (setter.kind === 'function')
      machine.invoke(setter, holding(receiver), [{ cell: value, spread: false }], new Cell(), site);
  });
}

export function elements(machine: Machine, of: Cell, to: Cell): void {
  const { solver } = machine;
  solver.watch(of, (value) => {
    if (value.kind === 'object' && value.isArray) {
      value.eachProperty((name, cell) => {
        if (/^\d+$/.test(name)) solver.flow(cell, to);
      });
      solver.flow(value.rest, to);
    } else if (value.kind === 'object') {
      solver.flow(value.rest, to);
      // What a generator yields stands for the generator.
      if (!value.properties.has('[[collection]]')) solver.add(to, value);
    } else if (value.kind === 'input') solver.add(to, INPUT);
    // What a generator yields stands for the generator.
    else if (machine.language === 'python' && YIELDED.has(value.kind)) solver.add(to, value);
    else solver.add(to, UNKNOWN);
  });
}
