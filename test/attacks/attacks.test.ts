import type { LocalGateway } from '../../lib/local';
import {
  callTool,
  ECHO,
  edited,
  invocations,
  REFUND,
  rpc,
  start,
  stopAll,
  synthesizeShop,
  textOf,
  tokenOf,
} from '../support/local-shop';
import { ARGUMENT_ATTACKS } from './arguments';
import type { Attack, AttackContext } from './attack';
import { PROTOCOL_ATTACKS } from './protocol';
import { TOKEN_ATTACKS } from './tokens';

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
async function send(attack: Attack, to: LocalGateway) {
  const { method = 'tools/call', tool, arguments: args, ...options } = await attack.request(contextOf(to));
  const [before, runs] = [to.decisions.length, invocations(to)];
  const answer = await rpc(to, method, { name: tool, arguments: args }, options);
  return { answer, decisions: to.decisions.slice(before), runs: invocations(to) - runs };
}

const ATTACKS = [...TOKEN_ATTACKS, ...PROTOCOL_ATTACKS, ...ARGUMENT_ATTACKS];

describe('the synthesized gateway stops', () => {
  test.each(ATTACKS.map((attack) => [`${attack.id} ${attack.title}`, attack] as const))('%s', async (_name, attack) => {
    const { expected } = attack;
    const { answer, decisions, runs } = await send(attack, gateway);

    expect(runs).toBe(0);
    expect({ status: answer.status, code: answer.body.error?.code }).toEqual({
      status: expected.status ?? answer.status,
      code: expected.code ?? answer.body.error?.code,
    });
    const refusing = decisions.filter(({ decision }) => decision === 'deny').map(({ layer }) => layer);
    expect(refusing).toEqual(expected.layer === 'protocol' ? [] : [expected.layer]);
  });
});

describe('without the one control it gets through', () => {
  const twins = ATTACKS.filter(({ twin }) => twin !== undefined);

  test.each(twins.map((attack) => [`${attack.id} ${attack.title}, without ${attack.twin!.without}`, attack] as const))(
    '%s',
    async (_name, attack) => {
      const weak = await start(edited(shop, attack.twin!.edit));
      const { decisions, runs } = await send(attack, weak);

      expect(weak.unsupported.filter((text) => text.startsWith('Cedar'))).toEqual([]);
      if (attack.twin!.outcome === 'tool runs') expect(runs).toBe(1);
      const layer = attack.expected.layer === 'protocol' ? 1 : attack.expected.layer;
      expect(decisions).toContainEqual(expect.objectContaining({ layer, decision: 'allow' }));
      await weak.close();
    },
  );
});

describe('what is let through on purpose, or is data and nothing else', () => {
  test('A29: a good token can be used again until it expires', async () => {
    const token = await tokenOf(gateway, 'reader');

    for (const id of ['1', '2']) expect(textOf(await callTool(gateway, token, ECHO, { id }))).toContain(`"id":"${id}"`);
  });

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
    const runs = invocations(gateway);
    const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${REFUND}","arguments":{"id":"a","amount":${amount}}}}`;
    const answer = await rpc(gateway, '', {}, { token: await tokenOf(gateway, 'support'), body });

    expect(textOf(answer)).toMatch(/^ValidationException/);
    expect(invocations(gateway)).toBe(runs);
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
