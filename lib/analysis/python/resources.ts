import type { Machine, Site } from '../machine';
import { Cell, holding, type ObjectValue, UNKNOWN, type Value } from '../values';
import { clientOfService, RESOURCE_MAKERS, RESOURCE_TYPES, SERVICE_COLLECTIONS } from './boto3-model';
import { argument, type Call, inputOf, python, said, use } from './call';
import { placeOf } from './credentials';
import { transfer } from './transfers';

/** Parameters of the constructors of resources, as boto3 names them. */
const IDENTIFIER_NAMES: { readonly [parameter: string]: readonly string[] } = {
  TableName: ['name'],
  Bucket: ['name', 'bucket_name'],
  Key: ['key'],
  QueueUrl: ['url'],
  TopicArn: ['arn'],
};

/** Attributes that are a resource's own names, by the parameters that they fill. */
const NAMES: { readonly [attribute: string]: readonly string[] } = {
  name: ['TableName', 'Bucket'],
  table_name: ['TableName'],
  bucket_name: ['Bucket'],
  key: ['Key'],
  object_key: ['Key'],
  url: ['QueueUrl'],
  queue_url: ['QueueUrl'],
  arn: ['TopicArn'],
};

/** Where something is made, and with whose credentials. */
type Maker = Pick<Call, 'machine' | 'site' | 'credentials'>;

/** A resource that is made at a site, with the collections that it has. */
function resourceAt(
  by: Maker,
  part: string,
  type: string,
  identifier: (name: string, index: number) => Cell,
): ObjectValue {
  const { machine, site, credentials } = by;
  const made = machine.objectAt(site, `${part} ${type}${placeOf(credentials)}`);
  machine.solver.add(made.prototypes, machine.constant(python(`type ${type}`, credentials)));
  for (const [index, name] of RESOURCE_TYPES[type]!.identifiers.entries())
    machine.solver.flow(identifier(name, index), made.property(`[[${name}]]`));
  for (const [name, { item }] of Object.entries(RESOURCE_TYPES[type]!.collections ?? {})) {
    const all = collectionAt(by, `${part} ${type}`, { owner: type, name, item }, made);
    machine.solver.add(made.property(name), all);
  }
  return made;
}

function collectionAt(
  by: Maker,
  part: string,
  { owner, name, item }: { owner: string; name: string; item: string },
  of?: ObjectValue,
): ObjectValue {
  const { machine, site, credentials } = by;
  const all = machine.objectAt(site, `${part} ${name}${placeOf(credentials)}`);
  machine.solver.add(all.prototypes, machine.constant(python(`collection ${owner} ${name}`, credentials)));
  const known = (identifier: string) => of?.properties.get(`[[${identifier}]]`);
  for (const [identifier, cell] of of?.properties ?? [])
    if (identifier.startsWith('[[')) machine.solver.flow(cell, all.property(identifier));
  const listed = resourceAt(by, `${part} ${name}`, item, (each) => known(each) ?? holding(UNKNOWN));
  machine.solver.add(all.rest, listed);
  return all;
}

/** `boto3.resource('dynamodb').Table(name)`; false for what makes no resource. */
export function makeResource(call: Call, type: string, before: readonly Cell[] = []): void {
  const given = (name: string, index: number) => {
    if (before[index] !== undefined) return before[index];
    const cell = new Cell();
    for (const each of IDENTIFIER_NAMES[name] ?? [name])
      call.machine.solver.flow(argument(call, index - before.length, each), cell);
    return cell;
  };
  call.machine.solver.add(call.to, resourceAt(call, 'resource', type, given));
}

/** `resource.create_table(TableName=…)` calls an operation and makes a resource. */
export function makeByOperation(call: Call, service: string, method: string): boolean {
  const name = `${service}.${method}`;
  if (!Object.hasOwn(RESOURCE_MAKERS, name)) return false;
  const { type, operation, parameter } = RESOURCE_MAKERS[name]!;
  const input = inputOf(call);
  const [identifier = ''] = RESOURCE_TYPES[type]!.identifiers;
  call.machine.solver.flow(input.property(parameter), input.property(identifier));
  use(call, clientOfService(service), [operation], input);
  call.machine.solver.add(
    call.to,
    resourceAt(call, 'made', type, () => input.property(identifier)),
  );
  return true;
}

