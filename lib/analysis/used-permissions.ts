import { actionsOfOperation, type OperationActions } from '../core/iam/operation-map';
import type { ResourceExpression } from './handler-analysis';
import type { Machine, SdkUse, Site } from './machine';
import { resourceExpressions, textPatterns } from './resource-expression';
import { isObjectAction, RESOURCE_OF_ACTION, RESOURCE_PARAMETERS, WITHOUT_RESOURCE } from './resource-parameters';
import { serviceOfClient } from './sdk-model';
import { Cell, holding, type ObjectValue, UNKNOWN } from './values';

/** One action of a use, before it is known how certain the use is. */
export interface NeededAction {
  readonly action: string;
  readonly resources: readonly ResourceExpression[];
  readonly parts: readonly string[];
  /** False when parameters decide that are not known. */
  readonly certain: boolean;
}

/** The actions of one use of the SDK; `undefined` for an operation that is not in the map. Call it when all is solved. */
export function neededActions(machine: Machine, use: SdkUse): NeededAction[] | undefined {
  const service = serviceOfClient(use.client);
  if (service === undefined) return undefined;
  const { input, site } = use;
  if (service === 'dynamodb') {
    const entries = dynamoDbEntries(machine, use.operation, input, site);
    if (entries !== undefined) return entries;
  }
  const actions = actionsFor(machine, service, use.operation, input, site);
  if (actions === undefined) return undefined;
  const besides = use.besides.map((action) => `${service}:${action}`);
  return [
    ...actions.certain.map((action) => ({ action, certain: true })),
    ...[...actions.possible, ...besides].map((action) => ({ action, certain: false })),
  ].map(({ action, certain }) => ({
    action,
    certain,
    resources: resourcesOf(machine, service, use.operation, action, input, site),
    parts: partsOf(machine, use.operation, action, input, site),
  }));
}

function actionsFor(
  machine: Machine,
  service: string,
  operation: string,
  input: Cell | undefined,
  site: Site,
): OperationActions | undefined {
  if (operation === 'DeleteObjects' && namesNoVersion(machine, input, site))
    return { certain: [`${service}:DeleteObject`], possible: [] };
  const names = parameterNames(input);
  if (names === undefined) return actionsOfOperation(service, operation);
  const least = actionsOfOperation(service, operation, names.given);
  const most = actionsOfOperation(service, operation, [...names.given, ...names.unsure]);
  if (least === undefined || most === undefined) return undefined;
  const certain = least.certain.filter((action) => most.certain.includes(action));
  const all = new Set([...least.certain, ...least.possible, ...most.certain, ...most.possible]);
  return { certain, possible: [...all].filter((action) => !certain.includes(action)) };
}

/** Objects that are deleted by their key alone. */
function namesNoVersion(machine: Machine, input: Cell | undefined, site: Site): boolean {
  const objects = [...follow(machine, input, 'Delete.Objects[]', site).values];
  return (
    objects.length > 0 &&
    objects.every(
      (object) => object.kind === 'object' && isComplete(object) && !object.properties.get('VersionId')?.values.size,
    )
  );
}

/** Whether all properties of an object are seen. */
function isComplete(object: ObjectValue): boolean {
  return object.rest.values.size === 0 && object.computedNames.length === 0 && object.prototypes.values.size === 0;
}

/** Names of the parameters that are given; `undefined` when that is not known. A value that may be absent is unsure. */
function parameterNames(input: Cell | undefined): { given: string[]; unsure: string[] } | undefined {
  const values = [...(input?.values ?? [])];
  const [object] = values;
  if (values.length !== 1 || object?.kind !== 'object' || !isComplete(object)) return undefined;
  const [given, unsure]: [string[], string[]] = [[], []];
  for (const [name, cell] of object.properties) {
    const kinds = [...cell.values].map((value) => value.kind);
    if (kinds.length > 0 && kinds.every((kind) => kind !== 'unknown' && kind !== 'input')) given.push(name);
    else unsure.push(name);
  }
  return { given, unsure };
}

function resourcesOf(
  machine: Machine,
  service: string,
  operation: string,
  action: string,
  input: Cell | undefined,
  site: Site,
): ResourceExpression[] {
  if (WITHOUT_RESOURCE.has(action)) return [];
  const own = RESOURCE_OF_ACTION[`${operation} ${action}`];
  if (own !== undefined) {
    if (own === 'CopySource') return resourceExpressions(copySource(machine, input, site)).map(bucketOfCopySource);
    return resourceExpressions(follow(machine, input, own, site));
  }
  const candidates = (RESOURCE_PARAMETERS[service] ?? []).map((path) => follow(machine, input, path, site));
  return resourceExpressions(candidates.find((cell) => cell.values.size > 0));
}

/** In Python `{'Bucket': …, 'Key': …}` says the same as `bucket/key`. */
function copySource(machine: Machine, input: Cell | undefined, site: Site): Cell {
  const source = new Cell();
  for (const value of follow(machine, input, 'CopySource', site).values) {
    if (value.kind !== 'object') source.values.add(value);
    else {
      const part = (name: string) => follow(machine, holding(value), name, site);
      source.values.add({ kind: 'template', parts: [part('Bucket'), '/', part('Key')] });
    }
  }
  return source;
}

