import type { Assembly, StackTemplate } from '../../lib/assembly/read-assembly';
import { runRules } from '../../lib/rules/run-rules';
import { assemblyOf } from '../support/template-assembly';

const GATEWAY = 'AWS::BedrockAgentCore::Gateway';

/** What IN01 says about a gateway whose authorizer type is written like this. */
function outcome(authorizerType: unknown, around: object = {}): 'pass' | 'finding' | 'undecided' | 'both' {
  return verdict(
    assemblyOf({ ...around, Resources: { Gw: { Type: GATEWAY, Properties: { AuthorizerType: authorizerType } } } }),
  );
}

function verdict(assembly: Assembly): 'pass' | 'finding' | 'undecided' | 'both' {
  const own = runRules(assembly).filter(({ ruleId }) => /IN01/.test(ruleId));
  const open = own.some((each) => each.undecided);
  const found = own.some((each) => !each.undecided);
  return open && found ? 'both' : open ? 'undecided' : found ? 'finding' : 'pass';
}

const parameters = {
  Parameters: {
    Type: { Type: 'String', Default: 'AWS_IAM' },
    Stage: { Type: 'String', AllowedValues: ['dev', 'prod'] },
  },
};
const isProd = { Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } }, ...parameters };

test.each([
  ['a parameter, even with a good default', { Ref: 'Type' }, parameters, 'undecided'],
  ['an import of another app', { 'Fn::ImportValue': 'x' }, {}, 'undecided'],
  ['a custom resource', { 'Fn::GetAtt': ['Gw', 'Nothing'] }, {}, 'undecided'],
  ['a dynamic reference', '{{resolve:ssm:/type}}', {}, 'undecided'],
  ['a joined literal', { 'Fn::Join': ['_', ['AWS', 'IAM']] }, {}, 'pass'],
  ['a bad joined literal', { 'Fn::Join': ['', ['NO', 'NE']] }, {}, 'finding'],
  ['a selected literal', { 'Fn::Select': [1, ['NONE', 'AWS_IAM']] }, {}, 'pass'],
  ['no value', { Ref: 'AWS::NoValue' }, {}, 'finding'],
  ['a map', { 'Fn::FindInMap': ['M', 'a', 'b'] }, { Mappings: { M: { a: { b: 'NONE' } } } }, 'finding'],
  [
    'a map by region with one value',
    { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'b'] },
    { Mappings: { M: { 'eu-west-1': { b: 'AWS_IAM' } } } },
    'pass',
  ],
  ['a condition with two good branches', { 'Fn::If': ['Prod', 'AWS_IAM', 'CUSTOM_JWT'] }, isProd, 'pass'],
  ['a condition with one bad branch', { 'Fn::If': ['Prod', 'AWS_IAM', 'NONE'] }, isProd, 'finding'],
  ['a condition with an open branch', { 'Fn::If': ['Prod', 'NONE', { Ref: 'Type' }] }, isProd, 'both'],
  ['a condition that is not defined', { 'Fn::If': ['Nowhere', 'AWS_IAM', 'CUSTOM_JWT'] }, {}, 'undecided'],
  [
    'a condition that refers to itself',
    { 'Fn::If': ['A', 'AWS_IAM', 'CUSTOM_JWT'] },
    { Conditions: { A: { 'Fn::Not': [{ Condition: 'A' }] } } },
    'undecided',
  ],
  ['an unknown function', { 'Fn::Transform': { Name: 'x' } }, {}, 'undecided'],
  ['a hostile key', { __proto__: 'x', 'Fn::Sub': '${__proto__}' }, {}, 'undecided'],
])('%s', (_name, value, around, expected) => {
  expect(outcome(value, around)).toBe(expected);
});

test('a gateway that exists only in production is judged there', () => {
  const resources = { Gw: { Type: GATEWAY, Condition: 'Prod', Properties: { AuthorizerType: 'NONE' } } };

  expect(verdict(assemblyOf({ ...isProd, Resources: resources }))).toBe('finding');
});

test('a gateway that never exists is not judged', () => {
  const never = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };
  const resources = { Gw: { Type: GATEWAY, Condition: 'Never', Properties: { AuthorizerType: 'NONE' } } };

  expect(verdict(assemblyOf({ ...never, Resources: resources }))).toBe('pass');
});

test('two conditions on one parameter are not combined into what cannot be', () => {
  const value = { 'Fn::If': ['Prod', { 'Fn::If': ['Dev', 'NONE', 'AWS_IAM'] }, 'AWS_IAM'] };
  const around = {
    ...parameters,
    Conditions: {
      Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      Dev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
    },
  };

  expect(outcome(value, around)).toBe('pass');
});

test('more conditions than can be tried leave it undecided, in time', () => {
  const names = Array.from({ length: 40 }, (_, index) => `C${index}`);
  const around = {
    Parameters: Object.fromEntries(names.map((name) => [name, { Type: 'String' }])),
    Conditions: Object.fromEntries(names.map((name) => [name, { 'Fn::Equals': [{ Ref: name }, 'x'] }])),
  };
  const value = names.reduce<unknown>((inner, name) => ({ 'Fn::If': [name, 'AWS_IAM', inner] }), 'CUSTOM_JWT');

  expect(outcome(value, around)).toBe('undecided');
});

test('a cycle of parameters and outputs of nested stacks ends', () => {
  const stack = (name: string, template: object, parent?: StackTemplate['parent']): StackTemplate => ({
    name,
    templateFile: `${name}.json`,
    template: { Resources: {}, ...template } as StackTemplate['template'],
    assets: new Map(),
    parent,
  });
  const nested = (source: string) => ({
    Type: 'AWS::CloudFormation::Stack',
    Properties: { Parameters: { P: { 'Fn::GetAtt': [source, 'Outputs.O'] } } },
  });
  const child = {
    Parameters: { P: { Type: 'String' } },
    Outputs: { O: { Value: { 'Fn::Join': ['', [{ Ref: 'P' }, { Ref: 'P' }]] } } },
  };
  const assembly: Assembly = {
    path: 'x',
    unread: [],
    stacks: [
      stack('S', {
        Resources: {
          A: nested('B'),
          B: nested('A'),
          Gw: { Type: GATEWAY, Properties: { AuthorizerType: { 'Fn::GetAtt': ['A', 'Outputs.O'] } } },
        },
      }),
      stack('S/A', child, { stack: 'S', logicalId: 'A' }),
      stack('S/B', child, { stack: 'S', logicalId: 'B' }),
    ],
  };

  expect(verdict(assembly)).toBe('undecided');
});
