import { generateSchema } from '@cedar-policy/mcp-schema-generator-wasm';
import { cedar } from '../../../lib/core/cedar/engine';
import { schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import type { ToolInputSchema } from '../../../lib/core/schema/tool-schema';
import { REFUND } from './fixture';

const STUB = `namespace AgentCore {
  @mcp_principal entity OAuthUser = { id: String };
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

function vendorInput(name: string, inputSchema: ToolInputSchema): Json {
  const tools = JSON.stringify([{ name, description: 'd', inputSchema }]);
  const options = JSON.stringify({ objectsAsRecords: true, numbersAsDecimal: true, flattenNamespaces: true });
  const result = JSON.parse(generateSchema(STUB, tools, options));
  if (!result.isOk) throw new Error(result.error);
  const { actions, commonTypes } = JSON.parse(result.schemaJson).AgentCore;
  expect(actions[name].appliesTo.principalTypes).toEqual(['IamEntity', 'OAuthUser', 'UnauthenticatedUser']);
  return inlined(actions[name].appliesTo.context.attributes.input, commonTypes);
}

function ourInput(target: string, name: string, inputSchema: ToolInputSchema) {
  const schema = schemaFromTools([{ target, name, inputSchema }]);
  const context = schema.AgentCore!.actions[`${target}___${name}`]!.appliesTo!.context as unknown as {
    attributes: { [name: string]: Json };
  };
  return context.attributes.input;
}

describe('the input of a tool has the types that the vendor gives it', () => {
  test.each<[string, ToolInputSchema]>([
    ['every type, required and optional', REFUND],
    ['no properties', { type: 'object' }],
    ['empty properties', { type: 'object', properties: {} }],
    ['an array without items', { type: 'object', properties: { a: { type: 'array' } } }],
    ['an object without properties', { type: 'object', properties: { o: { type: 'object' } } }],
    [
      'arrays of objects and of arrays',
      {
        type: 'object',
        properties: {
          lines: { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } },
          grid: { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
        },
        required: ['lines'],
      },
    ],
  ])('%s', (_what, inputSchema) => {
    expect(ourInput('orders', 'refund', inputSchema)).toEqual(vendorInput('orders___refund', inputSchema));
  });

  test('the vendor cannot name a tool with a hyphen, which the service accepts', () => {
    expect(() => vendorInput('order-refund___refund', REFUND)).toThrow('unexpected token `-`');
    expect(ourInput('order-refund', 'refund', REFUND)).toEqual(vendorInput('orders___refund', REFUND));
  });
});

test('beyond the vendor: claims as tags, the time, groups of actions', () => {
  const schema = schemaFromTools([{ target: 'order-refund', name: 'refund', inputSchema: REFUND }]);
  const text = cedar().schemaToText(schema);

  expect(text).toMatchObject({ type: 'success' });
  expect(schema.AgentCore!.entityTypes.OAuthUser).toMatchObject({ tags: { type: 'String' } });
  expect(schema.AgentCore!.actions).toMatchObject({
    'order-refund___refund': { memberOf: [{ id: 'order-refund' }] },
    'order-refund': { memberOf: [{ id: 'CallTool' }] },
    CallTool: { memberOf: [{ id: 'Mcp' }] },
  });
});
