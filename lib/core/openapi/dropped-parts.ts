import { type DroppedKeyword, type DropReason, dropped, droppedBeside, pointerTo } from '../schema/dropped-keyword';
import { isPlainObject } from '../schema/json';

type Json = { readonly [key: string]: unknown };

const WHY: { readonly [keyword: string]: DropReason } = {
  deprecated: 'annotation',
  example: 'annotation',
  examples: 'annotation',
  externalDocs: 'annotation',
  summary: 'annotation',
  description: 'annotation',
  security: 'connection',
  servers: 'connection',
  style: 'connection',
  explode: 'connection',
  allowReserved: 'connection',
  allowEmptyValue: 'connection',
  encoding: 'connection',
};

/** Methods have operations of their own. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** What of an operation, and of the path item that it stands in, is not read. */
export function droppedOfOperation(operation: Json, item: Json, path: string, method: string): DroppedKeyword[] {
  const at = pathPointer(path);
  return [
    ...droppedBeside(item, [...METHODS, 'parameters'], at, WHY),
    ...droppedBeside(
      operation,
      ['operationId', 'summary', 'description', 'parameters', 'requestBody'],
      pointerTo(at, method),
      WHY,
    ),
  ];
}

export function pathPointer(path: string): string {
  return pointerTo('/paths', path);
}

export function droppedOfParameter(parameter: Json, pointer: string): DroppedKeyword[] {
  return droppedBeside(parameter, ['name', 'in', 'required', 'description', 'schema'], pointer, WHY);
}

/** Of a body the JSON schema is read, and whether it is required. */
export function droppedOfBody(body: Json, pointer: string): DroppedKeyword[] {
  const content = isPlainObject(body.content) ? body.content : {};
  const [at, json] = [pointerTo(pointer, 'content'), content['application/json']];
  return [
    ...droppedBeside(body, ['required', 'content'], pointer, WHY),
    ...Object.keys(content)
      .filter((type) => type !== 'application/json')
      .map((type) => dropped(at, type, 'connection')),
    ...(isPlainObject(json) ? droppedBeside(json, ['schema'], pointerTo(at, 'application/json'), WHY) : []),
  ];
}
