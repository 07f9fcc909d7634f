import { operationsNamed } from '../../core/iam/operation-map';
import { SDK_CLIENTS } from '../../core/iam/sdk-clients';
import { serviceOfClient } from '../sdk-model';
import { clientOfService, RESOURCE_TYPES, TRANSFERS } from './boto3-model';
import { isExpression, type PythonNode, split, stringValue } from './syntax';

/** Something in the text of a program that looks like boto3, whether or not anything runs it. */
export interface Mention {
  /** What is called, by IAM prefix and SDK operation; `*` for any. */
  readonly operations: readonly { readonly service: string; readonly operation: string }[];
  /** How {@link reachedPlaces} names the place when the analysis knows what stands there. */
  readonly place: string;
  readonly offset: number;
  /** Whether other code has such names, too. */
  readonly isGuess: boolean;
}

/** The name of an attribute, and a call, as places of a program. */
export const placeOfAttribute = (start: number): string => `attribute ${start}`;
export const placeOfCall = ({ start, end }: { readonly start: number; readonly end: number }): string =>
  `call ${start}-${end}`;

/** Functions whose texts name an operation. */
const TAKES_A_NAME =
  /^(getattr|get_paginator|get_waiter|generate_presigned_url|methodcaller|attrgetter|_make_api_call)$/;
/** The first text of a signature of AWS, which code needs that signs requests by hand. */
const SIGNS = /^[a-zA-Z]*['"]+AWS4/;
const ANYTHING: Mention['operations'] = [{ service: '*', operation: '*' }];
const MAKES_A_CLIENT = /^(client|create_client|resource)$/;

/** Every name of an operation, client or resource in a file, whose text starts at an offset of the program. */
export function mentionsIn(root: PythonNode, fileStart: number): Mention[] {
  const found: Mention[] = [];
  const add = (operations: Mention['operations'], place: string, { from, text }: PythonNode) => {
    const isGuess = operations.length > 1 || !/_|[a-z][A-Z]/.test(text);
    if (operations.length > 0) found.push({ operations, place, offset: fileStart + from, isGuess });
  };
  const visit = (node: PythonNode, call: PythonNode | undefined): void => {
    if (node.name === 'MemberExpression') {
      const name = attributeOf(node);
      if (name !== undefined) add(byAttribute(name.text), placeOfAttribute(fileStart + name.from), name);
    } else if (node.name === 'String' || node.name === 'ContinuedString') {
      add(byText(node, call), call === undefined ? '' : placeOfCall(rangeOf(call, fileStart)), node);
    } else if (node.name === 'FormatString') {
      if (SIGNS.test(node.text)) add(ANYTHING, '', node);
    } else if (node.name === 'CallExpression') {
      add(byMaker(node), placeOfCall(rangeOf(node, fileStart)), node);
      for (const child of node.children) visit(child, child.name === 'ArgList' ? node : undefined);
      return;
    }
    for (const child of node.children) {
      // What is assigned to an attribute is no call of it.
      const isTarget = node.name === 'AssignStatement' && child.name === 'MemberExpression' && child !== lastOf(node);
      if (isTarget) for (const part of child.children) visit(part, undefined);
      else visit(child, node.name === 'ArgList' ? call : undefined);
    }
  };
  visit(root, undefined);
  return found;
}

function lastOf(node: PythonNode): PythonNode | undefined {
  return node.children.at(-1);
}

function rangeOf(node: PythonNode, fileStart: number): { start: number; end: number } {
  return { start: fileStart + node.from, end: fileStart + node.to };
}

/** `get_item` of `client.get_item`. */
function attributeOf(node: PythonNode): PythonNode | undefined {
  return node.children[1]?.name === '.' ? node.children[2] : undefined;
}

function byAttribute(name: string): Mention['operations'] {
  if (name === '_make_api_call') return ANYTHING;
  if (RESOURCES.has(name)) return RESOURCES.get(name)!.map((service) => ({ service, operation: '*' }));
  if (HELPERS.has(name)) return HELPERS.get(name)!;
  return /^[a-z][a-z0-9_]*$/.test(name) ? operationsNamed(name.replaceAll('_', '')) : [];
}

/** A text that is the name of an operation. One word is one only where a name is asked for. */
function byText(node: PythonNode, call: PythonNode | undefined): Mention['operations'] {
  const text = stringValue(node.text);
  if (SIGNS.test(node.text)) return ANYTHING;
  const callee = call?.children[0];
  const asked = callee === undefined ? '' : (attributeOf(callee) ?? callee).text;
  if (!TAKES_A_NAME.test(asked) && !/^[a-z]+(_[a-z0-9]+)+$|^([A-Z][a-z0-9]*){2,}$/.test(text)) return [];
  return HELPERS.get(text) ?? operationsNamed(text.replaceAll('_', ''));
}

/** `….client('s3')`, `client('s3')`; of a name that is no text, any service. */
function byMaker(node: PythonNode): Mention['operations'] {
  const [callee, list] = node.children;
  if (callee === undefined || list === undefined) return [];
  const attribute = attributeOf(callee);
  if (!MAKES_A_CLIENT.test((attribute ?? callee).text)) return [];
  const args = split(list.children.slice(1, -1), ',');
  const named = args.find(([name, sign]) => name!.text === 'service_name' && sign?.name === 'AssignOp');
  const value = named?.[2] ?? (args[0]?.length === 1 && isExpression(args[0][0]!) ? args[0][0] : undefined);
  if (value?.name === 'String') {
    const service = serviceOfClient(clientOfService(stringValue(value.text)));
    if (service !== undefined) return [{ service, operation: '*' }];
    return attribute === undefined ? [] : ANYTHING;
  }
  const isOpen = value !== undefined || args.some(([first]) => /^\*/.test(first!.name));
  return isOpen && attribute !== undefined ? ANYTHING : [];
}

/** Methods of clients and resources that are not named as an operation. Names that every object has are left out. */
const HELPERS = new Map<string, Mention['operations']>();
for (const [name, { operations }] of Object.entries(TRANSFERS)) {
  if (name !== 'copy')
    HELPERS.set(
      name,
      operations.map((operation) => ({ service: 's3', operation })),
    );
}
/** Types of resources, by the name that makes one, with their services. */
const RESOURCES = new Map<string, string[]>();
for (const [type, { methods, collections }] of Object.entries(RESOURCE_TYPES)) {
  const [prefix = '', name = ''] = type.split('.');
  const service = SDK_CLIENTS[clientOfService(prefix)] ?? prefix;
  RESOURCES.set(name, [...(RESOURCES.get(name) ?? []), service]);
  const listed = Object.entries(collections ?? {}).map(([attribute, each]) => [attribute, each.operation] as const);
  for (const [method, operation] of [...Object.entries(methods), ...listed]) {
    if (/_|^objects$/.test(method)) HELPERS.set(method, [...(HELPERS.get(method) ?? []), { service, operation }]);
  }
}
