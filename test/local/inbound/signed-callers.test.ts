import { createHash, createHmac } from 'node:crypto';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { SignatureV4 } from '@smithy/signature-v4';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Caller, Inbound } from 'cdk-secure-mcp';
import type { LocalCredentials, LocalGateway } from '../../../lib/local';
import { GatewayApp } from '../../support/gateway-app';
import { edited, invocations, resources, rpc, start, stopAll, synthesizeShop } from '../../support/local-shop';

const LOOKUP = 'look-up___look-up';

class Sha256 {
  private readonly chunks: Buffer[] = [];
  public constructor(private readonly secret?: Parameters<typeof createHmac>[1]) {}
  public update(chunk: string | Uint8Array): void {
    this.chunks.push(Buffer.from(chunk));
  }
  public async digest(): Promise<Uint8Array> {
    const hash = this.secret === undefined ? createHash('sha256') : createHmac('sha256', this.secret);
    return hash.update(Buffer.concat(this.chunks)).digest();
  }
  public reset(): void {
    this.chunks.length = 0;
  }
}

/** `fetch` that signs, as an IAM client of an MCP gateway does. */
function signing(
  credentials: LocalCredentials,
  scope = { service: 'bedrock-agentcore', region: 'us-east-1' },
  tamper = (body: string) => body,
) {
  const signer = new SignatureV4({ credentials, ...scope, sha256: Sha256 as never });
  return async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { hostname, port, pathname, protocol } = new URL(url);
    const headers = { ...Object.fromEntries(new Headers(init.headers)), host: `${hostname}:${port}` };
    const body = init.body as string | undefined;
    const signed = await signer.sign({
      method: init.method ?? 'GET',
      protocol,
      hostname,
      path: pathname,
      headers,
      body,
    });
    return fetch(url, { ...init, headers: signed.headers, ...(body === undefined ? {} : { body: tamper(body) }) });
  };
}

/** An app whose gateway asks IAM, with a role that may call a tool, one that may only come in, and one that may not. */
function synthesize(inbound: Inbound): string {
  const shop = new GatewayApp('signed', { inbound });
  const assumedBy = new ServicePrincipal('ec2.amazonaws.com');
  const [robot, visitor, stranger, bounded] = ['Robot', 'Visitor', 'Stranger', 'Bounded'].map(
    (id) => new Role(shop.stack, id, { assumedBy }),
  );
  shop.addTool('look-up').permit(Caller.anyOf(Caller.iamRole(robot!), Caller.iamRole(stranger!)));
  for (const role of [robot, visitor, bounded]) shop.gateway.grantInvoke(role!);
  const other = new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] });
  const boundary = new ManagedPolicy(shop.stack, 'Boundary', { statements: [other] });
  (bounded!.node.defaultChild as { permissionsBoundary?: string } & object).permissionsBoundary =
    boundary.managedPolicyArn;
  return shop.app.synth().directory;
}

const iam = synthesize(Inbound.iam());
let gateway: LocalGateway;
beforeAll(async () => {
  gateway = await start(iam);
});
afterAll(stopAll);

const roleOf = (to: LocalGateway, construct: string) => to.assumeRole(roleIds(construct));
const roleIds = (construct: string) => {
  let found = '';
  edited(iam, (template) => {
    found = Object.keys(template.Resources).find((id) => new RegExp(`^${construct}[0-9A-F]{8}$`).test(id))!;
  });
  return found;
};

async function call(to: LocalGateway, send: (url: string, init: RequestInit) => Promise<Response>) {
  const before = invocations(to);
  const params = { name: LOOKUP, arguments: { id: 'a' } };
  const response = await send(to.mcpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'mcp-protocol-version': '2025-11-25' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  return { response, body: (await response.json()) as { error?: { code: number } }, runs: invocations(to) - before };
}

test('the official client comes in with signed requests and calls what its role may call', async () => {
  const client = new Client({ name: 'test', version: '1' });
  const options = { fetch: signing(roleOf(gateway, 'Robot')) };
  await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), options));

  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([LOOKUP]);
  expect(await client.callTool({ name: LOOKUP, arguments: { id: 'a' } })).toMatchObject({ isError: false });
});

