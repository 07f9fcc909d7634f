import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { Client } from '@modelcontextprotocol/client';
import { SignJWT } from 'jose';
import type { LocalServer } from './local-server';

export interface Attempt {
  readonly layer: string;
  readonly attempt: string;
  readonly outcome: string;
  readonly asExpected: boolean;
}

const LOOKUP = 'order-lookup___order-lookup';
const LIST = 'order-list___order-list';
const REFUND = 'order-refund___order-refund';

/** What is tried, in the order of the layers. Each entry says what happened, not what should have. */
export function attempts(gateway: LocalServer, breached: LocalServer): (() => Promise<Attempt>)[] {
  return [
    () => refused(gateway, 'no token', undefined),
    () => foreignIssuer(gateway),
    () => outboundIdentity(gateway),
    () => listed(gateway, 'reporting', [LIST]),
    () => listed(gateway, 'support', [LIST, LOOKUP, REFUND]),
    () => denied(gateway, 'reporting', REFUND, { orderId: 'o-1001', amount: 10 }),
    () => allowed(gateway, 'reporting', LIST, { customerId: 'c-7' }, 'o-1002'),
    () => allowed(gateway, 'support', LOOKUP, { orderId: 'o-1001' }, 'o-1001'),
    () => allowed(gateway, 'support', REFUND, { orderId: 'o-1001', amount: 499.99 }, '"refunded":499.99'),
    () => denied(gateway, 'support', REFUND, { orderId: 'o-1001', amount: 500.01 }),
    ...takenOver(breached),
  ];
}

async function refused(gateway: LocalServer, what: string, token: string | undefined): Promise<Attempt> {
  const response = await gateway.post(token);
  return {
    layer: '1 inbound',
    attempt: `call with ${what}`,
    outcome: `HTTP ${response.status} ${response.headers.get('www-authenticate')?.split(',')[0] ?? ''}`.trim(),
    asExpected: response.status === 401 || response.status === 403,
  };
}

/** Same claims as a good token, signed by someone else. */
async function foreignIssuer(gateway: LocalServer): Promise<Attempt> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const token = await new SignJWT({ token_use: 'access', client_id: 'x', scope: 'order-support/order-list' })
    .setProtectedHeader({ alg: 'RS256', kid: randomUUID() })
    .setIssuer('https://issuer.example')
    .setSubject('x')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey);
  return refused(gateway, 'the token of a foreign issuer', token);
}

async function outboundIdentity(gateway: LocalServer): Promise<Attempt> {
  const from = gateway.decisionCount;
  await using(gateway, 'support', (client) => client.callTool({ name: LOOKUP, arguments: { orderId: 'o-1001' } }));
  const invoke = (await gateway.decisionsSince(from)).find(
    ({ layer, action }) => layer === 2 && action === 'lambda:InvokeFunction',
  );
  return {
    layer: '2 outbound',
    attempt: 'as whom the gateway calls order-lookup',
    outcome:
      invoke === undefined ? 'no identity was logged' : `${short(invoke.identity)} invokes ${short(invoke.resource)}`,
    asExpected: invoke?.decision === 'allow' && invoke.identity !== undefined && /:live$/.test(invoke.resource ?? ''),
  };
}

async function listed(gateway: LocalServer, agent: string, expected: string[]): Promise<Attempt> {
  const { tools } = await using(gateway, agent, (client) => client.listTools());
  const names = tools.map(({ name }) => name).sort();
  return {
    layer: '3 authorization',
    attempt: `${agent} lists the tools`,
    outcome: names.map((name) => name.split('___')[1]).join(', '),
    asExpected: JSON.stringify(names) === JSON.stringify(expected),
  };
}

async function denied(
  gateway: LocalServer,
  agent: string,
  name: string,
  args: Record<string, unknown>,
): Promise<Attempt> {
  const text = await outcomeOf(gateway, agent, name, args);
  return {
    layer: '3 authorization',
    attempt: describe(agent, name, args),
    outcome: text.replace(/^.*policy enforcement \[(.*)\]$/, '-32002 $1'),
    asExpected: /policy enforcement/.test(text),
  };
}

async function allowed(
  gateway: LocalServer,
  agent: string,
  name: string,
  args: Record<string, unknown>,
  fragment: string,
): Promise<Attempt> {
  const text = await outcomeOf(gateway, agent, name, args);
  return {
    layer: 'all four',
    attempt: describe(agent, name, args),
    outcome: text,
    asExpected: text.includes(fragment),
  };
}

/** The code of order-lookup is replaced by hostile code; its role is the synthesized one. */
function takenOver(breached: LocalServer): (() => Promise<Attempt>)[] {
  let outcomes: Promise<Record<string, string>> | undefined;
  const run = () => {
    outcomes ??= outcomeOf(breached, 'support', LOOKUP, { orderId: 'o-1001' }).then((text) => JSON.parse(text));
    return outcomes;
  };
  const attempt = (what: string, layer: string, expected: RegExp) => async () => {
    const full = (await run())[what] ?? 'not tried';
    return {
      layer,
      attempt: `hostile order-lookup: ${what}`,
      outcome: shortDenial(full),
      asExpected: expected.test(full),
    };
  };
  const missing = (verb: string) => new RegExp(`AccessDenied.*\\.${verb}\\(`);
  return [
    attempt('read the order it was asked for', '4 least privilege', /^done$/),
    attempt('overwrite the order', '4 least privilege', missing('put')),
    attempt('delete the order', '4 least privilege', missing('delete')),
    attempt('read all orders', '4 least privilege', missing('scan')),
    attempt('call the refund tool directly', '4 least privilege', /AccessDenied/),
  ];
}

async function outcomeOf(
  gateway: LocalServer,
  agent: string,
  name: string,
  args: Record<string, unknown>,
): Promise<string> {
  return using(gateway, agent, async (client) => {
    try {
      const { content } = await client.callTool({ name, arguments: args });
      return (content as { text?: string }[]).map(({ text }) => text ?? '').join(' ');
    } catch (error) {
      return (error as Error).message;
    }
  });
}

async function using<T>(gateway: LocalServer, agent: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await gateway.connect(agent);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function describe(agent: string, name: string, args: Record<string, unknown>): string {
  return `${agent} calls ${name.split('___')[1]} ${Object.values(args).join(' ')}`;
}

/** An AccessDeniedException names role and resource at length; the action and what to declare are enough here. */
function shortDenial(text: string): string {
  const [, error, action] = /^(AccessDenied\w*):.* perform: (\S+)/.exec(text) ?? [];
  const declaration = /declare it: (access: .*)$/.exec(text)?.[1];
  if (error === undefined) return text;
  return `${error.replace('Exception', '')}: ${action}${declaration === undefined ? '' : `, not declared: ${declaration}`}`;
}

/** The last part of an ARN. */
function short(arn: string | undefined): string {
  return arn?.split(':').slice(5).join(':') ?? '';
}
