import { generateSchema } from '@cedar-policy/mcp-schema-generator-wasm';
import { cedar, validatePolicies } from '../../../lib/core/cedar/engine';
import { PolicySet } from '../../../lib/core/cedar/policy-set';
import { oauthPrincipal, toolCallRequest } from '../../../lib/core/cedar/request';
import { type CedarTool, schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import { parseToolSchema } from '../../../lib/core/schema/parse-tool-schema';
import type { ToolInputSchema } from '../../../lib/core/schema/tool-schema';
import { GATEWAY, REFUND } from './fixture';

const STUB = `namespace AgentCore {
  @mcp_principal entity OAuthUser = { id: String } tags String;
  @mcp_principal entity IamEntity = { id: String };
  @mcp_principal entity UnauthenticatedUser;
  @mcp_resource entity Gateway;
}`;

type Json = { [key: string]: Json } | Json[] | string | boolean;

/** The vendor names a common type for each record; ours stand in place. Both come to the same when resolved. */
function inlined(type: Json, common: { [name: string]: Json }): Json {
  if (Array.isArray(type)) return type.map((item) => inlined(item, common));
  if (typeof type !== 'object') return type;
  const name = String(type.name ?? type.type).replace(/^(AgentCore|__cedar)::/, '');
  const primitive: { [name: string]: Json } = {
    String: { type: 'String' },
    Long: { type: 'Long' },
    Bool: { type: 'Boolean' },
    decimal: { type: 'Extension', name: 'decimal' },
  };
  const target = (type.type === 'EntityOrCommon' ? primitive[name] : undefined) ?? common[name];
  if (target !== undefined) {
    return {
      ...(inlined(target, common) as object),
      ...(type.required === undefined ? {} : { required: type.required }),
    };
  }
  if (type.type === 'Entity') return { ...type, name };
  return Object.fromEntries(Object.entries(type).map(([key, value]) => [key, inlined(value, common)]));
}

interface Namespace {
  readonly entityTypes: { readonly [name: string]: Json };
  readonly actions: { readonly [name: string]: Json };
}

/** All of the namespace that the vendor makes of the tools. */
function vendorNamespace(tools: readonly CedarTool[]): Namespace {
  const described = tools.map(({ target, name, inputSchema }) => ({
    name: `${target}___${name}`,
    description: 'd',
    inputSchema,
  }));
  const options = { objectsAsRecords: true, numbersAsDecimal: true, flattenNamespaces: true };
  const result = JSON.parse(generateSchema(STUB, JSON.stringify(described), JSON.stringify(options)));
  if (!result.isOk) throw new Error(result.error);
  const { AgentCore, ...rest } = JSON.parse(result.schemaJson);
  expect(rest).toEqual({});
  const { entityTypes, actions, commonTypes, ...more } = AgentCore;
  expect(more).toEqual({});
  return inlined({ entityTypes, actions }, commonTypes) as unknown as Namespace;
}

const SYSTEM = { type: 'Record', attributes: { now: { type: 'Extension', name: 'datetime' } } };

/** Ours without what the service adds: the time in each context, the group of each action and the groups themselves. */
function ourNamespace(tools: readonly CedarTool[]): Namespace {
  const { AgentCore, ...rest } = structuredClone(schemaFromTools(tools)) as unknown as { AgentCore: Namespace };
  expect(rest).toEqual({});
  const { entityTypes, actions, ...more } = AgentCore;
  expect(more).toEqual({});
  const added = Object.fromEntries(
    tools.map(({ target, name }) => {
      const { memberOf, appliesTo } = actions[`${target}___${name}`] as unknown as Action;
      const { system, ...attributes } = appliesTo.context.attributes;
      expect({ memberOf, system }).toEqual({ memberOf: [{ id: target }], system: SYSTEM });
      return [`${target}___${name}`, { appliesTo: { ...appliesTo, context: { ...appliesTo.context, attributes } } }];
    }),
  );
  const groups = ['CallTool', 'Mcp', ...tools.map(({ target }) => target)];
  expect(Object.keys(actions).sort()).toEqual([...new Set([...groups, ...Object.keys(added)])].sort());
  return { entityTypes, actions: added as unknown as Namespace['actions'] };
}

interface Action {
  readonly memberOf: Json;
  readonly appliesTo: { readonly context: { readonly attributes: { readonly [name: string]: Json } } };
}

const object = (properties: { [name: string]: ToolInputSchema }, required?: string[]): ToolInputSchema => ({
  type: 'object',
  properties,
  ...(required === undefined ? {} : { required }),
});
const list = (items: ToolInputSchema): ToolInputSchema => ({ type: 'array', items });
const TYPES = ['string', 'integer', 'number', 'boolean'] as const;
const all = Object.fromEntries(TYPES.map((type) => [type, { type }]));
const lists = Object.fromEntries(TYPES.map((type) => [`${type}s`, list({ type })]));

const SCHEMAS: { readonly [what: string]: ToolInputSchema } = {
  'every type, required and optional': REFUND,
  'no properties': { type: 'object' },
  'empty properties': object({}),
  'an array without items': object({ a: { type: 'array' } }),
  'an object without properties': object({ o: { type: 'object' } }),
  'all types, all required': object(all, [...TYPES]),
  'all types, all optional': object(all),
  'lists of all types': object(lists, ['strings', 'booleans']),
  'arrays of objects and of arrays': object(
    { lines: list(object({ n: { type: 'number' } }, ['n'])), grid: list(list({ type: 'integer' })) },
    ['lines'],
  ),
  'objects in objects, required and optional': object(
    { a: object({ b: object({ c: object(all, ['string']), d: list(object(lists)) }, ['c']) }) },
    ['a'],
  ),
  'descriptions, which say nothing to Cedar': object({
    a: { type: 'string', description: 'first' },
    o: { ...object({ b: { type: 'integer', description: 'second' } }), description: 'third' },
  }),
};

describe('the schema is the one that the vendor makes of the same tools', () => {
  test.each(Object.entries(SCHEMAS))('%s', (_what, inputSchema) => {
    const tools = [{ target: 'orders', name: 'refund', inputSchema }];

    expect(ourNamespace(tools)).toEqual(vendorNamespace(tools));
  });

  test('all of them as tools of two targets', () => {
    const tools = Object.values(SCHEMAS).map((inputSchema, index) => ({
      target: index % 2 === 0 ? 'orders' : 'crm',
      name: `tool_${index}`,
      inputSchema,
    }));

    expect(ourNamespace(tools)).toEqual(vendorNamespace(tools));
  });

  test('lists of values, formats and bounds, which the service does not carry, leave the plain type', () => {
    const rich = {
      type: 'object',
      properties: {
        kind: { type: 'string', enum: ['card', 'voucher'] },
        when: { type: 'string', format: 'date-time' },
        count: { type: 'integer', minimum: 1, maximum: 9 },
      },
      required: ['kind'],
    };
    const { schema } = parseToolSchema(rich, 'refund.json');
    const carried = [{ target: 'orders', name: 'refund', inputSchema: schema! }];
    const written = [{ target: 'orders', name: 'refund', inputSchema: rich as ToolInputSchema }];

    expect(ourNamespace(carried)).toEqual(vendorNamespace(carried));
    // What the vendor makes of the author's own schema is another type, which no service ever sees.
    expect(vendorNamespace(written).entityTypes).toMatchObject({
      orders___refund_Input_kind: { enum: ['card', 'voucher'] },
    });
    expect(vendorNamespace(written)).not.toEqual(vendorNamespace(carried));
  });

  test('the vendor cannot name a tool with a hyphen, which the service accepts', () => {
    const hyphen = [{ target: 'order-refund', name: 'refund', inputSchema: REFUND }];
    const plain = [{ target: 'orders', name: 'refund', inputSchema: REFUND }];

    expect(() => vendorNamespace(hyphen)).toThrow('unexpected token `-`');
    expect(ourNamespace(hyphen).actions['order-refund___refund']).toEqual(
      vendorNamespace(plain).actions.orders___refund,
    );
  });
});

describe('beyond the vendor', () => {
  const tools = [
    { target: 'order-refund', name: 'refund', inputSchema: REFUND },
    { target: 'other', name: 'refund', inputSchema: REFUND },
  ];
  const schema = schemaFromTools(tools);
  const permit = (scope: string, condition: string) => [
    { id: 'p', text: `permit (principal is AgentCore::OAuthUser, ${scope}, resource) when { ${condition} };` },
  ];
  const ONE = 'action == AgentCore::Action::"order-refund___refund"';
  const problems = (condition: string) =>
    validatePolicies(permit(ONE, condition), schema).map(({ message }) => message);

  test('it is a schema of Cedar', () => {
    expect(cedar().schemaToText(schema)).toMatchObject({ type: 'success' });
  });

  test.each([
    ['a claim is a text', 'principal.hasTag("x") && principal.getTag("x") like "a*"'],
    [
      'the time is a datetime',
      'context.system.now < datetime("2027-01-01") && context.system.now.toTime() < duration("9h")',
    ],
  ])('%s', (_what, condition) => expect(problems(condition)).toEqual([]));

  test.each([
    ['a claim is no number', 'principal.hasTag("x") && principal.getTag("x") > 5'],
    ['the time is no text', 'context.system.now == "2027-01-01"'],
    ['there is nothing else in the system context', 'context.system.today == context.system.now'],
  ])('%s', (_what, condition) => expect(problems(condition)).not.toEqual([]));

  test('a group holds the tools of its target, the group of all calls and the one of MCP hold every tool', () => {
    const decided = (group: string) => {
      const scope = `action in AgentCore::Action::"${group}"`;
      expect(validatePolicies(permit(scope, 'true'), schema)).toEqual([]);
      const set = new PolicySet(permit(scope, 'true'), schema);
      return tools.map(({ target }) => {
        const call = toolCallRequest({
          principal: oauthPrincipal({ sub: 'a' })!,
          gatewayArn: GATEWAY,
          qualifiedName: `${target}___refund`,
          inputSchema: REFUND,
          arguments: { orderId: 'A', amount: 1 },
          now: new Date(0),
        });
        return call.ok && set.decide(call.request).decision;
      });
    };

    expect(['order-refund', 'other', 'CallTool', 'Mcp'].map(decided)).toEqual([
      ['allow', 'deny'],
      ['deny', 'allow'],
      ['allow', 'allow'],
      ['allow', 'allow'],
    ]);
  });
});
