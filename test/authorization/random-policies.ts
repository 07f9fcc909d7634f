import { App, Lazy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as fc from 'fast-check';
import {
  Caller,
  CallerType,
  ClaimMatch,
  type ICaller,
  type PolicyTool,
  ToolArgument,
  ToolCondition,
} from '../../lib/authorization';
import type { ToolInputSchema } from '../../lib/core/schema/tool-schema';

/** What is built from random choices, and the names of the parts of the API that it has. */
export interface Made<T> {
  readonly uses: readonly string[];
  readonly make: (tool: PolicyTool) => T;
}

const word = fc.constantFrom('a', 'orders/read', 'x-y', 'B2');

/** Mostly what is right, so that most of what is built of several parts is. */
function mostly<T>(good: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 14, arbitrary: good }, { weight: 1, arbitrary: odd });
}

const character = fc.constantFrom('a', '"', '\\', '*', '\n', ' ', '}', ';', 'é', '\u202e', '𝒳', '\ud800');
const text = mostly(word, fc.string({ unit: character, maxLength: 8 }));
const texts = mostly(fc.array(text, { minLength: 1, maxLength: 3 }), fc.constant<never[]>([]));
const integer = mostly(fc.integer({ min: -50, max: 50 }), fc.constantFrom(2 ** 53, -(2 ** 53), -0));
const number = mostly(integer, fc.constantFrom(0.5, 1.2345, 0.00001, 1e15, Number.NaN, Number.POSITIVE_INFINITY));
const numbers = mostly(fc.array(number, { minLength: 1, maxLength: 3 }), fc.constant<never[]>([]));
const range = mostly(
  fc.tuple(integer, fc.nat(9)).map(([min, more]) => [min, min + more]),
  fc.tuple(number, number).map((both) => [...both]),
);
const names = ['id', 'amount', 'if', 'has', '__cedar', 'two words', 'quo"te', 'größe', 'constructor'];

/** JSON Schema of a value, as an author writes it. */
const { value: valueSchema } = fc.letrec<{ value: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom<object>(
      { type: 'string' },
      { type: 'string', enum: ['a', 'b"'] },
      { type: 'string', pattern: '^(eu|us)-', maxLength: 20 },
      { type: 'string', format: 'email' },
      { type: 'integer' },
      { type: 'integer', minimum: 1, maximum: 9 },
      { type: 'number' },
      { type: 'number', exclusiveMinimum: 0, maximum: 99.5 },
      { type: 'number', enum: [1.5, 2] },
      { type: 'boolean' },
      { type: 'boolean', const: true },
      { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, minItems: 1 },
      { type: 'array', items: { type: 'number', minimum: 0 }, uniqueItems: true },
    ),
    tie('value').map((items) => ({ type: 'array', items })),
    objectOf(tie('value')),
  ),
}));
/** An argument of each type, so that every condition has one that it is for. */
const EACH = {
  aText: { type: 'string' },
  anInteger: { type: 'integer' },
  aNumber: { type: 'number' },
  aBoolean: { type: 'boolean' },
  someTexts: { type: 'array', items: { type: 'string' } },
  someIntegers: { type: 'array', items: { type: 'integer' } },
  someNumbers: { type: 'array', items: { type: 'number' } },
};
export const inputSchema = fc
  .tuple(objectOf(valueSchema), fc.subarray(Object.keys(EACH)))
  .map(([{ properties, required }, given]) => ({
    type: 'object',
    properties: { ...EACH, ...properties },
    required: [...required, ...given],
  }));

interface ObjectSchema {
  readonly type: string;
  readonly properties: object;
  readonly required: readonly string[];
}

function objectOf(value: fc.Arbitrary<object>): fc.Arbitrary<ObjectSchema> {
  return fc
    .array(fc.tuple(fc.constantFrom(...names), value, fc.boolean()), { minLength: 1, maxLength: 4 })
    .map((properties) => ({
      type: 'object',
      properties: Object.fromEntries(properties.map(([name, schema]) => [name, schema])),
      required: [...new Set(properties.filter(([, , required]) => required).map(([name]) => name))],
    }));
}

/** Every argument, also those inside of others, with its schema. */
function argumentsOf(schema: ToolInputSchema): { path: string[]; schema: ToolInputSchema; optional: boolean }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    { path: [name], schema: property, optional: schema.required?.includes(name) !== true },
    ...argumentsOf(property).map(({ path, ...rest }) => ({ path: [name, ...path], ...rest })),
  ]);
}

