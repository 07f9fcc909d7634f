import type { LocalGateway } from '../../lib/local';
import {
  callTool,
  ECHO,
  type EditableTemplate,
  edited,
  invocations,
  resources,
  start,
  stopAll,
  synthesizeShop,
  tokenOf,
} from '../support/local-shop';

const shop = synthesizeShop();
const LIMIT = 'AWS::BedrockAgentCore::GatewayRateLimit';
const limited = (edit: (limit: { Properties: EditableTemplate['Resources'][string]['Properties'] }) => void) =>
  edited(shop, (template) => edit(resources(template, LIMIT)[0]!));
/** Five calls a minute for each caller. */
const five = limited(({ Properties }) => {
  Properties.Entries[0].Requests[0].Rate = 5;
});

afterEach(async () => {
  jest.restoreAllMocks();
  await stopAll();
});

async function burst(gateway: LocalGateway, agent: string, calls: number): Promise<number> {
  const token = await tokenOf(gateway, agent);
  const before = invocations(gateway);
  await Promise.all(Array.from({ length: calls }, () => callTool(gateway, token, ECHO, { id: 'a' })));
  return invocations(gateway) - before;
}

describe('B22: a burst of one caller', () => {
  test('is cut at its limit, and others are served', async () => {
    const gateway = await start(five, { rateLimits: true });

    expect(await burst(gateway, 'reader', 40)).toBe(5);
    expect(await burst(gateway, 'support', 5)).toBe(5);
    expect(gateway.unsupported.join()).not.toContain('RateLimit');
    expect(gateway.decisions.filter(({ layer, decision }) => layer === 4 && decision === 'deny')).toHaveLength(35);
  });

  test('of many callers each is cut at its own', async () => {
    const gateway = await start(five, { rateLimits: true });
    const ran = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const recipe = { clientId: 'reader', subject: `caller-${index}`, scopes: ['shop/echo'] };
        const token = await gateway.mintToken(recipe);
        const calls = Array.from({ length: 8 }, () => callTool(gateway, token, ECHO, { id: 'a' }));
        return (await Promise.all(calls)).map(({ status }) => status).filter((status) => status === 200).length;
      }),
    );

    expect(ran).toEqual(Array.from({ length: 20 }, () => 5));
    expect(invocations(gateway)).toBe(100);
  });

  test('gets 429 with the time to wait, and is served after it', async () => {
    const gateway = await start(five, { rateLimits: true });
    await burst(gateway, 'reader', 5);
    const token = await gateway.mintToken({ clientId: 'reader', scopes: ['shop/echo'], lifetimeSeconds: 3600 });
    const answer = await callTool(gateway, token, ECHO, { id: 'a' });

    expect(answer).toMatchObject({
      status: 429,
      body: { id: 7, error: { code: -32003, message: 'Rate limit exceeded' } },
    });
    const { data } = answer.body.error as unknown as { data: { metric: string; retryAfter: number } };
    expect(data.metric).toBe('requests');
    expect(data.retryAfter).toBeGreaterThan(0);
    expect(data.retryAfter).toBeLessThanOrEqual(60);

    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 61_000);
    expect((await callTool(gateway, token, ECHO, { id: 'a' })).status).toBe(200);
  });

  test('without LP11 it gets through', async () => {
    const open = edited(shop, (template) => {
      for (const [id, { Type }] of Object.entries(template.Resources))
        if (Type === LIMIT) delete template.Resources[id];
    });

    expect(await burst(await start(open, { rateLimits: true }), 'reader', 40)).toBe(40);
    // What is not asked for at start is said there.
    const silent = await start(five);
    expect(await burst(silent, 'reader', 8)).toBe(8);
    expect(silent.unsupported.join()).toMatch(/RateLimit.*calls are not counted/);
  });
});

test('of two entries the more exact one counts, and a dimension that a call does not have takes the limit off', async () => {
  const exact = limited(({ Properties }) => {
    Properties.DimensionKeys = ['toolName'];
    Properties.Entries = [
      { Dimensions: { toolName: '*' }, Requests: [{ Rate: 1, Period: 'minute' }] },
      { Dimensions: { toolName: ECHO }, Requests: [{ Rate: 3, Period: 'minute' }] },
    ];
  });
  const absent = limited(({ Properties }) => {
    Properties.DimensionKeys = ['$.context.jwt.tenant'];
    Properties.Entries = [{ Dimensions: { '$.context.jwt.tenant': '*' }, Requests: [{ Rate: 0, Period: 'minute' }] }];
  });

  expect(await burst(await start(exact, { rateLimits: true }), 'reader', 10)).toBe(3);
  expect(await burst(await start(absent, { rateLimits: true }), 'reader', 10)).toBe(10);
});
