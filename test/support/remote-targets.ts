import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApiKeyProvider,
  ClientAuthentication,
  ExternalSecret,
  McpToolList,
  OAuth2Discovery,
  OAuth2Provider,
  OnBehalfOf,
  OpenApiDocument,
  Outbound,
  SignedService,
  SmithyModel,
  Target,
} from 'cdk-secure-mcp';
import type { Construct } from 'constructs';

/** An API with two operations. */
export const TICKETS = {
  openapi: '3.0.3',
  info: { title: 'Tickets', version: '1' },
  servers: [{ url: 'https://api.tickets.example/v1' }],
  paths: {
    '/tickets/{id}': {
      get: {
        operationId: 'getTicket',
        summary: 'Get one ticket',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'ok' } },
      },
    },
    '/tickets': {
      post: {
        operationId: 'createTicket',
        summary: 'Create a ticket',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Ticket' } } },
        },
        responses: { 201: { description: 'created' } },
      },
    },
  },
  components: {
    schemas: {
      Ticket: {
        type: 'object',
        required: ['title', 'priority'],
        properties: {
          title: { type: 'string', maxLength: 80 },
          priority: { type: 'string', enum: ['low', 'high'] },
          points: { type: 'integer', format: 'int32', minimum: 0, maximum: 10 },
        },
      },
    },
  },
};

export const DOCS_TOOLS = {
  tools: [
    {
      name: 'search_docs',
      description: 'Search the documentation',
      inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
  ],
};

export const INVENTORY = {
  smithy: '2.0',
  shapes: {
    'com.example#Inventory': {
      type: 'service',
      version: '1',
      operations: [{ target: 'com.example#GetPart' }, { target: 'com.example#DropAll' }],
      traits: { 'aws.api#service': { sdkId: 'Inventory', arnNamespace: 'inventory' } },
    },
    'com.example#GetPart': {
      type: 'operation',
      input: { target: 'com.example#GetPartInput' },
      traits: { 'smithy.api#readonly': {}, 'smithy.api#documentation': '<p>Get a part</p>' },
    },
    'com.example#GetPartInput': {
      type: 'structure',
      members: { partId: { target: 'smithy.api#String', traits: { 'smithy.api#required': {} } } },
    },
    'com.example#DropAll': {
      type: 'operation',
      traits: { 'smithy.api#http': { method: 'DELETE', uri: '/', code: 200 } },
    },
  },
};

export const tickets = (document: unknown = TICKETS) => OpenApiDocument.fromText(JSON.stringify(document));
export const docs = (list: unknown = DOCS_TOOLS) => McpToolList.fromJson(JSON.stringify(list));

export function secretOf(scope: Construct, id: string): ExternalSecret {
  return ExternalSecret.fromSecret(new Secret(scope, id), 'value');
}

export function oauth2(scope: Construct, id = 'OAuth2', onBehalfOf?: OnBehalfOf): OAuth2Provider {
  return OAuth2Provider.custom(scope, id, {
    discovery: OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration'),
    client: ClientAuthentication.clientSecretBasic({ clientId: 'gateway', secret: secretOf(scope, `${id}Secret`) }),
    onBehalfOf,
  });
}

export function apiKey(scope: Construct, id = 'ApiKey'): ApiKeyProvider {
  return new ApiKeyProvider(scope, id, { apiKey: secretOf(scope, `${id}Secret`) });
}

/** Every credential there is, by the name of its factory. */
export const CREDENTIALS: { readonly [kind: string]: (scope: Construct) => Outbound } = {
  gatewayRole: () => Outbound.gatewayRole(),
  iam: () =>
    Outbound.iam({
      service: SignedService.API_GATEWAY,
      resources: ['arn:aws:execute-api:us-east-1:111122223333:abc/prod/GET/tickets'],
    }),
  apiKey: (scope) => Outbound.apiKey(apiKey(scope)),
  clientCredentials: (scope) => Outbound.clientCredentials(oauth2(scope), { scopes: ['tickets.read'] }),
  authorizationCode: (scope) =>
    Outbound.authorizationCode(oauth2(scope), {
      scopes: ['tickets.read'],
      returnUrl: 'https://app.example.com/return',
    }),
  tokenExchange: (scope) =>
    Outbound.tokenExchange(oauth2(scope, 'OAuth2', OnBehalfOf.tokenExchange()), { scopes: ['tickets.read'] }),
  unauthenticated: () => Outbound.unauthenticated({ reason: 'The documentation is public anyway' }),
};

/** Every kind of target that takes a credential. */
export const TARGETS: { readonly [kind: string]: (scope: Construct, outbound: Outbound) => Target } = {
  OpenAPI: (_scope, outbound) => Target.openApi({ document: tickets(), operations: ['getTicket'], outbound }),
  'MCP server': (_scope, outbound) =>
    Target.mcpServer({ endpoint: 'https://mcp.vendor.example/mcp', tools: docs(), outbound }),
  'MCP server (dynamic)': (_scope, outbound) =>
    Target.mcpServer({
      endpoint: 'https://mcp.vendor.example/mcp',
      tools: McpToolList.dynamic({ expected: docs(), reason: 'The vendor adds tools every week' }),
      outbound,
    }),
  'API Gateway': (scope, outbound) => Target.apiGateway({ ...orders(scope), outbound }),
  Smithy: (_scope, outbound) =>
    Target.smithy({
      model: SmithyModel.fromJson(JSON.stringify(INVENTORY)),
      operations: ['GetPart'],
      resources: { GetPart: ['arn:aws:inventory:us-east-1:111122223333:part/all'] },
      outbound,
    }),
};

export function orders(scope: Construct) {
  const api = RestApi.fromRestApiId(scope, 'OrdersApi', 'abcde12345');
  const operations = [{ name: 'listOrders', description: 'List orders', method: 'GET', path: '/orders' }];
  return { api, stageName: 'prod', operations };
}

/** https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html, read by a person. */
export const ALLOWED: { readonly [kind: string]: readonly string[] } = {
  OpenAPI: ['clientCredentials', 'authorizationCode', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'MCP server': ['clientCredentials', 'authorizationCode', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'MCP server (dynamic)': ['clientCredentials', 'tokenExchange', 'apiKey', 'iam', 'unauthenticated'],
  'API Gateway': ['gatewayRole', 'apiKey', 'unauthenticated'],
  Smithy: ['gatewayRole', 'clientCredentials'],
};