type Fits = (schema: ToolInputSchema, optional: boolean) => boolean;
const ofType =
  (...types: string[]): Fits =>
  ({ type }) =>
    types.includes(type);
const listOf =
  (...types: string[]): Fits =>
  ({ type, items }) =>
    type === 'array' && types.includes(items?.type ?? '');
const [NUMBERS, TEXTS] = [listOf('integer', 'number'), listOf('string')];

/** Every condition about an argument: with what it is called, and which arguments it is for. */
export const OPERATORS: { readonly [name: string]: readonly [fc.Arbitrary<unknown[]>, Fits] } = {
  atMost: [fc.tuple(number), ofType('integer', 'number')],
  atLeast: [fc.tuple(number), ofType('integer', 'number')],
  between: [range, ofType('integer', 'number')],
  equalTo: [fc.tuple(text), ofType('string')],
  equalToNumber: [fc.tuple(number), ofType('integer', 'number')],
  oneOf: [fc.tuple(texts), ofType('string')],
  oneOfNumbers: [fc.tuple(numbers), ofType('integer', 'number')],
  startsWith: [fc.tuple(text), ofType('string')],
  isTrue: [fc.constant([]), ofType('boolean')],
  isFalse: [fc.constant([]), ofType('boolean')],
  equalToClaim: [fc.tuple(text), ofType('string')],
  onlyOf: [fc.tuple(texts), TEXTS],
  containsAll: [fc.tuple(texts), TEXTS],
  containsAny: [fc.tuple(texts), TEXTS],
  onlyOfNumbers: [fc.tuple(numbers), NUMBERS],
  containsAllNumbers: [fc.tuple(numbers), NUMBERS],
  containsAnyNumber: [fc.tuple(numbers), NUMBERS],
  isEmpty: [fc.constant([]), ofType('array')],
  isNotEmpty: [fc.constant([]), ofType('array')],
  isGiven: [fc.constant([]), (_schema, optional) => optional],
  isAbsent: [fc.constant([]), (_schema, optional) => optional],
};
/** Of the prototype, too, but not for users. */
export const INSIDE = ['withPresence', 'numeric', 'listOfText', 'listOfNumbers', 'list', 'condition', 'wrongType'];

const testOfArgument = fc
  .constantFrom(...Object.keys(OPERATORS))
  .chain((name) => fc.tuple(fc.constant(name), OPERATORS[name]![0], fc.nat(), fc.nat(19)))
  .map(
    ([name, values, pick, care]): Made<ToolCondition> => ({
      uses: [name],
      make: ({ inputSchema }) => {
        const all = argumentsOf(inputSchema);
        const fitting = all.filter(({ schema, optional }) => OPERATORS[name]![1](schema, optional));
        // Mostly an argument that it is for, seldom one that there is not.
        const some = care > 0 && fitting.length > 0 ? fitting : all;
        const path = care === 1 ? ['id', 'nowhere'] : some[pick % some.length]!.path;
        const [first, ...rest] = path;
        const argument = rest.reduce((outer, each) => outer.property(each), ToolArgument.named(first!));
        return (argument as unknown as Record<string, (...all: unknown[]) => ToolCondition>)[name]!(...values);
      },
    }),
  );
const instant = mostly(
  fc.constantFrom('2026-12-01', '2027-01-01T08:00:00Z', '2027-01-01T08:00:00.001Z'),
  fc.constantFrom('2026-02-30', 'soon'),
);
const time = mostly(fc.constantFrom('00:00', '08:30', '23:59'), fc.constant('24:00'));
const testOfTime = fc.oneof(
  instant.map((at): Made<ToolCondition> => ({ uses: ['notBefore'], make: () => ToolCondition.notBefore(at) })),
  instant.map((at): Made<ToolCondition> => ({ uses: ['before'], make: () => ToolCondition.before(at) })),
  fc.tuple(time, time).map(
    ([from, to]): Made<ToolCondition> => ({
      uses: ['dailyBetween'],
      make: () => ToolCondition.dailyBetween(from, to),
    }),
  ),
);
const { condition } = fc.letrec<{ condition: Made<ToolCondition> }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 5, arbitrary: testOfArgument },
    { weight: 1, arbitrary: testOfTime },
    { weight: 2, arbitrary: combined(tie('condition'), ToolCondition, 'ToolCondition') },
  ),
}));

export function made<T>(all: readonly Made<T>[], tool: PolicyTool): T[] {
  return all.map(({ make }) => make(tool));
}

