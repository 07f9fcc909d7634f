import { operationNamed } from '../../core/iam/operation-map';
import { WAITER_OPERATIONS } from '../../core/iam/sdk-clients';
import { copyProperties } from '../copy-properties';
import type { Argument, Machine, Site } from '../machine';
import { serviceOfClient } from '../sdk-model';
import { Cell, holding, type ObjectValue, UNKNOWN, type Value } from '../values';
import { clientOfService, RESOURCE_TYPES, TRANSFERS, type Transfer } from './boto3-model';
import { argument, type Call, inputOf, python, said, use } from './call';
import { callLibrary, callPartial, callPowertools, gather, runThread } from './library-calls';

/** A call of something of boto3 or Powertools. */
export function callPython(
  machine: Machine,
  path: string,
  receiver: Cell,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const call: Call = { machine, receiver, args, to, site };
  const add = (value: Value) => machine.solver.add(to, machine.constant(value));
  const [kind = '', service = '', method = ''] = path.split(' ');
  switch (kind) {
    case 'boto3.Session':
    case 'boto3.AioSession':
    case 'boto3.get_session':
    case 'boto3._get_default_session':
      add(python('boto3'));
      return;
    case 'boto3.client':
    case 'boto3.create_client':
      makeClient(call, 'client');
      return;
    case 'boto3.resource':
      makeClient(call, 'resource');
      return;
    case 'client':
      callClient(call, service, method);
      return;
    case 'resource':
      callResource(call, service, method);
      return;
    case 'of':
      callOfResource(call, service, method);
      return;
    case 'listed':
      callCollection(call, service, method);
      return;
    case 'call':
      use(call, clientOfService(service), [method], inputOf(call));
      add(UNKNOWN);
      return;
    case 'powertools':
      callPowertools(call);
      return;
    case 'os.getenv':
      machine.read(holding(machine.constant({ kind: 'environment' })), argument(call, 0, 'key'), to, site);
      return;
    // What a batch writer is given goes out with the call that made it.
    case 'batch':
      return;
    case 'threading.Thread':
    case 'multiprocessing.Process':
      runThread(call, { target: 'target', positions: [1, 3, 4] });
      return;
    case 'threading.Timer':
      runThread(call, { target: 'function', positions: [1, 2, 3] });
      return;
    case 'functools.partial':
      callPartial(call);
      return;
    case 'importlib.import_module':
      machine.escape('*', 'loads a module by a name', site);
      add(UNKNOWN);
      return;
    case 'asyncio.gather':
      gather(call);
      return;
    case 'asyncio.run':
    case 'asyncio.create_task':
    case 'asyncio.wait_for':
    case 'asyncio.ensure_future':
      machine.solver.flow(argument(call, 0, 'coro'), to);
      return;
    case 'asyncio.to_thread':
      machine.call(argument(call, 0, 'func'), new Cell(), args.slice(1), to, site);
      return;
    default:
      callLibrary(call, path);
  }
}

function makeClient(call: Call, kind: 'client' | 'resource'): void {
  const { machine, to, site } = call;
  machine.solver.watch(argument(call, 0, 'service_name'), (name) => {
    if (name.kind === 'text') {
      machine.solver.add(to, machine.constant(python(`${kind} ${name.text}`)));
      return;
    }
    machine.solver.add(to, UNKNOWN);
    machine.escape('*', 'makes a client of a service by a name that is not known', site);
  });
}

function callClient(call: Call, service: string, method: string): void {
  const { machine, to, site } = call;
  const client = clientOfService(service);
  const named = (argumentName: string, then: (name: string) => void) =>
    machine.solver.watch(argument(call, 0, argumentName), (name) => {
      if (name.kind === 'text') then(name.text);
      else said(machine, service, `calls ${method} with a name that is not known`, site);
    });
  if (method === 'get_paginator' || method === 'get_waiter') {
    const isWaiter = method === 'get_waiter';
    named(isWaiter ? 'waiter_name' : 'operation_name', (name) => {
      const operation = isWaiter ? waited(client, name) : operationOf(client, name);
      const path = `${isWaiter ? 'waiter' : 'paginator'} ${service} ${operation}`;
      machine.solver.add(to, machine.constant(python(path)));
    });
    return;
  }
  machine.solver.add(to, UNKNOWN);
  if (method === 'generate_presigned_url') {
    const input = machine.objectAt(site, 'signed');
    copyProperties(machine, argument(call, 1, 'Params'), holding(input), site);
    named('ClientMethod', (name) => use(call, client, [operationOf(client, name)], input));
  } else if (service === 's3' && Object.hasOwn(TRANSFERS, method)) transfer(call, TRANSFERS[method]!, inputOf(call));
  else use(call, client, [operationOf(client, method)], inputOf(call));
}

