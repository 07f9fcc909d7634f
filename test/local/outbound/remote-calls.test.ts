import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { App } from 'aws-cdk-lib';
import { build } from '../../../examples/outbound/app';
import { Peer } from '../../../examples/outbound/local/peer';
import type { LocalGateway } from '../../../lib/local';
import {
  callTool,
  type EditableTemplate,
  edited,
  resources,
  rpc,
  start,
  stopAll,
  textOf,
  tokenOf,
} from '../../support/local-shop';
import { CREDENTIALS, Hosts, synthesizeDesk } from '../../support/outbound-desk';

const desk = synthesizeDesk();
const outdir = mkdtempSync(join(tmpdir(), 'assistants-'));
const app = new App({ outdir });
build(app);
app.synth();

let hosts: Hosts;
beforeAll(async () => {
  hosts = await Hosts.start();
});
afterEach(stopAll);
afterAll(() => hosts.close());

const GET_CUSTOMER = 'crm___getCustomer';
const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';
const targetOf = (template: EditableTemplate, name: string) =>
  resources(template, TARGET).find(({ Properties }) => Properties.Name === name)!.Properties;
const call = async (to: LocalGateway, tool: string, args: object, agent = 'robot') =>
  callTool(to, await tokenOf(to, agent), tool, args);

/** Takes statements out of the gateway role. */
const without = (sid: string) => (template: EditableTemplate) => {
  for (const { Properties } of resources(template, 'AWS::IAM::Policy', 'Outbound')) {
    const document = Properties.PolicyDocument;
    document.Statement = document.Statement.filter(({ Sid }: { Sid: string }) => Sid !== sid);
  }
};

describe('the gateway role needs every one of', () => {
  const customer = { customerId: 'C-000042' };
  test.each([
    [
      'GetOwnWorkloadToken',
      'bedrock-agentcore:GetWorkloadAccessToken',
      'weather___getForecast',
      { place: 'a', days: 1 },
    ],
    ['GetApiKeys', 'bedrock-agentcore:GetResourceApiKey', 'weather___getForecast', { place: 'a', days: 1 }],
    ['ReadProviderSecrets', 'secretsmanager:GetSecretValue', 'weather___getForecast', { place: 'a', days: 1 }],
    ['DecryptProviderSecrets', 'kms:Decrypt', 'weather___getForecast', { place: 'a', days: 1 }],
    ['GetOAuth2Tokens', 'bedrock-agentcore:GetResourceOauth2Token', 'crm___getCustomer', customer],
    ['SignAssertions', 'kms:Sign', 'crm___getCustomer', customer],
    ['GetWorkloadTokenForCaller', 'bedrock-agentcore:GetWorkloadAccessTokenForJWT', 'expenses___listReports', {}],
  ])('%s', async (sid, action, tool, args) => {
    const gateway = await start(edited(outdir, without(sid)));
    const scopes = ['assistants/expenses.listReports', 'assistants/expenses.submitReport'];
    const token = tool.startsWith('expenses')
      ? await gateway.mintToken({ clientId: 'assistant', subject: 'alice', scopes })
      : await tokenOf(gateway, 'service-desk');
    const answer = await callTool(gateway, token, tool, args);

    expect(textOf(answer)).toBe('An internal error occurred. Please retry later.');
    expect(gateway.decisions.at(-1)).toMatchObject({ layer: 2, decision: 'deny', action });
    expect(gateway.decisions.at(-1)!.reason).toContain(`not authorized to perform: ${action}`);
  });

  test('with all of them only the vault and the hosts are missing, which is said at start', async () => {
    const gateway = await start(outdir);
    await call(gateway, 'weather___getForecast', { place: 'a', days: 1 }, 'service-desk');

    expect(gateway.decisions.at(-1)).toMatchObject({ layer: 2, decision: 'deny' });
    expect(gateway.decisions.at(-1)!.reason).toContain('the vault has no apiKey of weather-login');
    expect(gateway.unsupported.filter((text) => text.startsWith('target weather: '))).toEqual([
      'target weather: https://api.weather.example is not called here. Use --forward https://api.weather.example=http://127.0.0.1:<port> for a server on this machine, or --forward https://api.weather.example for the host itself',
      'target weather: the vault has no apiKey of weather-login. Put { "weather-login": { "apiKey": … } } into the file of --vault, or set SECURE_MCP_VAULT_WEATHER_LOGIN_API_KEY',
    ]);
  });
});

