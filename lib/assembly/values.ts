import { isObject } from './cloudformation';

/** What `AWS::NoValue` stands for: a property or item that has it is not there. */
export const NO_VALUE = Symbol('AWS::NoValue');

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === NO_VALUE ? '' : String(value);
}

export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

export function asObject(value: unknown): { readonly [name: string]: unknown } {
  return isObject(value) ? value : {};
}
