import { operationNamed } from '../../core/iam/operation-map';
import { WAITER_OPERATIONS } from '../../core/iam/sdk-clients';
import { copyProperties } from '../copy-properties';
import type { Argument, Machine, Site } from '../machine';
import { serviceOfClient } from '../sdk-model';
import { Cell, holding, type PythonValue, UNKNOWN, type Value } from '../values';
import { clientOfService, RESOURCE_TYPES, TRANSFERS } from './boto3-model';
import { argument, type Call, inputOf, python, said, use } from './call';
import { credentialsOf, watchOthers } from './credentials';
import { callLibrary, callPartial, callPowertools, gather, runThread } from './library-calls';
import { callCollection, callOfResource, makeByOperation, makeResource } from './resources';
import { callStandard } from './standard-library';
import { transfer } from './transfers';

/** A call of something of boto3 or Powertools. */
export function callPython(
  machine: Machine,
  { path, credentials }: PythonValue,
  receiver: Cell,
  args: readonly Argument[],
  to: Cell,
  site: Site,
): void {
  const call: Call = { machine, receiver, args, to, site, credentials };
  const add = (value: Value) => machine.solver.add(to, machine.constant(value));
  const [kind = '', service = '', method = ''] = path.split(' ');
  switch (kind) {
    case 'boto3.Session':
    case 'boto3.AioSession':
      add(python('boto3', credentialsOf(call, 'session')));
      return;
    case 'boto3.setup_default_session':
      setDefault(call);
      return;
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
      callCollection(call, service, method, path.split(' ')[3] ?? '');
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
      if (!callStandard(call, path)) callLibrary(call, path);
  }
}

/** From then on clients of the module have other credentials, too: whose a call is cannot be told. */
function setDefault(call: Call): void {
  const reason = 'sets the credentials of clients that are made later';
  watchOthers(call, () => call.machine.escape('*', reason, call.site));
}

function makeClient(call: Call, kind: 'client' | 'resource'): void {
  const { machine, to, site } = call;
  const credentials = credentialsOf(call, 'client');
  machine.solver.watch(argument(call, 0, 'service_name'), (name) => {
    if (name.kind === 'text') {
      machine.solver.add(to, machine.constant(python(`${kind} ${name.text}`, credentials)));
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
      machine.solver.add(to, machine.constant(python(path, call.credentials)));
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
  if (Object.hasOwn(RESOURCE_TYPES, type)) makeResource(call, type);
  else if (makeByOperation(call, service, method)) return;
  else if (/^[a-z]/.test(method)) callClient(call, service, method);
  else {
    call.machine.solver.add(call.to, UNKNOWN);
    said(call.machine, service, `makes a ${type}, which is not known`, call.site);
  }
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