test('tools are listed with the whole schema of their target', async () => {
  const gateway = await start(outdir);
  const { body } = await rpc(gateway, 'tools/list', {}, { token: await tokenOf(gateway, 'service-desk') });
  const tools = Object.fromEntries(body.result!.tools.map(({ name, ...tool }: { name: string }) => [name, tool]));

  expect(tools.crm___getCustomer).toMatchObject({
    inputSchema: { properties: { customerId: { type: 'string', pattern: '^C-[0-9]{6}$' } }, required: ['customerId'] },
  });
  expect(tools.handbook___read_page).toMatchObject({
    description: 'Read one page of the company handbook by its id',
    inputSchema: { properties: { pageId: { pattern: '^[a-z0-9-]{1,64}$' } } },
  });
});

test('an argument that is the body as a whole arrives as that', async () => {
  const gateway = await start(desk, { outbound: hosts.options });
  const arrivals = hosts.watch();
  await call(gateway, 'reports___addReport', { report: { title: 'May' } });

  const [{ method, url, body, headers }] = arrivals() as [ReturnType<typeof arrivals>[number]];
  expect([method, url, JSON.parse(body)]).toEqual(['POST', '/reports/all', { title: 'May' }]);
  expect([headers.authorization, headers['content-type']]).toEqual(['Bearer exchanged', 'application/json']);
});

test('an MCP server that speaks the newest revision alone', async () => {
  const handler = createMcpHandler(
    () => {
      const server = new Server({ name: 'docs', version: '1' }, { capabilities: { tools: {} } });
      server.setRequestHandler('tools/call', ({ params }) => ({
        content: [{ type: 'text', text: `modern ${params.name} ${JSON.stringify(params.arguments)}` }],
      }));
      return server;
    },
    { legacy: 'reject' },
  );
  const modern = await Peer.start(async ({ method, url, headers, body }) => {
    const own = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const init = { method, headers: own, ...(body === '' ? {} : { body }) };
    const response = await handler.fetch(new Request(`http://${headers.host}${url}`, init));
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  });
  const { forward, vault } = hosts.options;
  const gateway = await start(desk, {
    outbound: { vault, forward: { ...forward, 'https://mcp.docs.example': modern.origin } },
  });

  expect(textOf(await call(gateway, 'docs___search', { query: 'a' }))).toBe('modern search {"query":"a"}');
  expect(modern.arrivals.every(({ headers }) => headers['x-api-key'] === CREDENTIALS.crmKey)).toBe(true);
  await modern.close();
});

test('a key in the query, where the template says so', async () => {
  const gateway = await start(
    edited(desk, (template) => {
      const [{ CredentialProvider }] = targetOf(template, 'crm').CredentialProviderConfigurations;
      const key = CredentialProvider.ApiKeyCredentialProvider;
      Object.assign(key, { CredentialLocation: 'QUERY_PARAMETER', CredentialParameterName: 'key' });
    }),
    { outbound: hosts.options },
  );
  const arrivals = hosts.watch();
  await call(gateway, GET_CUSTOMER, { id: 'c-1' });

  expect(arrivals()[0]!.url).toBe(`/v1/customers/c-1?key=${CREDENTIALS.crmKey}`);
  expect(JSON.stringify(gateway.decisions)).not.toContain(CREDENTIALS.crmKey);
});

test('headers and query parameters of the list pass, to a function too', async () => {
  const gateway = await start(
    edited(desk, (template) => {
      for (const name of ['crm', 'note']) {
        targetOf(template, name).MetadataConfiguration = {
          AllowedRequestHeaders: ['X-Trace', 'X-Forwarded-For'],
          AllowedQueryParameters: ['locale'],
        };
      }
    }),
    { outbound: hosts.options, replaceHandlers: { note: join(__dirname, 'show-context.js') } },
  );
  const arrivals = hosts.watch();
  const token = await tokenOf(gateway, 'robot');
  const send = async (name: string, args: object) => {
    const response = await fetch(`${gateway.mcpUrl}?locale=de&other=1`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'mcp-protocol-version': '2025-11-25',
        'x-trace': 't-1',
        'x-other': 'o-1',
        'x-forwarded-for': '10.0.0.1',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
    });
    return response.text();
  };
  await send(GET_CUSTOMER, { id: 'c-1' });
  const shown = await send('note___note', {});

  const [{ url, headers }] = arrivals() as [ReturnType<typeof arrivals>[number]];
  expect(url).toBe('/v1/customers/c-1?locale=de');
  expect([headers['x-trace'], headers['x-other'], headers['x-forwarded-for']]).toEqual(['t-1', undefined, undefined]);
  expect(shown).toContain('\\"bedrockAgentCorePropagatedHeaders\\":{\\"x-trace\\":\\"t-1\\"}');
  expect(shown).toContain('\\"bedrockAgentCorePropagatedQueryParameters\\":{\\"locale\\":\\"de\\"}');
  expect(shown).not.toContain('o-1');
});

