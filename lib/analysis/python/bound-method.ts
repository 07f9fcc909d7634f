import { isClass } from '../ast';
import { FunctionValue, holding, type ObjectValue, type Value } from '../values';

const bound = new WeakMap<ObjectValue, Map<FunctionValue, FunctionValue>>();

/** A method that is read from an instance knows its instance, whoever calls it later. */
export function boundMethod(value: Value, instance: Value): Value {
  if (value.kind !== 'function' || value.home === undefined || value.boundThis !== undefined) return value;
  if (isClass(value.node) || instance.kind !== 'object' || instance.isPrototype) return value;
  let all = bound.get(instance);
  if (all === undefined) {
    all = new Map();
    bound.set(instance, all);
  }
  let method = all.get(value);
  if (method === undefined) {
    method = new FunctionValue(value.node, value.scope);
    method.home = value.home;
    method.boundThis = holding(instance);
    all.set(value, method);
  }
  return method;
}