test('a role that may come in and is in no permit is denied by the policy', async () => {
  const { response, body, runs } = await call(gateway, signing(roleOf(gateway, 'Visitor')));

  expect([response.status, body.error?.code, runs]).toEqual([200, -32002, 0]);
});

test.each(['Stranger', 'Bounded'])(
  'role %s, which is not allowed InvokeGateway on this gateway, stays out',
  async (role) => {
    const { response, body, runs } = await call(gateway, signing(roleOf(gateway, role)));

    expect([response.status, runs]).toEqual([403, 0]);
    expect(response.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(JSON.stringify(body)).not.toContain('arn:');
    expect(gateway.decisions.at(-1)).toMatchObject({
      layer: 1,
      decision: 'deny',
      reason: expect.stringMatching(/InvokeGateway/),
    });
  },
);

test('with AUTHENTICATE_ONLY the same role comes in, since IAM is not asked', async () => {
  const only = edited(iam, (template) => {
    resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties.AuthorizerType = 'AUTHENTICATE_ONLY';
  });
  const open = await start(only);

  expect(await call(open, signing(roleOf(open, 'Stranger')))).toMatchObject({ runs: 1, response: { status: 200 } });
  expect(await call(open, signing(open.assumeRole('arn:aws:iam::999999999999:role/Elsewhere')))).toMatchObject({
    response: { status: 200 },
    body: { error: { code: -32002 } },
  });
  expect((await call(open, fetch)).response.status).toBe(403);
});

describe('who signs wrongly stays out', () => {
  const robot = () => roleOf(gateway, 'Robot');
  const refused = async (send: (url: string, init: RequestInit) => Promise<Response>) => {
    const { response, runs } = await call(gateway, send);
    expect([response.status, runs]).toEqual([403, 0]);
    return gateway.decisions.at(-1)!.reason;
  };

  test('not at all', async () => {
    expect(await refused(fetch)).toBe('the request is not signed with SigV4');
  });

  test('with a token in place of a signature (A33)', async () => {
    const answer = await rpc(gateway, 'tools/list', {}, { token: 'e30.e30.e30' });

    expect(answer.status).toBe(403);
  });

  test('for another service or Region', async () => {
    const s3 = signing(robot(), { service: 's3', region: 'us-east-1' });
    const elsewhere = signing(robot(), { service: 'bedrock-agentcore', region: 'eu-west-1' });

    expect(await refused(s3)).toContain('signed for s3 in us-east-1');
    expect(await refused(elsewhere)).toContain('in eu-west-1');
  });

  test('with a secret of its own', async () => {
    expect(await refused(signing({ ...robot(), secretAccessKey: 'guessed' }))).toContain('not one of a role');
    expect(await refused(signing({ ...robot(), accessKeyId: 'ASIA0000000000000000' }))).toContain('not one of a role');
  });

  test('for another body', async () => {
    const swapped = signing(robot(), undefined, (body) => body.replace('"a"', '"b"'));

    expect(await refused(swapped)).toContain('not one of a role');
  });
});

test('a good signature is no token (A33), at a gateway for callers with tokens', async () => {
  const shop = synthesizeShop();
  const open = edited(shop, (template) => {
    const { Properties } = resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!;
    Properties.AuthorizerType = 'AUTHENTICATE_ONLY';
    delete Properties.AuthorizerConfiguration;
  });
  const outcome = async (to: LocalGateway) => {
    const { response, body } = await call(to, signing(to.assumeRole('arn:aws:iam::999999999999:role/Elsewhere')));
    return [response.status, body.error?.code, to.decisions.find(({ layer }) => layer === 1)?.decision];
  };

  expect(await outcome(await start(shop))).toEqual([401, -32001, 'deny']);
  // The twin lets it in, where the policy has the last word.
  expect(await outcome(await start(open))).toEqual([200, -32002, 'allow']);
});

test('a role is known by its ARN, too, and a name that is none is said', () => {
  expect(Object.keys(gateway.assumeRole('arn:aws:iam::123456789012:role/path/Some')).sort()).toEqual([
    'accessKeyId',
    'secretAccessKey',
    'sessionToken',
  ]);
  expect(() => gateway.assumeRole('nobody')).toThrow(
    expect.objectContaining({ code: 'LOCAL_UNSUPPORTED', message: expect.stringContaining('no such role') }),
  );
});
