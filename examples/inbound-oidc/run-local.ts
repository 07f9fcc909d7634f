import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { App } from 'aws-cdk-lib';
import { type LocalGateway, startLocalGateway } from 'cdk-secure-mcp/local';
import { build } from './app';
import { connectAs, Person } from './local/person';
import { Tenant } from './local/tenant';

/** One who tried to come in, and how far that went. */
export interface Attempt {
  readonly who: string;
  /** As the gateway knows the caller; left out for one that it refused. */
  readonly identity?: string;
  /** Why it was refused, as the gateway logs it; the client does not learn it. */
  readonly refusal?: string;
  /** Tools that are listed for this caller. */
  readonly tools: readonly string[];
  /** What closing the incident came to: the incident, or the message of the error. */
  readonly close: string;
}

/** What came of all that. */
export interface Run {
  readonly attempts: readonly Attempt[];
  /** All that the function of a tool is given when ann calls it, as JSON: its event and its client context. */
  readonly arrived: string;
  /** The token that she came in with. */
  readonly token: string;
}

const AUDIENCE = 'https://mcp.example.com/incidents';
const ASSISTANT = { id: 'Aa11Bb22Cc33Dd44Ee55Ff66Gg77Hh88', redirectUri: 'http://localhost:33418/callback' };
const INTRANET = { id: 'another-client-of-the-tenant', redirectUri: 'http://localhost:33419/callback' };
const ALL_SCOPES = 'incident-get incident-close';
const USERS = [
  { name: 'ann', organization: 'org_ExampleCorp', roles: ['responder'] },
  { name: 'bob', organization: 'org_ExampleCorp', roles: [] },
  { name: 'eve', organization: 'org_Elsewhere', roles: ['responder'] },
];

/** Runs the example on this machine: real MCP clients, an identity provider of its own, the synthesized gateway. */
export async function run(): Promise<Run> {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'inbound-oidc-')) });
  build(app);
  const { directory } = app.synth();
  const clients = [ASSISTANT, INTRANET];
  const [tenant, other] = [await Tenant.start(USERS, clients), await Tenant.start(USERS, clients)];
  const seed = { Incidents: [{ incidentId: 'i-1' }] };
  const gateway = await startLocalGateway({ assembly: directory, issuer: tenant.issuer, seed });
  const replaceHandlers = { 'incident-close': showingFunction() };
  const showing = await startLocalGateway({ assembly: directory, issuer: tenant.issuer, replaceHandlers });
  try {
    return { attempts: await attempts(gateway, other), ...(await arrival(showing)) };
  } finally {
    await Promise.all([gateway.close(), showing.close(), tenant.peer.close(), other.peer.close()]);
  }
}

/** Code for a tool that answers with what it was given. */
function showingFunction(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'inbound-oidc-tool-')), 'show.js');
  writeFileSync(file, 'exports.handler = async (event, { clientContext }) => ({ event, clientContext });');
  return file;
}

async function arrival(gateway: LocalGateway): Promise<Omit<Run, 'attempts'>> {
  const ann = person('ann');
  const client = await connectAs(ann, gateway.mcpUrl);
  return { arrived: await closeIncident(client), token: ann.stored?.access_token ?? '' };
}

async function attempts(gateway: LocalGateway, other: Tenant): Promise<readonly Attempt[]> {
  const ann = person('ann');
  const before = await logIn(gateway, 'ann, a responder', ann);
  const stolen = { sub: 'auth0|ann', azp: ASSISTANT.id, aud: AUDIENCE, org_id: 'org_ExampleCorp', scope: ALL_SCOPES };
  return [
    before,
    await logIn(gateway, 'bob, who is no responder', person('bob')),
    await logIn(gateway, 'ann, for reading only', person('ann', { scope: 'incident-get' })),
    await logIn(gateway, 'ann, at another client', person('ann', { client: INTRANET })),
    await logIn(gateway, 'eve, of another organization', person('eve')),
    await logIn(gateway, 'ann, with a token for another API', person('ann', { audience: 'https://api.example.com' })),
    await logIn(gateway, 'ann, with an opaque token', person('ann', { audience: '' })),
    await withToken(gateway, 'the ID token of ann', ann.stored?.id_token ?? ''),
    await withToken(gateway, 'the same claims, of another tenant', other.mint(stolen)),
    await withToken(gateway, 'nobody', undefined),
  ];
}

function person(name: string, { client = ASSISTANT, audience = AUDIENCE, scope = ALL_SCOPES } = {}): Person {
  const parameters: Record<string, string> = audience === '' ? {} : { audience };
  return new Person({ clientId: client.id, redirectUri: client.redirectUri, name, scope, parameters });
}

function logIn(gateway: LocalGateway, who: string, by: Person): Promise<Attempt> {
  return attempt(gateway, who, () => connectAs(by, gateway.mcpUrl));
}

function withToken(gateway: LocalGateway, who: string, token: string | undefined): Promise<Attempt> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return attempt(gateway, who, async () => {
    const client = new Client({ name: 'example', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { requestInit: { headers } }));
    return client;
  });
}

async function attempt(gateway: LocalGateway, who: string, connect: () => Promise<Client>): Promise<Attempt> {
  const before = gateway.decisions.length;
  try {
    const client = await connect();
    const { tools } = await client.listTools();
    const close = await closeIncident(client);
    const [admitted] = gateway.decisions
      .slice(before)
      .filter(({ layer, decision }) => layer === 1 && decision === 'allow');
    return { who, identity: admitted?.caller, tools: tools.map(({ name }) => name).sort(), close };
  } catch (error) {
    const refused = gateway.decisions.slice(before).filter(({ layer, decision }) => layer === 1 && decision === 'deny');
    return { who, refusal: refused.at(-1)?.reason, tools: [], close: (error as Error).message };
  }
}

async function closeIncident(client: Client): Promise<string> {
  const args = { incidentId: 'i-1', resolution: 'fixed' };
  try {
    const { content } = await client.callTool({ name: 'incident-close___incident-close', arguments: args });
    const [first] = content;
    return first?.type === 'text' ? first.text : JSON.stringify(content);
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(): Promise<void> {
  const { attempts, arrived } = await run();
  for (const { who, identity, refusal, tools, close } of attempts) {
    console.log(who);
    console.log(refusal === undefined ? `  comes in as ${identity}` : `  is refused: ${refusal}`);
    if (refusal === undefined) console.log(`  sees ${tools.join(', ') || 'no tool'}\n  closes an incident: ${close}`);
  }
  console.log(`The function of the tool is given ${arrived}`);
}

if (require.main === module) void main();
