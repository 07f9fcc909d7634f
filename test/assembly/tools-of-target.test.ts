import { authorizationOf } from '../../lib/assembly/authorization-of';
import { ConcreteAssembly } from '../../lib/assembly/concrete';
import { assemblyOf } from '../support/template-assembly';

const SCHEMA = { type: 'object', properties: { id: { type: 'string', maxLength: 9 } }, required: ['id'] };
const CARRIED = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
const DOCUMENT = {
  openapi: '3.0.3',
  info: { title: 'Pages', version: '1' },
  servers: [{ url: 'https://pages.example' }],
  paths: {
    '/pages': {
      get: {
        operationId: 'getPage',
        summary: 'Get a page',
        parameters: [{ name: 'id', in: 'query', required: true, schema: { type: 'string', maxLength: 9 } }],
      },
    },
  },
};

function read(mcp: object, noted?: object) {
  const Resources = {
    G: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { Name: 'g' } },
    T: {
      Type: 'AWS::BedrockAgentCore::GatewayTarget',
      Properties: { Name: 'pages', GatewayIdentifier: { Ref: 'G' }, TargetConfiguration: { Mcp: mcp } },
      Metadata: { 'cdk-secure-mcp': { tools: noted } },
    },
  };
  const [gateway] = authorizationOf(new ConcreteAssembly(assemblyOf({ Resources })));
  return { tools: gateway!.tools, unknown: gateway!.unknown.filter((text) => text.includes('pages')) };
}

const text = (value: unknown) => ({ InlinePayload: JSON.stringify(value) });
const PAGE = { target: 'pages', name: 'getPage', inputSchema: CARRIED };

test.each<[string, { mcp: object; noted?: object }]>([
  [
    'a list of MCP tools',
    {
      mcp: {
        McpServer: { McpToolSchema: text({ tools: [{ name: 'getPage', description: 'x', inputSchema: SCHEMA }] }) },
      },
    },
  ],
  ['an OpenAPI document', { mcp: { OpenApiSchema: text(DOCUMENT) } }],
  ['what a construct noted', { mcp: { ApiGateway: {} }, noted: { getPage: { risk: 'READ', inputSchema: CARRIED } } }],
])('tools are read from %s', (_what, { mcp, noted }) => {
  expect(read(mcp, noted)).toEqual({ tools: [PAGE], unknown: [] });
});

test('what is published goes before what a construct noted about it', () => {
  const noted = {
    getPage: { risk: 'READ', inputSchema: { type: 'object', properties: { other: { type: 'string' } } } },
  };

  expect(read({ OpenApiSchema: text(DOCUMENT) }, noted)).toEqual({ tools: [PAGE], unknown: [] });
  expect(read({ OpenApiSchema: { S3: { Uri: 's3://b/k' } } }, noted).tools).toMatchObject([
    { inputSchema: { properties: { other: {} } } },
  ]);
});

test('a name that is not known is said', () => {
  const list = [{ Name: { Ref: 'Nothing' }, InputSchema: { Type: 'object' } }];

  expect(read({ Lambda: { ToolSchema: { InlinePayload: list } } })).toEqual({
    tools: [],
    unknown: ['target pages: the name of a tool is only known after a deployment'],
  });
});

test.each<[string, { mcp: object; noted?: object }]>([
  ['a document elsewhere', { mcp: { OpenApiSchema: { S3: { Uri: 's3://b/k' } } } }],
  ['text that is no document', { mcp: { OpenApiSchema: { InlinePayload: '{' } } }],
  [
    'a list that is half broken',
    { mcp: { McpServer: { McpToolSchema: text({ tools: [{ name: 'a' }, { name: '!' }] }) } } },
  ],
  ['a note without schema', { mcp: { ApiGateway: {} }, noted: { getPage: { risk: 'READ' } } }],
  ['a server that is asked at run time', { mcp: { McpServer: { Endpoint: 'https://a.example' } } }],
])('%s is said, never taken for a target without tools', (_what, { mcp, noted }) => {
  expect(read(mcp, noted)).toEqual({ tools: [], unknown: ['target pages: its tools are not in the template'] });
});
