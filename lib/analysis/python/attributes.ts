import type { Machine, Site } from '../machine';
import { type Cell, type PythonValue, UNKNOWN, type Value } from '../values';
import { python, said } from './call';
import { inModule, runsCode } from './platform-module';
import { readCollection, readResource } from './resources';

const SESSION_METHODS =
  /^(client|create_client|resource|Session|AioSession|setup_default_session|get_session|_get_default_session)$/;
/** Attributes of clients that are no operations. */
const NO_OPERATIONS = /^(exceptions|can_paginate|close|waiter_names|__\w+__)$/;

/** An attribute of something of boto3 or Powertools, by the path of names that led there. */
export function readPython(
  machine: Machine,
  { path, credentials }: PythonValue,
  name: string,
  to: Cell,
  site: Site,
  receiver: Value,
): void {
  // Names of resources are only where they are kept.
  if (name.startsWith('[[')) return;
  const [kind, type = ''] = path.split(' ');
  if (runsCode(kind === 'module' ? type : path, name))
    machine.escape('*', `uses ${name}, which runs code that is not followed`, site);
  if (kind === 'boto3' && /^(get|set)_credentials$/.test(name))
    machine.escape('*', 'takes the credentials of the role, with which anything can be called', site);
  if (kind === 'client' && /^_(?!make_api_call$|_)/.test(name) && path.split(' ').length === 2)
    said(machine, type, `reads ${name} of the client, which is not known`, site);
  if (kind === 'type') readResource(machine, type, name, { to, site, receiver, credentials });
  else if (
    kind === 'resource' &&
    path === `resource ${type}` &&
    readCollection(machine, type, name, { to, site, credentials })
  )
    return;
  else if (kind === 'collection')
    machine.solver.add(to, machine.constant({ ...python(`listed ${rest(path)} ${name}`, credentials), receiver }));
  else {
    const found = attributeOf(path, name);
    const isOwn = found.kind === 'python' && credentials !== undefined;
    machine.solver.add(to, machine.constant(isOwn ? { ...found, credentials } : found));
  }
}

/** A path without its kind. */
function rest(path: string): string {
  return path.slice(path.indexOf(' ') + 1);
}

function attributeOf(path: string, name: string): Value {
  const [kind = '', service = '', method] = path.split(' ');
  switch (kind) {
    case 'boto3':
      if (/^(session|DEFAULT_SESSION|_session)$/.test(name)) return python('boto3');
      return SESSION_METHODS.test(name) ? python(`boto3.${name}`) : UNKNOWN;
    case 'os':
      if (name === 'environ') return { kind: 'environment' };
      return name === 'getenv' ? python('os.getenv') : UNKNOWN;
    case 'module':
      return inModule(service, name);
    case 'collections':
    case 'contextlib':
    case 'copy':
    case 'dataclasses':
    case 'types':
    case 'typing':
    case 'functools':
    case 'threading':
    case 'multiprocessing':
    case 'importlib':
    case 'asyncio':
    case 'parameters':
    case 'idempotency':
    case 'feature_flags':
    case 'streaming':
    case 'data_masking':
      return python(`${kind}.${name}`);
    case 'powertools':
      return python('powertools');
    case 'batch':
      return /^(put|delete)_item$/.test(name) ? python(`batch ${name}`) : UNKNOWN;
    case 'client':
    case 'resource':
      if (method !== undefined || NO_OPERATIONS.test(name)) return UNKNOWN;
      return python(name === 'meta' ? `meta ${service}` : `${kind} ${service} ${name}`);
    case 'stack':
      return python(`stack ${name}`);
    case 'meta':
      return name === 'client' ? python(`client ${service}`) : UNKNOWN;
    case 'paginator':
    case 'waiter':
      return python(`call ${service} ${method}`);
    case 'provider':
      return /^(get|set)(_multiple|_parameters_by_name)?$/.test(name) ? python(`provider.${service}.${name}`) : UNKNOWN;
    default:
      return UNKNOWN;
  }
}
