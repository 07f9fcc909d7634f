import { isUnknown } from '../assembly/resolve';
import { type ModelResource, property, type TemplateModel } from '../assembly/template-model';
import { groupedBy } from '../core/grouped-by';
import { perModel } from './per-model';
import { ALIAS, FUNCTION, VERSION } from './types';

export interface FunctionReference {
  /** The function, if it is in the assembly. */
  readonly fn?: ModelResource;
  /** Alias or version; undefined when the ARN is unqualified. */
  readonly qualifier?: string;
}

const references = perModel(() => new Map<string, FunctionReference>());

/** What an ARN, a name or a reference says about a function: which one, with which qualifier. */
export function functionReference(model: TemplateModel, arn: unknown): FunctionReference {
  if (isUnknown(arn) || typeof arn !== 'string') return {};
  const known = references(model);
  const reference = known.get(arn) ?? readReference(model, arn);
  known.set(arn, reference);
  return reference;
}

function readReference(model: TemplateModel, arn: string): FunctionReference {
  const resource = model.referenced(arn);
  if (resource?.type === FUNCTION) return { fn: resource };
  if (resource?.type === ALIAS || resource?.type === VERSION) {
    const { fn } = functionReference(model, property(resource, 'FunctionName'));
    const name = resource.type === ALIAS ? property(resource, 'Name') : undefined;
    return { fn, qualifier: typeof name === 'string' ? name : resource.logicalId };
  }
  const referenced = /^(\$\{[^${}]+\})(?::(.+))?$/.exec(arn);
  if (referenced !== null) {
    const fn = model.referenced(referenced[1]);
    return fn?.type === FUNCTION ? { fn, qualifier: referenced[2] } : {};
  }
  const named = /^(?:arn:.*:function:)?((?:\$\{[^${}]+\}|[A-Za-z0-9_*?-])+)(?::(.+))?$/.exec(arn);
  if (named === null) return {};
  const fn = model.referenced(named[1]) ?? functionNamed(model, named[1]!);
  return { fn: fn?.type === FUNCTION ? fn : undefined, qualifier: named[2] };
}

export function functionOf(model: TemplateModel, arn: unknown): ModelResource | undefined {
  return functionReference(model, arn).fn;
}

const functionsByName = perModel((model) => groupedBy(model.ofType(FUNCTION), (fn) => property(fn, 'FunctionName')));

function functionNamed(model: TemplateModel, name: string): ModelResource | undefined {
  return functionsByName(model).get(name)?.[0];
}

/** Whether a qualifier pins code: an alias or a version, not `$LATEST` and not a pattern. */
export function isPinned(qualifier: string | undefined): boolean {
  return qualifier !== undefined && qualifier !== '$LATEST' && !/[*?]/.test(qualifier);
}