/** `bucket/key`, also with a slash before it. */
function bucketOfCopySource(expression: ResourceExpression): ResourceExpression {
  if (expression.kind !== 'text') return expression.kind === 'env' ? { kind: 'unknown' } : expression;
  const bucket = expression.text.replace(/^\//, '').split('/')[0]!;
  const env = /^\$\{(\w+)\}$/.exec(bucket)?.[1];
  if (env !== undefined) return { kind: 'env', name: env };
  return bucket.includes('*') ? { kind: 'unknown' } : { kind: 'text', text: bucket };
}

function partsOf(machine: Machine, operation: string, action: string, input: Cell | undefined, site: Site): string[] {
  if (/^dynamodb:(Query|Scan)$/.test(action)) {
    const index = follow(machine, input, 'IndexName', site);
    return index.values.size === 0 ? [''] : textPatterns(index).map((name) => `/index/${name}`);
  }
  if (!isObjectAction(action)) return [''];
  if (RESOURCE_OF_ACTION[`${operation} ${action}`] === 'CopySource') {
    const source = textPatterns(copySource(machine, input, site));
    return source.map((text) => `/${/^\/?[^/]+\/(.+)$/.exec(text)?.[1] ?? '*'}`);
  }
  const key = follow(machine, input, operation === 'DeleteObjects' ? 'Delete.Objects[].Key' : 'Key', site);
  return textPatterns(key).map((name) => `/${name}`);
}

const TRANSACTION_ACTIONS: { readonly [operation: string]: { readonly [entry: string]: string } } = {
  TransactGetItems: { Get: 'GetItem' },
  TransactWriteItems: {
    Put: 'PutItem',
    Update: 'UpdateItem',
    Delete: 'DeleteItem',
    ConditionCheck: 'ConditionCheckItem',
  },
};

/** Operations on several tables, and statements: what they need stands in their entries. */
function dynamoDbEntries(
  machine: Machine,
  operation: string,
  input: Cell | undefined,
  site: Site,
): NeededAction[] | undefined {
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = namesIn(follow(machine, input, 'RequestItems', site));
    return [{ action: `dynamodb:${operation}`, resources: resourceExpressions(tables), parts: [''], certain: true }];
  }
  const entries = TRANSACTION_ACTIONS[operation];
  if (entries !== undefined) {
    const isOpen = [...follow(machine, input, 'TransactItems[]', site).values].some(({ kind }) => kind !== 'object');
    const found = Object.entries(entries).flatMap(([entry, action]): NeededAction[] => {
      const part = follow(machine, input, `TransactItems[].${entry}`, site);
      const known = [...part.values].filter((value) => value.kind === 'object');
      const needed = known.map((value) => ({
        action: `dynamodb:${action}`,
        resources: resourceExpressions(follow(machine, holding(value), 'TableName', site)),
        parts: [''],
        certain: true,
      }));
      if (!isOpen) return needed;
      // Of entries that are not seen, any kind is possible.
      return [
        ...needed,
        { action: `dynamodb:${action}`, resources: [{ kind: 'unknown' }], parts: [''], certain: false },
      ];
    });
    // No entry is seen: any of them is possible.
    return found.length > 0 ? found : undefined;
  }
  if (operation === 'ExecuteStatement') return partiQl(textPatterns(follow(machine, input, 'Statement', site)));
  return undefined;
}

function partiQl(statements: readonly string[]): NeededAction[] | undefined {
  const parsed = statements.map((text) =>
    /^\s*(select|insert|update|delete)\b(?:[^"]*?\b(?:from|into)\b|)\s*"?(\$\{\w+\}|[\w.-]+)"?/i.exec(text),
  );
  if (parsed.length === 0 || parsed.includes(null)) return undefined;
  return parsed.map((match) => {
    const [, verb, table] = match!;
    const env = /^\$\{(\w+)\}$/.exec(table!)?.[1];
    return {
      action: `dynamodb:PartiQL${verb![0]!.toUpperCase()}${verb!.slice(1).toLowerCase()}`,
      resources: [env === undefined ? { kind: 'text', text: table! } : { kind: 'env', name: env }],
      parts: [''],
      certain: true,
    };
  });
}

/** The names of an object's properties: in a batch they are the tables. */
function namesIn(of: Cell): Cell {
  const names = new Cell();
  for (const value of of.values) {
    if (value.kind !== 'object') {
      names.values.add(value);
      continue;
    }
    for (const name of value.properties.keys()) names.values.add({ kind: 'text', text: name });
    for (const computed of value.computedNames) {
      for (const name of computed.values) names.values.add(name);
      // A text is already among the properties.
    }
    if (value.rest.values.size > 0 && value.computedNames.length === 0) names.values.add(UNKNOWN);
  }
  return names;
}

/** Follows `Entries[].EventBusName` through what is solved. */
function follow(machine: Machine, input: Cell | undefined, path: string, site: Site): Cell {
  let current = input ?? new Cell();
  for (const step of path.split('.')) {
    const name = step.replace('[]', '');
    const next = new Cell();
    machine.read(current, name, next, site);
    current = next;
    if (step.endsWith('[]')) {
      const items = new Cell();
      machine.elements(current, items);
      current = items;
    }
  }
  machine.solver.run();
  return current;
}
