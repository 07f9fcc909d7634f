import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { App } from 'aws-cdk-lib';
import { type Decision, type LocalGateway, startLocalGateway } from 'cdk-secure-mcp/local';
import { build } from './app';
import { Company } from './local/company';
import type { Arrival } from './local/peer';

/** One call of a tool, and what reached the host behind it. */
export interface Observed {
  readonly caller: string;
  readonly tool: string;
  readonly answer: string;
  /** The token that the caller showed to the gateway. */
  readonly callerToken: string;
  readonly arrivals: readonly Arrival[];
}

export interface Run {
  readonly observed: readonly Observed[];
  readonly decisions: readonly Decision[];
  /** What the local gateway said at start that it does not do. */
  readonly unsupported: readonly string[];
  /** Everything that the hosts got to see. */
  readonly everythingSent: string;
  /** Values that must be nowhere but at their own host. */
  readonly secrets: readonly string[];
}

const CALLS = [
  ['crm', 'service-desk', 'crm___getCustomer', { customerId: 'C-000042' }],
  ['weather', 'service-desk', 'weather___getForecast', { place: 'Berlin', days: 2 }],
  ['handbook', 'service-desk', 'handbook___search_handbook', { query: 'vacation' }],
  ['expenses', 'alice', 'expenses___listReports', {}],
  ['expenses', 'bob', 'expenses___submitReport', { purpose: 'Train', amount: 42.5, currency: 'EUR' }],
] as const;

/** Runs the example on this machine: a real MCP client, the synthesized gateway, and real HTTP hosts behind it. */
export async function run(): Promise<Run> {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'outbound-')) });
  build(app);
  const { directory } = app.synth();
  let issuer = '';
  const company = await Company.start(() => issuer);
  const { forward, vault } = company;
  const gateway = await startLocalGateway({ assembly: directory, outbound: { forward, vault } });
  try {
    issuer = gateway.issuer;
    const observed: Observed[] = [];
    for (const [api, caller, tool, args] of CALLS) {
      const before = company.apis[api].arrivals.length;
      const callerToken = await tokenOf(gateway, caller);
      const answer = await call(gateway, callerToken, tool, args);
      observed.push({ caller, tool, answer, callerToken, arrivals: company.apis[api].arrivals.slice(before) });
    }
    return {
      observed,
      decisions: gateway.decisions,
      unsupported: gateway.unsupported,
      everythingSent: JSON.stringify(Object.values(company.apis).map(({ arrivals }) => arrivals)),
      secrets: Object.values(vault).flatMap((values) => Object.values(values)),
    };
  } finally {
    await Promise.all([gateway.close(), company.close()]);
  }
}

/** An agent gets its token by client credentials; a person logs in at the app that is registered for people. */
async function tokenOf(gateway: LocalGateway, caller: string): Promise<string> {
  const agent = gateway.agents.find(({ name }) => name === caller);
  if (agent === undefined) return login(gateway, caller);
  const basic = Buffer.from(`${agent.clientId}:${agent.clientSecret}`).toString('base64');
  return tokenFor(gateway, { grant_type: 'client_credentials' }, { authorization: `Basic ${basic}` });
}

/** Authorization code with PKCE, as a browser and the app behind it do it. */
async function login(gateway: LocalGateway, person: string): Promise<string> {
  const { clientId, redirectUris, scopes } = gateway.interactiveAgents.find(({ name }) => name === 'assistant')!;
  const redirectUri = redirectUris[0]!;
  const discovery = await fetch(`${gateway.issuer}/.well-known/openid-configuration`);
  const { authorization_endpoint: endpoint } = (await discovery.json()) as { authorization_endpoint: string };
  const verifier = randomBytes(32).toString('base64url');
  const page = new URL(endpoint);
  page.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: person,
  }).toString();
  const { headers } = await fetch(page, { redirect: 'manual' });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri, code };
  return tokenFor(gateway, { ...form, code_verifier: verifier });
}

async function tokenFor(gateway: LocalGateway, form: { [name: string]: string }, headers = {}): Promise<string> {
  const response = await fetch(gateway.tokenEndpoint, { method: 'POST', headers, body: new URLSearchParams(form) });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function call(gateway: LocalGateway, token: string, name: string, args: object): Promise<string> {
  const client = new Client({ name: 'example', version: '1.0.0' });
  const headers = { authorization: `Bearer ${token}`, 'x-api-key': 'a key of the caller' };
  await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { requestInit: { headers } }));
  try {
    const { content } = await client.callTool({ name, arguments: { ...args } });
    const [first] = content;
    return first?.type === 'text' ? first.text : JSON.stringify(content);
  } finally {
    await client.close();
  }
}

/** What a host can tell about who calls; a token or key is shown by its scheme only. */
function credentialOf({ headers }: Arrival): string {
  const { authorization, 'x-api-key': key } = headers;
  return authorization === undefined
    ? `X-Api-Key ${key === undefined ? 'absent' : 'of the vault'}`
    : `${authorization.split(' ')[0]} token of its own`;
}

async function main(): Promise<void> {
  const { observed, unsupported } = await run();
  for (const { caller, tool, answer, arrivals, callerToken } of observed) {
    const leaked = JSON.stringify(arrivals).includes(callerToken);
    console.log(`${caller} calls ${tool}`);
    for (const arrival of arrivals) console.log(`  ${arrival.method} ${arrival.url}: ${credentialOf(arrival)}`);
    console.log(`  answer: ${answer}`);
    console.log(`  the caller's token ${leaked ? 'ARRIVED' : 'did not arrive'}`);
  }
  for (const line of unsupported) console.log(`not simulated: ${line}`);
}

if (require.main === module) void main();