/** `allOf` and `anyOf`, of nothing also. */
function combined<T>(
  one: fc.Arbitrary<Made<T>>,
  of: { allOf(...all: T[]): T; anyOf(...all: T[]): T },
  name: string,
): fc.Arbitrary<Made<T>> {
  return fc
    .tuple(
      fc.constantFrom('allOf', 'anyOf'),
      mostly(fc.array(one, { minLength: 1, maxLength: 3 }), fc.constant<never[]>([])),
    )
    .map(([how, all]) => ({
      uses: [`${name}.${how}`, ...all.flatMap(({ uses }) => uses)],
      make: (tool) => of[how as 'allOf'](...all.map(({ make }) => make(tool))),
    }));
}

const stack = new Stack(new App(), 'Callers');
const roles = [
  Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::123456789012:role/path/Clerk'),
  new Role(stack, 'Made', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }),
];
const clientId = fc.oneof(text, fc.constant(Lazy.string({ produce: () => 'client' })), fc.constant(stack.stackId));
const MATCHES: { readonly [name: string]: (values: string[]) => ClaimMatch } = {
  oneOf: (values) => ClaimMatch.oneOf(...values),
  listContains: (values) => ClaimMatch.listContains(...values),
  words: (values) => ClaimMatch.words(...values),
};
const caller = (name: string, make: () => ICaller): Made<ICaller> => ({ uses: [`Caller.${name}`], make });
const withToken = fc.oneof(
  fc.tuple(clientId, word).map(([id, name]) => caller('agent', () => Caller.agent(id, name))),
  clientId.map((id) => caller('client', () => Caller.client(id))),
  text.map((scope) => caller('scope', () => Caller.scope(scope))),
  texts.map((groups) => caller('group', () => Caller.group(...groups))),
  fc.tuple(text, texts).map(([claim, all]) => caller('role', () => Caller.role(claim, ...all))),
  fc.tuple(text, fc.constantFrom(...Object.keys(MATCHES)), texts).map(([claim, match, all]) => ({
    uses: ['Caller.claim', `ClaimMatch.${match}`],
    make: () => Caller.claim(claim, MATCHES[match]!(all)),
  })),
  text.map((subject) => caller('user', () => Caller.user(subject))),
  fc

    .constantFrom('the catalogue is public', 'short')
    .map((reason) => caller('anyAuthenticated', () => Caller.anyAuthenticated({ reason }))),
);
const withSignature = fc.constantFrom(...roles).map((role) => caller('iamRole', () => Caller.iamRole(role)));
const unknown = fc.constant(caller('unauthenticated', () => Caller.unauthenticated()));

/** Mostly of one kind, since a gateway lets in one. */
function callersOf(one: fc.Arbitrary<Made<ICaller>>): fc.Arbitrary<Made<ICaller>> {
  return fc.letrec<{ caller: Made<ICaller> }>((tie) => ({
    caller: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      { weight: 4, arbitrary: one },
      { weight: 2, arbitrary: combined(tie('caller'), Caller, 'Caller') },
    ),
  })).caller;
}

const anyKind = fc.oneof(withToken, withSignature, unknown);
export const statements = fc
  .constantFrom(
    ...Array.from({ length: 4 }, () => ({ callers: callersOf(withToken), type: CallerType.OAUTH_USER })),
    { callers: callersOf(withSignature), type: CallerType.IAM_ENTITY },
    { callers: callersOf(unknown), type: CallerType.UNAUTHENTICATED },
    { callers: callersOf(anyKind), type: CallerType.OAUTH_USER },
  )
  .chain(({ callers, type }) =>
    fc.record({
      type: fc.constant(type),
      permits: fc.array(fc.tuple(callers, fc.array(condition, { maxLength: 2 })), { minLength: 1, maxLength: 2 }),
      demands: fc.array(fc.tuple(fc.option(callers, { nil: undefined }), fc.array(condition, { maxLength: 2 })), {
        maxLength: 1,
      }),
      demandInputs: fc.boolean(),
    }),
  );

/** Ways to say who, and to combine. */
export const PARTS = [
  ...[
    'agent',
    'client',
    'scope',
    'group',
    'role',
    'claim',
    'user',
    'iamRole',
    'anyAuthenticated',
    'unauthenticated',
  ].map((name) => `Caller.${name}`),
  ...['Caller', 'ToolCondition'].flatMap((name) => [`${name}.allOf`, `${name}.anyOf`]),
  ...Object.keys(MATCHES).map((name) => `ClaimMatch.${name}`),
];
