import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApiKeyProvider,
  ClientAuthentication,
  ExternalSecret,
  Inbound,
  McpToolList,
  OAuth2Discovery,
  OAuth2Provider,
  OnBehalfOf,
  OpenApiDocument,
  Outbound,
  SecureMcpGateway,
  Target,
  ToolHandler,
  ToolSchema,
} from 'cdk-secure-mcp';
import { type Answer, type Arrival, Peer } from '../../examples/outbound/local/peer';
import type { LocalOutboundOptions } from '../../lib/local';

const API = 'https://api.crm.example';
const SERVER = 'https://mcp.docs.example';
const LOGIN = 'https://login.crm.example';

export const CREDENTIALS = {
  crmKey: 'the-key-of-the-crm-71c2',
  otherKey: 'the-key-of-somebody-else-03ab',
  clientSecret: 'the-secret-of-the-client-95de',
};

const json = (value: unknown) => JSON.stringify(value);
const operation = (operationId: string, more: object = {}) => ({ operationId, summary: operationId, ...more });
const inPath = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

const BODY = {
  required: true,
  content: {
    'application/json': {
      schema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
    },
  },
};

const CRM = {
  openapi: '3.0.3',
  info: { title: 'CRM', version: '1' },
  servers: [{ url: `${API}/v1` }],
  paths: { '/customers/{id}': { get: operation('getCustomer', { parameters: [inPath] }) } },
};
const REPORTS = {
  openapi: '3.0.3',
  info: { title: 'Reports', version: '1' },
  servers: [{ url: `${API}/reports` }],
  paths: { '/mine': { get: operation('listMine') }, '/all': { post: operation('addReport', { requestBody: BODY }) } },
};
export const PINNED = 'Search the documentation';
const DOCS = {
  tools: [
    {
      name: 'search',
      description: PINNED,
      inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
  ],
};

/** A gateway with an API called with a key, one called for the user, an MCP server, and a function. */
export function synthesizeDesk(): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'desk-')) });
  const stack = new Stack(app, 'Desk');
  const secret = (id: string) => ExternalSecret.fromSecret(new Secret(stack, id), 'value');
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'desk', inbound: Inbound.cognito() });
  const key = new ApiKeyProvider(stack, 'CrmKey', { providerName: 'crm-key', apiKey: secret('CrmSecret') });
  // Of another gateway of the account: no target of this one uses it.
  new ApiKeyProvider(stack, 'OtherKey', { providerName: 'other-key', apiKey: secret('OtherSecret') });
  const login = OAuth2Provider.custom(stack, 'Login', {
    providerName: 'login',
    discovery: OAuth2Discovery.metadata({
      issuer: LOGIN,
      authorizationEndpoint: `${LOGIN}/authorize`,
      tokenEndpoint: `${LOGIN}/token`,
    }),
    client: ClientAuthentication.clientSecretBasic({ clientId: 'desk', secret: secret('LoginSecret') }),
    onBehalfOf: OnBehalfOf.tokenExchange(),
  });
  const handler = join(mkdtempSync(join(tmpdir(), 'desk-tool-')), 'note.ts');
  writeFileSync(handler, 'export const handler = async () => "noted";');
  const robot = gateway.addAgent('robot');
  const targets = {
    crm: Target.openApi({ document: OpenApiDocument.fromText(json(CRM)), outbound: Outbound.apiKey(key) }),
    reports: Target.openApi({
      document: OpenApiDocument.fromText(json(REPORTS)),
      bodyArgument: 'report',
      outbound: Outbound.tokenExchange(login, { scopes: ['reports.read'] }),
    }),
    docs: Target.mcpServer({
      endpoint: `${SERVER}/mcp`,
      tools: McpToolList.fromJson(json(DOCS)),
      outbound: Outbound.apiKey(key),
    }),
  };
  for (const [name, target] of Object.entries(targets)) {
    for (const tool of gateway.addTarget(name, target).tools) tool.permit(robot);
  }
  gateway
    .addTool('note', {
      description: 'Note',
      input: ToolSchema.fromJson('{"type":"object","properties":{}}'),
      handler: ToolHandler.fromEntry(handler),
    })
    .permit(robot);
  return app.synth().directory;
}