test('a stage of API Gateway that wants the gateway role: IAM decides by method and path', async () => {
  const API = 'https://abcde12345.execute-api.us-east-1.amazonaws.com';
  const stage = (template: EditableTemplate) => {
    const crm = targetOf(template, 'crm');
    crm.CredentialProviderConfigurations = [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }];
    const tool = { Name: 'getCustomer', Method: 'GET', Path: '/customers/{id}', Description: 'Get' };
    const ApiGatewayToolConfiguration = {
      ToolOverrides: [tool],
      ToolFilters: [{ FilterPath: tool.Path, Methods: [tool.Method] }],
    };
    crm.TargetConfiguration = {
      Mcp: { ApiGateway: { RestApiId: 'abcde12345', Stage: 'prod', ApiGatewayToolConfiguration } },
    };
  };
  const granting = (template: EditableTemplate) => {
    stage(template);
    const [policy] = resources(template, 'AWS::IAM::Policy', 'Outbound');
    policy!.Properties.PolicyDocument.Statement.push({
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Resource: {
        'Fn::Sub': 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:abcde12345/prod/GET/customers/*',
      },
    });
  };
  const outbound = { forward: { [API]: hosts.api.origin } };
  const denied = await start(edited(desk, stage), { outbound });
  await call(denied, GET_CUSTOMER, { id: 'c-1' });
  expect(denied.decisions.at(-1)).toMatchObject({ decision: 'deny', action: 'execute-api:Invoke' });

  const arrivals = hosts.watch();
  const allowed = await start(edited(desk, granting), { outbound });
  expect(allowed.unsupported.join('\n')).not.toMatch(/not offered/);
  expect(textOf(await call(allowed, GET_CUSTOMER, { id: 'c-1' }))).toBe('{"name":"Ada"}');
  expect(arrivals().map(({ url }) => url)).toEqual(['/prod/customers/c-1']);
});

test.each([
  [
    'signed requests',
    {
      CredentialProviderType: 'GATEWAY_IAM_ROLE',
      CredentialProvider: { IamCredentialProvider: { Service: 'execute-api' } },
    },
  ],
  ['the credential type CALLER_IAM_CREDENTIALS', { CredentialProviderType: 'CALLER_IAM_CREDENTIALS' }],
  [
    'a credential provider that is not in the assembly',
    {
      CredentialProviderType: 'API_KEY',
      CredentialProvider: { ApiKeyCredentialProvider: { ProviderArn: 'arn:other' } },
    },
  ],
  ['the grant AUTHORIZATION_CODE', 'AUTHORIZATION_CODE'],
])('%s: the target is not run, and that is said', async (why, credential) => {
  const gateway = await start(
    edited(desk, (template) => {
      const reports = targetOf(template, 'reports');
      if (typeof credential === 'string') {
        const [{ CredentialProvider }] = reports.CredentialProviderConfigurations;
        CredentialProvider.OauthCredentialProvider.GrantType = credential;
      } else reports.CredentialProviderConfigurations = [credential];
    }),
  );

  expect(gateway.unsupported.join('\n')).toContain(`the target is not run, ${why}`);
  expect((await call(gateway, 'reports___listMine', {})).body.error?.code).toBe(-32602);
});

describe.each([
  ['an HTTP API', GET_CUSTOMER, { id: 'c-1' }],
  ['an MCP server', 'docs___search', { query: 'a' }],
])('a key that is no value of a header, for %s in DEBUG', (_what, tool, args) => {
  test('is named and not shown, and one that is goes out', async () => {
    const debug = edited(desk, (template) => {
      resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties.ExceptionLevel = 'DEBUG';
    });
    const { crmKey } = CREDENTIALS;
    const withKey = (apiKey: string) =>
      start(debug, { outbound: { ...hosts.options, vault: { 'crm-key': { apiKey } } } });
    const broken = await withKey(`${crmKey}\nX-Other: 1`);
    const arrivals = hosts.watch();
    const answer = await call(broken, tool, args);

    expect(textOf(answer)).toContain('the apiKey of crm-key is no value of a header');
    expect(JSON.stringify([answer, broken.decisions])).not.toContain(crmKey);
    expect(arrivals()).toEqual([]);
    expect(textOf(await call(await withKey(crmKey), tool, args))).toMatch(/Ada|found/);
    expect(arrivals()[0]!.headers['x-api-key']).toBe(crmKey);
  });
});

test('an MCP server that fails: its errors of the protocol are told in DEBUG, those of the client are not', async () => {
  const debug = edited(desk, (template) => {
    resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties.ExceptionLevel = 'DEBUG';
  });
  let refuse = false;
  const server = await Peer.start(({ body }) => {
    const { id } = JSON.parse(body === '' ? '{}' : body);
    if (!refuse) return { status: 500, body: 'planted-marker' };
    return { body: { jsonrpc: '2.0', id, error: { code: -32603, message: 'out of order' } } };
  });
  const { forward, vault } = hosts.options;
  const gateway = await start(debug, {
    outbound: { vault, forward: { ...forward, 'https://mcp.docs.example': server.origin } },
  });
  const failed = textOf(await call(gateway, 'docs___search', { query: 'a' }));
  refuse = true;

  expect(failed).toContain('docs gives no answer of MCP');
  expect(failed).not.toContain('planted-marker');
  expect(textOf(await call(gateway, 'docs___search', { query: 'a' }))).toContain('docs answers: ');
  await server.close();
});

test('operations of API Gateway whose schema or name is not in the template are not offered, and that is said', async () => {
  const gateway = await start(
    edited(desk, (template) => {
      const crm = targetOf(template, 'crm');
      crm.CredentialProviderConfigurations = [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }];
      const override = (Name: string, Path: string) => ({ Name, Method: 'GET', Path });
      const ApiGatewayToolConfiguration = {
        ToolOverrides: [override('getCustomer', '/customers/{id}'), override('getOther', '/other')],
        ToolFilters: [
          { FilterPath: '/customers/{id}', Methods: ['GET', 'DELETE'] },
          { FilterPath: '/all/*', Methods: ['GET'] },
        ],
      };
      crm.TargetConfiguration = { Mcp: { ApiGateway: { RestApiId: 'a', Stage: 'prod', ApiGatewayToolConfiguration } } };
    }),
  );
  const { body } = await rpc(gateway, 'tools/list', {}, { token: await tokenOf(gateway, 'robot') });
  const names = body.result!.tools.map(({ name }: { name: string }) => name);

  expect(names).toContain(GET_CUSTOMER);
  expect((await call(gateway, 'crm___getOther', {})).body.error?.code).toBe(-32602);
  expect(gateway.unsupported.filter((text) => text.endsWith('not offered'))).toEqual([
    expect.stringContaining('DELETE of /customers/{id} has no ToolOverride of its own'),
    expect.stringContaining('GET of /all/* has no ToolOverride of its own'),
    expect.stringContaining('the input schema of getOther is known to the API alone'),
  ]);
});

test('the log shows the URL of a target without user information and query', async () => {
  const gateway = await start(
    edited(desk, (template) => {
      targetOf(template, 'docs').TargetConfiguration.Mcp.McpServer.Endpoint =
        'https://user:planted-marker@mcp.docs.example/mcp?key=planted-marker';
    }),
    { outbound: hosts.options },
  );
  await call(gateway, 'docs___search', { query: 'a' });
  const refused = await start(edited(desk, () => undefined));
  await call(refused, 'docs___search', { query: 'a' });

  const of = ({ decisions }: LocalGateway) => decisions.at(-1)!;
  expect(of(gateway)).toMatchObject({ decision: 'allow', resource: 'https://***@mcp.docs.example/mcp?***' });
  expect(JSON.stringify(gateway.decisions)).not.toContain('planted-marker');
  expect(of(refused)).toMatchObject({ decision: 'deny', resource: 'https://mcp.docs.example/mcp' });
});
