import { request } from 'node:http';
import type { LocalGateway } from '../../lib/local';
import {
  callTool,
  ECHO,
  type EditableTemplate,
  edited,
  invocations,
  REFUND,
  resources,
  rpc,
  start,
  stopAll,
  synthesizeShop,
  textOf,
  tokenOf,
} from '../support/local-shop';
import { ARGUMENT_ATTACKS } from './arguments';
import type { Attack, AttackContext } from './attack';
import { GOOD_MESSAGES, PROTOCOL_ATTACKS } from './protocol';
import { GOOD_TOKENS, TOKEN_ATTACKS } from './tokens';
import { objections } from './weaken';

const shop = synthesizeShop();
let gateway: LocalGateway;
beforeAll(async () => {
  gateway = await start(shop);
});
afterAll(stopAll);

function contextOf(of: LocalGateway): AttackContext {
  const clientId = (agent: string) => of.agents.find(({ name }) => name === agent)!.clientId;
  return {
    gateway: of,
    clientId,
    token: (agent) => tokenOf(of, agent),
    mint: (recipe) => of.mintToken({ clientId: clientId('reader'), scopes: ['shop/look-up', 'shop/echo'], ...recipe }),
  };
}

/** Sends the attack and returns the answer with the decisions that it caused. */
async function send(request: Attack['request'], to: LocalGateway) {
  const { method = 'tools/call', tool, arguments: args, ...options } = await request(contextOf(to));
  const [before, runs] = [to.decisions.length, invocations(to)];
  const answer = await rpc(to, method, { name: tool, arguments: args }, options);
  return { answer, decisions: to.decisions.slice(before), runs: invocations(to) - runs };
}

async function expectRefused(attack: Attack, by: LocalGateway): Promise<void> {
  const { layer, ...expected } = attack.expected;
  const { answer, decisions, runs } = await send(attack.request, by);

  expect(runs).toBe(0);
  expect({ status: answer.status, code: answer.body.error?.code }).toMatchObject(expected);
  const refusing = decisions.filter(({ decision }) => decision === 'deny').map((each) => each.layer);
  expect(refusing).toEqual(layer === 'protocol' ? [] : [layer]);
  // RFC 6750 and RFC 9728: why, and where to find out who issues tokens.
  const why = answer.status === 403 ? 'insufficient_scope' : 'invalid_token';
  const metadata = `${new URL(by.mcpUrl).origin}/.well-known/oauth-protected-resource`;
  const challenge = `Bearer error="${why}", resource_metadata="${metadata}"`;
  expect(answer.headers.get('www-authenticate')).toBe(layer === 1 ? challenge : null);
}

const ATTACKS = [...TOKEN_ATTACKS, ...PROTOCOL_ATTACKS, ...ARGUMENT_ATTACKS];
const GOOD_REQUESTS = [...GOOD_TOKENS, ...GOOD_MESSAGES];

/** A call from one of the addresses of this machine. */
function callFrom(localAddress: string, to: LocalGateway, token: string) {
  const headers = {
    'content-type': 'application/json',
    'mcp-protocol-version': '2025-11-25',
    authorization: `Bearer ${token}`,
  };
  const params = { name: ECHO, arguments: { id: 'a' } };
  return new Promise((resolve, reject) => {
    const call = request(to.mcpUrl, { method: 'POST', localAddress, headers }, (answer) => {
      const address = call.socket?.localAddress;
      answer.resume().once('end', () => resolve({ status: answer.statusCode, address }));
    });
    call.once('error', reject);
    call.end(JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params }));
  });
}

type EditableResource = EditableTemplate['Resources'][string];

describe('the synthesized gateway stops', () => {
  test.each(ATTACKS.map((attack) => [`${attack.id} ${attack.title}`, attack] as const))('%s', async (_name, attack) => {
    await expectRefused(attack, gateway);
  });
});

describe('without the one control it gets through', () => {
  const twins = ATTACKS.filter(({ twin }) => twin !== undefined);

  test.each(twins.map((attack) => [`${attack.id} ${attack.title}, without ${attack.twin!.without}`, attack] as const))(
    '%s',
    async (_name, attack) => {
      const { besides, edit } = attack.twin!;
      const open = besides === undefined ? shop : edited(shop, besides);
      if (besides !== undefined) {
        const guarded = await start(open);
        await expectRefused(attack, guarded);
        await guarded.close();
      }
      const weak = await start(edited(open, edit));
      const { decisions, runs } = await send(attack.request, weak);

      expect(weak.unsupported.filter((text) => text.startsWith('Cedar'))).toEqual([]);
      expect(runs).toBe(1);
      const layer = attack.expected.layer === 'protocol' ? 1 : attack.expected.layer;
      const allowed = expect.objectContaining({ layer, decision: 'allow' });
      if (attack.twin!.unenforced) expect(decisions).not.toContainEqual(allowed);
      else expect(decisions).toContainEqual(allowed);
      await weak.close();
    },
  );
});