/** The hosts behind that gateway. What they answer can be changed; what arrives is kept. */
export class Hosts {
  public static async start(): Promise<Hosts> {
    const hosts: Hosts = new Hosts(
      await Peer.start((request) => hosts.crm(request)),
      await Peer.start((request) => hosts.docs(request)),
      await Peer.start((request) => hosts.login(request)),
      await Peer.start(() => ({ body: { iam: 'role', AccessKeyId: 'internal' } })),
    );
    return hosts;
  }

  public crm: (request: Arrival) => Answer;
  public description: string;
  /** What the MCP server tells before the result of a call, as events of one stream. */
  public events: readonly object[] = [];

  private constructor(
    public readonly api: Peer,
    public readonly server: Peer,
    public readonly loginServer: Peer,
    /** A service of the internal network that nobody may be led to. */
    public readonly internal: Peer,
  ) {
    this.crm = Hosts.honest;
    this.description = PINNED;
  }

  public static readonly honest = (): Answer => ({ body: { name: 'Ada' } });

  public get options(): LocalOutboundOptions {
    const { crmKey, otherKey, clientSecret } = CREDENTIALS;
    return {
      forward: { [API]: this.api.origin, [SERVER]: this.server.origin, [LOGIN]: this.loginServer.origin },
      vault: {
        'crm-key': { apiKey: crmKey },
        'other-key': { apiKey: otherKey },
        login: { clientSecret },
      },
    };
  }

  public get peers(): readonly Peer[] {
    return [this.api, this.server, this.loginServer, this.internal];
  }

  /** From now on: what arrives at the hosts that tools are about. The authorization server may see what it exchanges. */
  public watch(): () => readonly Arrival[] {
    const seen = [this.api, this.server].map(({ arrivals }) => ({ arrivals, from: arrivals.length }));
    return () => seen.flatMap(({ arrivals, from }) => arrivals.slice(from));
  }

  public async close(): Promise<void> {
    await Promise.all(this.peers.map((peer) => peer.close()));
  }

  private login({ headers, body }: Arrival): Answer {
    const basic = Buffer.from(`desk:${CREDENTIALS.clientSecret}`).toString('base64');
    if (headers.authorization !== `Basic ${basic}`) return { status: 401, body: { error: 'invalid_client' } };
    const subject = new URLSearchParams(body).get('subject_token');
    return { body: { access_token: subject === null ? 'actor' : 'exchanged', token_type: 'Bearer', expires_in: 60 } };
  }

  /** An MCP server without sessions, in as few words as the protocol allows. */
  private docs({ method, body }: Arrival): Answer {
    if (method !== 'POST') return { status: 405 };
    const { id, method: rpc, params } = JSON.parse(body) as { id?: number; method: string; params?: object };
    if (id === undefined) return { status: 202 };
    const tools = [{ ...DOCS.tools[0], description: this.description }];
    const results: { [method: string]: object } = {
      initialize: {
        protocolVersion: (params as { protocolVersion?: string } | undefined)?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'docs', version: '1' },
      },
      'tools/list': { tools },
      'tools/call': { content: [{ type: 'text', text: 'found' }] },
    };
    const result = results[rpc];
    if (result === undefined)
      return { body: { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } } };
    const answer = { jsonrpc: '2.0', id, result };
    if (rpc !== 'tools/call' || this.events.length === 0) return { body: answer };
    const stream = [...this.events, answer].map((event) => `event: message\ndata: ${json(event)}\n\n`).join('');
    return { headers: { 'content-type': 'text/event-stream' }, body: stream };
  }
}
