import { readSmithy } from '../../../lib/core/smithy/read-smithy';
import { INVENTORY } from '../../support/remote-targets';

// biome-ignore lint/suspicious/noExplicitAny: a test changes any place of a model
type Model = any;

function read(keep: string[], change: (model: Model) => void = () => {}) {
  const model = structuredClone(INVENTORY) as Model;
  change(model);
  return readSmithy(model, keep, 'inventory.json');
}

test('a named operation becomes a tool, with its IAM action', () => {
  const { operations, problems } = read(['GetPart']);

  expect(problems).toEqual([]);
  expect(operations).toEqual([
    {
      name: 'GetPart',
      description: 'Get a part',
      inputSchema: { type: 'object', properties: { partId: { type: 'string' } }, required: ['partId'] },
      risk: 'READ',
      iamAction: 'inventory:GetPart',
    },
  ]);
});

test('the model that is published has nothing else', () => {
  const { model } = read(['GetPart']);

  expect(Object.keys((model as Model).shapes)).toEqual([
    'com.example#Inventory',
    'com.example#GetPart',
    'com.example#GetPartInput',
  ]);
  expect((model as Model).shapes['com.example#Inventory'].operations).toEqual([{ target: 'com.example#GetPart' }]);
});

test('an operation of a resource is found; a deleting one is destructive', () => {
  const { operations, problems } = read(['DropAll'], (model) => {
    const service = model.shapes['com.example#Inventory'];
    service.operations = [];
    service.resources = [{ target: 'com.example#Part' }];
    model.shapes['com.example#Part'] = { type: 'resource', delete: { target: 'com.example#DropAll' } };
  });

  expect(problems).toEqual([]);
  expect(operations[0]).toMatchObject({ name: 'DropAll', risk: 'DESTRUCTIVE', inputSchema: { type: 'object' } });
});

test.each<[string, Model, unknown]>([
  ['a list', { type: 'list', member: { target: 'smithy.api#Long' } }, { type: 'array', items: { type: 'integer' } }],
  ['an enum', { type: 'enum', members: {} }, { type: 'string' }],
  [
    'a structure',
    { type: 'structure', members: { a: { target: 'smithy.api#PrimitiveBoolean' } } },
    { type: 'object', properties: { a: { type: 'boolean' } } },
  ],
])('%s is an argument', (_name, shape, schema) => {
  const { operations, problems } = read(['GetPart'], (model) => {
    model.shapes['com.example#X'] = shape;
    model.shapes['com.example#GetPartInput'].members.x = { target: 'com.example#X' };
  });

  expect(problems).toEqual([]);
  expect(operations[0]!.inputSchema.properties!.x).toEqual(schema);
});

test('a map is no argument; a required one makes the operation unusable', () => {
  const withMap = (traits: Model) => (model: Model) => {
    model.shapes['com.example#X'] = { type: 'map' };
    model.shapes['com.example#GetPartInput'].members.x = { target: 'com.example#X', traits };
  };

  expect(read(['GetPart'], withMap({})).operations[0]!.inputSchema.properties).not.toHaveProperty('x');
  expect(read(['GetPart'], withMap({ 'smithy.api#required': {} })).problems[0]!.message).toContain(
    "required member 'x'",
  );
});

test('an operation that is not there, with the nearest', () => {
  expect(read(['GetParts']).problems).toEqual([
    expect.objectContaining({ code: 'SMITHY_INVALID', fix: 'Did you mean "GetPart"?' }),
  ]);
});

test.each([[{}], ['text'], [{ shapes: {} }]])('%p is no model', (model) => {
  expect(readSmithy(model, ['GetPart'], 'x').problems[0]!.message).toContain('one service');
});
