import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Access, Inbound, SecureMcpGateway, ToolHandler, ToolRisk } from 'cdk-secure-mcp';
import type { CloudFormationResource } from '../../lib/assembly/cloudformation';
import { type LocalGateway, type LocalGatewayOptions, startLocalGateway } from '../../lib/local';
import { schema } from './gateway-app';

export const LOOKUP = 'look-up___look-up';
export const REFUND = 'refund___refund';
export const ECHO = 'echo___echo';

const SOURCES: { readonly [tool: string]: string } = {
  'look-up': `
    import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
    const client = new DynamoDBClient({});
    export const handler = async (event: { id: string }) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: process.env.ORDERS, Key: { orderId: { S: event.id } } }),
      );
      return Item ?? null;
    };`,
  refund: 'export const handler = async (event: object) => ({ refunded: event });',
  echo: `
    import { setTimeout } from 'node:timers/promises';
    export const handler = async (event: any, context: any) => {
      if (event.id === 'throw') throw new TypeError('the secret is 42');
      if (event.id === 'exit') process.exit(7);
      if (event.id === 'loop') for (;;);
      if (event.id === 'sleep') await setTimeout(60_000);
      if (event.id === 'environment') return process.env;
      return { event, context: context.clientContext };
    };`,
};

/** An app whose gateway has one tool that reads a table, one with an amount limit, and one that shows what it gets. */
export function synthesizeShop(): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'shop-')) });
  const stack = new Stack(app, 'Shop');
  const orders = new Table(stack, 'Orders', {
    partitionKey: { name: 'orderId', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
  });
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'shop', inbound: Inbound.cognito() });
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  const handler = (tool: string) => {
    const file = join(folder, `${tool}.ts`);
    writeFileSync(file, SOURCES[tool]!);
    return ToolHandler.fromEntry(file);
  };
  const id = { id: { type: 'string' } };
  const lookUp = gateway.addTool('look-up', {
    description: 'Looks up an order',
    input: schema(id, ['id']),
    handler: handler('look-up'),
    access: { ORDERS: Access.table(orders).get() },
  });
  const refund = gateway.addTool('refund', {
    description: 'Refunds an order',
    risk: ToolRisk.DESTRUCTIVE,
    input: schema({ ...id, amount: { type: 'number' } }, ['id', 'amount']),
    handler: handler('refund'),
  });
  const echo = gateway.addTool('echo', { description: 'Echo', input: schema(id, ['id']), handler: handler('echo') });
  const [support, reader] = [gateway.addAgent('support'), gateway.addAgent('reader')];
  for (const tool of [lookUp, echo]) for (const agent of [support, reader]) tool.permit(agent);
  refund.permit(support, { when: [refund.arg('amount').between(0.01, 500)] });
  return app.synth().directory;
}

/** Untyped, because tests write what no type would allow. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any;

export interface EditableTemplate {
  Resources: { [logicalId: string]: CloudFormationResource & { Properties: Record<string, Json> } };
}

/** A copy of an assembly with its template changed: what a test weakens to see the attack get through. */
export function edited(assembly: string, edit: (template: EditableTemplate) => void): string {
  const copy = mkdtempSync(join(tmpdir(), 'edited-'));
  cpSync(assembly, copy, { recursive: true });
  const file = join(copy, readdirSync(copy).find((name) => name.endsWith('.template.json'))!);
  const template = JSON.parse(readFileSync(file, 'utf8')) as EditableTemplate;
  edit(template);
  writeFileSync(file, JSON.stringify(template));
  return copy;
}

/** Resources of a type, optionally only those whose logical id contains a text. */
export function resources(template: EditableTemplate, type: string, idPart = '') {
  return Object.entries(template.Resources)
    .filter(([id, resource]) => resource.Type === type && id.includes(idPart))
    .map(([, resource]) => resource);
}

const running: LocalGateway[] = [];

/** Starts a gateway that `stopAll` ends. */
export async function start(
  assembly: string,
  options: Omit<LocalGatewayOptions, 'assembly'> = {},
): Promise<LocalGateway> {
  const gateway = await startLocalGateway({ assembly, ...options });
  running.push(gateway);
  return gateway;
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((gateway) => gateway.close()));
}

/** An access token by the client credentials grant, as any OAuth client gets it. */
export async function tokenOf(gateway: LocalGateway, agentName: string, scopes?: readonly string[]): Promise<string> {
  const { clientId, clientSecret } = gateway.agents.find(({ name }) => name === agentName)!;
  const response = await fetch(gateway.tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

export interface RpcAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly id?: unknown;
    readonly result?: { readonly [name: string]: Json };
    readonly error?: { readonly code: number; readonly message: string };
  };
}

export interface RpcOptions {
  readonly token?: string;
  readonly headers?: { readonly [name: string]: string | undefined };
  /** In place of the JSON-RPC message. */
  readonly body?: string;
}

/** One raw request, as `curl` would send it. */
export async function rpc(
  gateway: LocalGateway,
  method: string,
  params: unknown,
  { token, headers = {}, body }: RpcOptions = {},
): Promise<RpcAnswer> {
  const all: { [name: string]: string | undefined } = {
    'content-type': 'application/json',
    'mcp-protocol-version': '2025-11-25',
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    ...headers,
  };
  const response = await fetch(gateway.mcpUrl, {
    method: 'POST',
    headers: Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    body: body ?? JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

export function callTool(
  gateway: LocalGateway,
  token: string | undefined,
  name: string,
  args: unknown,
): Promise<RpcAnswer> {
  return rpc(gateway, 'tools/call', { name, arguments: args }, { token });
}

/** The text of a tool's result, or the message of the error. */
export function textOf({ body }: RpcAnswer): string {
  return body.error?.message ?? body.result?.content[0].text;
}

/** How often a function was really invoked: the invocation is the last decision of layer 2. */
export function invocations(gateway: LocalGateway): number {
  return gateway.decisions.filter(
    ({ layer, decision, action }) => layer === 2 && decision === 'allow' && action === 'lambda:InvokeFunction',
  ).length;
}
