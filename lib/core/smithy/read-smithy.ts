import type { ToolRiskLevel } from '../../protocol/template-metadata';
import type { Problem } from '../errors';
import { shown } from '../errors';
import { isPlainObject } from '../schema/json';
import type { ToolInputSchema } from '../schema/tool-schema';
import { nearest } from '../suggest';
import { inputOf } from './smithy-input';

type Json = { readonly [key: string]: unknown };

export interface SmithyOperation {
  /** Name without namespace, the name of the tool. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ToolInputSchema;
  readonly risk: ToolRiskLevel;
  /** `dynamodb:GetItem`; absent when the model does not name the IAM prefix. */
  readonly iamAction?: string;
}

export interface SmithyReading {
  readonly operations: readonly SmithyOperation[];
  /** The model with only the kept operations and what they need. */
  readonly model: Json;
  readonly problems: readonly Problem[];
}

/**
 * Reads a Smithy model (JSON AST) and keeps the named operations of its one service.
 *
 * @see https://smithy.io/2.0/spec/json-ast.html
 */
export function readSmithy(model: unknown, keep: readonly string[], at: string): SmithyReading {
  const shapes = isPlainObject(model) && isPlainObject(model.shapes) ? model.shapes : undefined;
  const services = Object.entries(shapes ?? {}).filter(([, shape]) => isPlainObject(shape) && shape.type === 'service');
  const [service] = services;
  if (shapes === undefined || services.length !== 1 || service === undefined) {
    const message = `a Smithy model is a JSON AST with one service, got ${services.length}`;
    return { operations: [], model: {}, problems: [invalid(message, 'Build the model with smithy ast', at)] };
  }
  const problems: Problem[] = [];
  const ids = operationIds(service[1] as Json, shapes);
  const kept = keep.flatMap((name) => {
    const id = ids.find((each) => nameOf(each) === name);
    if (id === undefined) problems.push(unknownOperation(name, ids.map(nameOf), at));
    return id === undefined ? [] : [id];
  });
  const operations = kept.map((id) => readOperation(id, service[1] as Json, shapes, at, problems));
  return { operations, model: pruned(model as Json, shapes, service[0], kept), problems };
}

/** Names of all operations of a model with one service; none when it cannot be read. */
export function operationNames(model: unknown): string[] {
  const shapes = isPlainObject(model) && isPlainObject(model.shapes) ? model.shapes : {};
  const services = Object.values(shapes).filter((shape) => isPlainObject(shape) && shape.type === 'service');
  return services.length === 1 ? operationIds(services[0] as Json, shapes).map(nameOf) : [];
}

function readOperation(id: string, service: Json, shapes: Json, at: string, problems: Problem[]): SmithyOperation {
  const operation = shapes[id] as Json;
  const traits = traitsOf(operation);
  const { schema, problem } = inputOf(operation.input, shapes);
  if (problem !== undefined)
    problems.push(invalid(`operation ${shown(nameOf(id))}: ${problem}`, 'Leave the operation out', at));
  const documentation = traits['smithy.api#documentation'];
  return {
    name: nameOf(id),
    description: typeof documentation === 'string' ? documentation.replace(/<[^>]*>/g, '').trim() : nameOf(id),
    inputSchema: schema,
    risk: riskOf(traits),
    iamAction: iamAction(nameOf(id), traits, traitsOf(service)),
  };
}

/** Operations of the service and of its resources, at any depth. */
function operationIds(owner: Json, shapes: Json): string[] {
  const single = ['create', 'put', 'read', 'update', 'delete', 'list'].map((key) => owner[key]);
  const lists = ['operations', 'collectionOperations'].flatMap((key) => asList(owner[key]));
  const own = [...single, ...lists].flatMap((reference) => targetOf(reference) ?? []);
  const nested = asList(owner.resources).flatMap((reference) => {
    const resource = shapes[targetOf(reference) ?? ''];
    return isPlainObject(resource) ? operationIds(resource, shapes) : [];
  });
  return [...own, ...nested].filter((id) => isPlainObject(shapes[id]));
}

function pruned(model: Json, shapes: Json, serviceId: string, kept: readonly string[]): Json {
  const { resources: _resources, ...service } = shapes[serviceId] as Json;
  const needed: { [id: string]: unknown } = {
    [serviceId]: { ...service, operations: kept.map((target) => ({ target })) },
  };
  const visit = (id: string): void => {
    if (needed[id] !== undefined || shapes[id] === undefined) return;
    needed[id] = shapes[id];
    for (const target of targetsIn(shapes[id])) visit(target);
  };
  for (const id of kept) visit(id);
  return {
    smithy: model.smithy,
    ...(model.metadata === undefined ? {} : { metadata: model.metadata }),
    shapes: needed,
  };
}

function targetsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(targetsIn);
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    if (key === 'traits') return [];
    return key === 'target' && typeof each === 'string' ? [each] : targetsIn(each);
  });
}

function iamAction(name: string, operation: Json, service: Json): string | undefined {
  const api = service['aws.api#service'];
  const prefix = isPlainObject(api) ? api.arnNamespace : undefined;
  if (typeof prefix !== 'string') return undefined;
  const action = operation['aws.iam#iamAction'];
  const named = isPlainObject(action) ? action.name : operation['aws.iam#actionName'];
  return `${prefix}:${typeof named === 'string' ? named : name}`;
}

function riskOf(traits: Json): ToolRiskLevel {
  if (traits['smithy.api#readonly'] !== undefined) return 'READ';
  const http = traits['smithy.api#http'];
  return isPlainObject(http) && http.method === 'DELETE' ? 'DESTRUCTIVE' : 'WRITE';
}

function unknownOperation(name: string, all: readonly string[], at: string): Problem {
  const meant = nearest(name, all);
  const fix = meant === undefined ? 'Name an operation of the model' : `Did you mean ${shown(meant)}?`;
  return invalid(`the model has no operation ${shown(name)}`, fix, at);
}

function traitsOf(shape: unknown): Json {
  return isPlainObject(shape) && isPlainObject(shape.traits) ? shape.traits : {};
}

function targetOf(reference: unknown): string | undefined {
  return isPlainObject(reference) && typeof reference.target === 'string' ? reference.target : undefined;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function nameOf(id: string): string {
  return id.replace(/^.*#/, '');
}

function invalid(message: string, fix: string, at: string): Problem {
  return { code: 'SMITHY_INVALID', message, fix, at };
}