/** `boto3.resource('dynamodb').Table(name)`, `….batch_get_item(…)` */
function callResource(call: Call, service: string, method: string): void {
  const type = `${service}.${method}`;
  if (Object.hasOwn(RESOURCE_TYPES, type)) makeResource(call, type, []);
  else if (/^[a-z]/.test(method)) callClient(call, service, method);
  else {
    call.machine.solver.add(call.to, UNKNOWN);
    said(call.machine, service, `makes a ${type}, which is not known`, call.site);
  }
}

function makeResource(call: Call, type: string, before: readonly Cell[]): void {
  const { machine, to, site } = call;
  const made = machine.objectAt(site, `resource ${type}`);
  machine.solver.add(made.prototypes, machine.constant(python(`type ${type}`)));
  for (const [index, name] of RESOURCE_TYPES[type]!.identifiers.entries()) {
    const given = before[index] ?? argument(call, index - before.length, IDENTIFIER_NAMES[name] ?? name);
    machine.solver.flow(given, made.property(`[[${name}]]`));
  }
  for (const name of Object.keys(RESOURCE_TYPES[type]!.collections ?? {})) {
    const all = machine.objectAt(site, `${type} ${name}`);
    machine.solver.add(all.prototypes, machine.constant(python(`collection ${type} ${name}`)));
    for (const [identifier, cell] of made.properties)
      if (identifier.startsWith('[[')) machine.solver.flow(cell, all.property(identifier));
    machine.solver.add(made.property(name), all);
  }
  machine.solver.add(to, made);
}

/** Parameters of the constructors of resources, as boto3 names them. */
const IDENTIFIER_NAMES: { readonly [parameter: string]: string } = {
  TableName: 'name',
  Bucket: 'name',
  Key: 'key',
  QueueUrl: 'url',
  TopicArn: 'arn',
};

/** `table.get_item(…)`, `bucket.upload_file(…)`, `bucket.Object(key)`, `table.batch_writer()` */
function callOfResource(call: Call, type: string, method: string): void {
  const { machine, receiver, to, site } = call;
  const { identifiers, methods, transfers, children } = RESOURCE_TYPES[type]!;
  const client = clientOfService(type.split('.')[0]!);
  const own = (name: string) => {
    const cell = new Cell();
    machine.read(receiver, `[[${name}]]`, cell, site);
    return cell;
  };
  if (children !== undefined && Object.hasOwn(children, method)) {
    makeResource(call, children[method]!, identifiers.map(own));
    return;
  }
  const input = inputOf(call);
  for (const name of identifiers) machine.solver.flow(own(name), input.property(name));
  machine.solver.add(to, method === 'batch_writer' ? machine.constant(python('batch')) : UNKNOWN);
  if (method === 'batch_writer') {
    const items = machine.objectAt(site, 'items');
    items.computedNames.push(input.property('TableName'));
    machine.solver.add(input.property('RequestItems'), items);
  }
  if (transfers !== undefined && Object.hasOwn(transfers, method)) transfer(call, transfers[method]!, input);
  else use(call, client, [methods[method]!], input);
}

/** `bucket.objects.filter(Prefix=…)` lists, and `.delete()` deletes what is listed. */
function callCollection(call: Call, type: string, attribute: string): void {
  const { machine, receiver, to, site } = call;
  const input = inputOf(call);
  const item = machine.objectAt(site, 'listed item');
  machine.solver.add(item.prototypes, machine.constant(python('type s3.ObjectSummary')));
  machine.solver.add(item.property('[[Key]]'), UNKNOWN);
  for (const cell of [input.property('Bucket'), item.property('[[Bucket]]')])
    machine.read(receiver, '[[Bucket]]', cell, site);
  const list = machine.objectAt(site, 'listed', true);
  machine.solver.add(list.rest, item);
  machine.solver.add(to, list);
  use(call, 's3', [RESOURCE_TYPES[type]!.collections![attribute]!], input);
}

function transfer(call: Call, { operations, besides = [], positions }: Transfer, input: ObjectValue): void {
  for (const [name, position] of Object.entries(positions)) {
    call.machine.solver.flow(argument(call, position, name), input.property(name));
  }
  use(call, 's3', operations, input, besides);
}

/** `get_item` is `GetItem`. */
function operationOf(client: string, method: string): string {
  const joined = method.replaceAll('_', '');
  const known = operationNamed(serviceOfClient(client) ?? '', joined);
  return known ?? pascal(method);
}

function waited(client: string, name: string): string {
  return WAITER_OPERATIONS[`${serviceOfClient(client) ?? client}:${pascal(name)}`] ?? `waitUntil${pascal(name)}`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}