/** What is wrong with the attacks beside them is all that is wrong with them. */
describe('as it should be it runs', () => {
  test.each(GOOD_REQUESTS.map((good) => [good.title, good] as const))('%s', async (_name, { request }) => {
    const { answer, decisions, runs } = await send(request, gateway);

    expect([answer.status, answer.body.error, runs]).toEqual([200, undefined, 1]);
    expect(decisions.filter(({ decision }) => decision === 'deny')).toEqual([]);
  });
});

describe('what is let through on purpose, or is data and nothing else', () => {
  test('A29: a good token can be used again, from another address too: it is a bearer token', async () => {
    const token = await tokenOf(gateway, 'reader');
    // Only Linux has the whole of 127.0.0.0/8 on its loopback interface.
    const addresses = process.platform === 'linux' ? ['127.0.0.1', '127.0.0.2'] : ['127.0.0.1', '127.0.0.1'];

    for (const address of addresses) {
      const runs = invocations(gateway);
      expect(await callFrom(address, gateway, token)).toEqual({ status: 200, address });
      expect(invocations(gateway) - runs).toBe(1);
    }
  });

  test('A29: until it expires, which IN11 keeps short', async () => {
    const day = edited(shop, (template) => {
      for (const { Properties } of resources(template, 'AWS::Cognito::UserPoolClient')) {
        Properties.AccessTokenValidity = 24;
        Properties.TokenValidityUnits.AccessToken = 'hours';
      }
    });
    const weak = await start(day);
    const [token, longer] = [await tokenOf(gateway, 'reader'), await tokenOf(weak, 'reader')];
    const both = async () => [
      (await callTool(gateway, token, ECHO, { id: 'a' })).status,
      (await callTool(weak, longer, ECHO, { id: 'a' })).status,
    ];

    expect(objections(day, shop)).toEqual(['IN11']);
    expect(await both()).toEqual([200, 200]);
    const timers = ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout'];
    jest.useFakeTimers({ now: Date.now() + 16 * 60_000, doNotFake: timers as never });
    try {
      expect(await both()).toEqual([401, 200]);
    } finally {
      jest.useRealTimers();
    }
    await weak.close();
  });

  test('A33: a good token is no signature, at a gateway for IAM callers', async () => {
    const signed = await start(
      edited(shop, (template) => {
        const [{ Properties }] = resources(template, 'AWS::BedrockAgentCore::Gateway') as [EditableResource];
        Properties.AuthorizerType = 'AWS_IAM';
        delete Properties.AuthorizerConfiguration;
      }),
    );
    const token = await tokenOf(gateway, 'reader');

    expect((await callTool(signed, token, ECHO, { id: 'a' })).status).toBe(403);
    expect(invocations(signed)).toBe(0);
    expect(signed.decisions).toEqual([expect.objectContaining({ layer: 1, decision: 'deny' })]);
    expect((await callTool(gateway, token, ECHO, { id: 'a' })).status).toBe(200);
    await signed.close();
  });

  // The twin of D04 is in policies.test.ts, one with another schema; D10 has none.
  test.each([
    '"600"',
    '[600]',
    '{"v":600}',
    'true',
    'null',
    '"0x1F4"',
    '{"__extn":{"fn":"decimal","arg":"1.0"}}',
    '{"__entity":{"type":"AgentCore::OAuthUser","id":"alice"}}',
  ])('D04, D10: the amount %s reaches neither policy nor tool', async (amount) => {
    const [runs, decided] = [invocations(gateway), gateway.decisions.length];
    const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${REFUND}","arguments":{"id":"a","amount":${amount}}}}`;
    const answer = await rpc(gateway, '', {}, { token: await tokenOf(gateway, 'support'), body });

    expect(textOf(answer)).toMatch(/^ValidationException/);
    expect(invocations(gateway)).toBe(runs);
    const judged = gateway.decisions.slice(decided).filter(({ layer }) => layer === 3);
    expect(judged.filter(({ decision }) => decision === 'allow')).toEqual([]);
  });

  test('D09: prototype keys are plain data', async () => {
    const token = await tokenOf(gateway, 'reader');
    const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${ECHO}","arguments":{"id":"a","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}}}`;

    expect(textOf(await rpc(gateway, '', {}, { token, body }))).toContain('"__proto__":{"admin":true}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('B14: of two names the one that is judged is the one that runs', async () => {
    const token = await tokenOf(gateway, 'reader');
    const call = (first: string, second: string) =>
      rpc(
        gateway,
        '',
        {},
        {
          token,
          body: `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${first}","name":"${second}","arguments":{"id":"a","amount":1}}}`,
        },
      );

    expect((await call(ECHO, REFUND)).body.error?.code).toBe(-32002);
    expect(textOf(await call(REFUND, ECHO))).toContain(ECHO);
  });
});