/** `table.get_item(…)`, `bucket.upload_file(…)`, `bucket.Object(key)`, `table.batch_writer()` */
export function callOfResource(call: Call, type: string, method: string): void {
  const { machine, receiver, to, site } = call;
  const { identifiers, methods, transfers, children, returns } = RESOURCE_TYPES[type]!;
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
  if (returns !== undefined && Object.hasOwn(returns, method)) {
    const made = resourceAt(call, 'returned', returns[method]!, (name) => input.property(name));
    const list = machine.objectAt(site, 'returned', true);
    machine.solver.add(list.rest, made);
    for (const value of [made, list]) machine.solver.add(to, value);
  }
  if (transfers !== undefined && Object.hasOwn(transfers, method)) transfer(call, transfers[method]!, input);
  else use(call, clientOfService(type.split('.')[0]!), [methods[method]!], input);
}

/** `bucket.objects.filter(Prefix=…)` is the collection again, and `.delete()` deletes what is in it. */
export function callCollection(call: Call, owner: string, attribute: string, method: string): void {
  const { machine, receiver, to, site } = call;
  if (/^(all|filter|limit|page_size|pages|iterator|__iter__)$/.test(method)) {
    machine.solver.flow(receiver, to);
    return;
  }
  machine.solver.add(to, UNKNOWN);
  const { item = '', deletes } =
    RESOURCE_TYPES[owner]?.collections?.[attribute] ?? SERVICE_COLLECTIONS[`${owner}.${attribute}`] ?? {};
  const { methods = {}, children = {} } = RESOURCE_TYPES[item] ?? {};
  if (method === 'delete' && deletes !== undefined) useOf(call, receiver, owner, deletes);
  // What is listed is read from the collection, too.
  else if (!Object.hasOwn(methods, method) && !Object.hasOwn(children, method))
    said(machine, owner.split('.')[0]!, `calls ${method} of ${attribute}, which is not known`, site);
}

/** Calls an operation with the names of a resource. */
function useOf({ machine, site, credentials }: Maker, resource: Cell, type: string, operation: string): void {
  const input = machine.objectAt(site, 'input');
  for (const name of RESOURCE_TYPES[type]?.identifiers ?? [])
    machine.solver.watch(resource, (value) => {
      if (value.kind === 'object') machine.solver.flow(value.property(`[[${name}]]`), input.property(name));
    });
  const client = clientOfService(type.split('.')[0]!);
  machine.use({ client, operation, besides: [], input: holding(input), site, ...(credentials && { credentials }) });
}

/** Where an attribute is read, of something with these credentials. */
interface Reading {
  readonly to: Cell;
  readonly site: Site;
  readonly credentials: ObjectValue | undefined;
}

/** An attribute of a resource: a method, a collection, a name of its own, or something that is loaded. */
export function readResource(
  machine: Machine,
  type: string,
  name: string,
  { to, site, receiver, credentials }: Reading & { readonly receiver: Value },
): void {
  const by = { machine, site, credentials };
  const { methods, transfers, collections, children, identifiers, loads } = RESOURCE_TYPES[type]!;
  if ([methods, transfers, children].some((table) => table !== undefined && Object.hasOwn(table, name))) {
    machine.solver.add(to, machine.constant({ ...python(`of ${type} ${name}`, credentials), receiver }));
    return;
  }
  if (collections !== undefined && Object.hasOwn(collections, name)) {
    // The collection is a property of its own; who reads it lists it.
    useOf(by, holding(receiver), type, collections[name]!.operation);
    return;
  }
  if (name === 'meta') {
    machine.solver.add(to, machine.constant(python(`meta ${type.split('.')[0]}`, credentials)));
    return;
  }
  const own = (Object.hasOwn(NAMES, name) ? NAMES[name]! : []).find((each) => identifiers.includes(each));
  if (own !== undefined) {
    machine.readValue(receiver, `[[${own}]]`, to, site);
    return;
  }
  machine.solver.add(to, UNKNOWN);
  if (/^__\w+__$/.test(name)) return;
  if (loads?.names.test(name)) {
    if (loads.operation !== undefined) useOf(by, holding(receiver), type, loads.operation);
  } else said(machine, type.split('.')[0]!, `reads ${name} of a ${type}, which is not known`, site);
}

/** `boto3.resource('s3').buckets`; false for what is no collection. */
export function readCollection(
  machine: Machine,
  service: string,
  name: string,
  { to, site, credentials }: Reading,
): boolean {
  const key = `${service}.${name}`;
  if (!Object.hasOwn(SERVICE_COLLECTIONS, key)) return false;
  const { operation, item } = SERVICE_COLLECTIONS[key]!;
  const client = clientOfService(service);
  machine.use({ client, operation, besides: [], input: new Cell(), site, ...(credentials && { credentials }) });
  machine.solver.add(to, collectionAt({ machine, site, credentials }, 'service', { owner: service, name, item }));
  return true;
}
