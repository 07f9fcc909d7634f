import type { LocalGateway } from '../../lib/local';
import {
  callTool,
  ECHO,
  type EditableTemplate,
  edited,
  invocations,
  LOOKUP,
  REFUND,
  resources,
  rpc,
  start,
  stopAll,
  synthesizeShop,
  textOf,
  tokenOf,
} from '../support/local-shop';
import { addForbid, objections, permit } from './weaken';

afterAll(stopAll);
const shop = synthesizeShop();
const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';
const DENIED = -32002;
const UNKNOWN_TOOL = -32602;

/** What decides in the gateway under attack, and what is in its place in the weakened one: one control a tool. */
const STRICT = {
  echo: ['unless { principal.hasTag("role") && principal.getTag("role") == "admin" }', 'forbid'],
  lookup: ['["eu-west-1", "us-east-1"].contains(context.input.id)', 'permit'],
  refund: ['principal.hasTag("acr") && principal.getTag("acr") == "urn:example:approved"', 'permit'],
} as const;
const WEAK = {
  echo: ['when { principal.hasTag("role") && principal.getTag("role") != "admin" }', 'forbid'],
  lookup: ['context.input.id like "*"', 'permit'],
  refund: ['context.input.confirmed == true', 'permit'],
} as const;

function controls(given: { readonly [tool: string]: readonly [string, 'permit' | 'forbid'] }) {
  return edited(shop, (template) => {
    schemaOf(template, 'refund').Properties.confirmed = { Type: 'boolean' };
    schemaOf(template, 'refund').Required.push('confirmed');
    for (const [tool, [clause, effect]] of Object.entries(given)) {
      if (effect === 'permit') permit(tool, clause)(template);
      else addForbid(template, tool, clause);
    }
  });
}

function schemaOf(template: EditableTemplate, tool: string) {
  const [target] = resources(template, TARGET, tool);
  return target!.Properties.TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload[0].InputSchema;
}

/** One of the agents, with more claims where they are given. */
async function tokenWith(gateway: LocalGateway, agent: string, claims?: { readonly [name: string]: unknown }) {
  const { clientId, scopes } = gateway.agents.find(({ name }) => name === agent)!;
  return claims === undefined ? tokenOf(gateway, agent) : gateway.mintToken({ clientId, scopes, claims });
}

interface Case {
  readonly attack: string;
  readonly tool: string;
  readonly arguments: object;
  readonly agent: string;
  readonly claims?: { readonly [name: string]: unknown };
}

const support = { tool: REFUND, agent: 'support' } as const;
const lookup = { tool: LOOKUP, agent: 'reader' } as const;
const ATTACKS: readonly Case[] = [
  { attack: 'D06: no claim, against a forbid that asks for it', tool: ECHO, agent: 'reader', arguments: { id: 'a' } },
  { attack: 'D14: a second line', ...lookup, arguments: { id: 'us-east-1\nX' } },
  { attack: 'D14: a wildcard of Cedar', ...lookup, arguments: { id: '*' } },
  { attack: 'D14: a wildcard of SQL', ...lookup, arguments: { id: '%' } },
  { attack: 'D14: a longer value', ...lookup, arguments: { id: 'us-east-1.evil.example' } },
  { attack: 'D17: the model confirms itself', ...support, arguments: { id: 'a', amount: 1, confirmed: true } },
];
const GOOD: readonly Case[] = [
  { attack: 'an admin', tool: ECHO, agent: 'reader', claims: { role: 'admin' }, arguments: { id: 'a' } },
  { attack: 'a region of the set', ...lookup, arguments: { id: 'us-east-1' } },
  {
    attack: 'a person has approved',
    ...support,
    claims: { acr: 'urn:example:approved' },
    arguments: { id: 'a', amount: 1, confirmed: true },
  },
];

describe('conditions that a call cannot talk its way around', () => {
  let [strict, weak]: LocalGateway[] = [];
  beforeAll(async () => {
    [strict, weak] = await Promise.all([start(controls(STRICT)), start(controls(WEAK))]);
  });

  async function send(gateway: LocalGateway, { tool, agent, claims, arguments: args }: Case) {
    const [before, runs] = [gateway.decisions.length, invocations(gateway)];
    const answer = await callTool(gateway, await tokenWith(gateway, agent, claims), tool, args);
    const denials = gateway.decisions.slice(before).filter(({ decision }) => decision === 'deny');
    return {
      code: answer.body.error?.code,
      layers: denials.map(({ layer }) => layer),
      runs: invocations(gateway) - runs,
    };
  }

  test('every policy is accepted', () => {
    for (const gateway of [strict!, weak!])
      expect(gateway.unsupported.filter((text) => text.startsWith('Cedar'))).toEqual([]);
  });

  test.each(ATTACKS.map((each) => [each.attack, each] as const))(
    '%s, and gets through the weaker one',
    async (_name, each) => {
      expect(await send(strict!, each)).toEqual({ code: DENIED, layers: [3], runs: 0 });
      expect((await send(weak!, each)).runs).toBe(1);
    },
  );

  test.each(GOOD.map((each) => [each.attack, each] as const))('not stopped: %s', async (_name, each) => {
    expect((await send(strict!, each)).runs).toBe(1);
  });

  test('D06: another value of the claim is stopped by both', async () => {
    const user = { ...ATTACKS[0]!, claims: { role: 'user' } };

    expect(await Promise.all([send(strict!, user), send(weak!, user)])).toEqual([
      { code: DENIED, layers: [3], runs: 0 },
      { code: DENIED, layers: [3], runs: 0 },
    ]);
  });
});

describe('names', () => {
  const listed = async (gateway: LocalGateway) => {
    const { body } = await rpc(gateway, 'tools/list', {}, { token: await tokenOf(gateway, 'reader') });
    return body.result?.tools.map(({ name }: { name: string }) => name).sort();
  };
  const withShadow = (name: string, tool = 'echo', more: (template: EditableTemplate) => void = () => {}) =>
    edited(shop, (template) => {
      const [target] = resources(template, TARGET, tool);
      template.Resources.Shadow = structuredClone(target!);
      template.Resources.Shadow.Properties.Name = name;
      more(template);
    });
  test('C02: what a caller may not call it does not see, until the permit forgets the caller', async () => {
    expect(await listed(await start(shop))).toEqual([ECHO, LOOKUP]);
    expect(await listed(await start(edited(shop, permit('refund'))))).toEqual([ECHO, LOOKUP, REFUND]);
  });

  test('C12: a permit does not cover a tool of the same name in another target, unless it names both', async () => {
    const both = 'in [AgentCore::Action::"echo___echo", AgentCore::Action::"crm___echo"]';
    const [shadowed, wide] = await Promise.all([
      start(withShadow('crm')),
      start(withShadow('crm', 'echo', permit('echo', undefined, both))),
    ]);
    const call = async (gateway: LocalGateway, tool: string) =>
      callTool(gateway, await tokenOf(gateway, 'reader'), tool, { id: 'a' });

    expect((await call(shadowed, 'crm___echo')).body.error?.code).toBe(DENIED);
    expect(textOf(await call(shadowed, ECHO))).toContain(ECHO);
    expect(textOf(await call(wide, 'crm___echo'))).toContain('crm___echo');
    expect(objections(withShadow('crm'), shop)).toContain('AZ18');
  });

  test.each([
    ['C04: a name in other case', 'Refund', ['AZ18']],
    ['C08: a name with a prefix that nobody sees', '\u200drefund', ['AZ18', 'AZ19']],
    ['C06: a name in other letters', 'r\u0435fund', ['AZ18', 'AZ19']],
  ])('%s is another tool, unless a permit names it too, and synthesis objects to it', async (_what, name, rules) => {
    const both = `in [AgentCore::Action::"refund___refund", AgentCore::Action::"${name}___refund"]`;
    const lookAlike = withShadow(name, 'refund');
    const [strict, wide] = await Promise.all([
      start(lookAlike),
      start(withShadow(name, 'refund', permit('refund', undefined, both))),
    ]);
    const call = async (gateway: LocalGateway, tool = `${name}___refund`) =>
      callTool(gateway, await tokenOf(gateway, 'support'), tool, { id: 'a', amount: 1 });

    expect((await call(strict)).body.error?.code).toBe(DENIED);
    expect(invocations(strict)).toBe(0);
    expect(textOf(await call(strict, REFUND))).toContain('refunded');
    expect(textOf(await call(wide))).toContain('refunded');
    expect(objections(lookAlike, shop)).toEqual(expect.arrayContaining(rules));
  });

  test.each([
    ['NFC', 'caf\u00e9', 'cafe\u0301'],
    ['NFD', 'cafe\u0301', 'caf\u00e9'],
    ['NFKC', 'refund', '\uff52efund'],
  ])('C06: a name in %s is not found under its other form, only under its own', async (_form, own, other) => {
    expect(own).not.toBe(other);
    expect(own.normalize('NFKC')).toBe(other.normalize('NFKC'));
    const gateway = await start(withShadow(own, 'echo', permit('echo', undefined, 'in AgentCore::Action::"CallTool"')));
    const call = async (target: string) =>
      callTool(gateway, await tokenOf(gateway, 'reader'), `${target}___echo`, { id: 'a' });

    expect((await call(other)).body.error?.code).toBe(UNKNOWN_TOOL);
    expect(invocations(gateway)).toBe(0);
    expect(textOf(await call(own))).toContain('___echo');
  });

  test('C01, C02: whoever may call a tool sees it, and who sees it not may not call it', async () => {
    const gateway = await start(controls(STRICT));
    const seen = { listed: 0, hidden: 0 };
    for (const each of [...GOOD, ...ATTACKS]) {
      const token = await tokenWith(gateway, each.agent, each.claims);
      const { body } = await rpc(gateway, 'tools/list', {}, { token });
      const isListed = body.result?.tools.some(({ name }: { name: string }) => name === each.tool);
      const before = invocations(gateway);
      await callTool(gateway, token, each.tool, each.arguments);
      seen[isListed ? 'listed' : 'hidden']++;

      expect([each.attack, isListed || invocations(gateway) === before]).toEqual([each.attack, true]);
      if (GOOD.includes(each)) expect([each.attack, isListed]).toEqual([each.attack, true]);
    }
    expect(Math.min(seen.listed, seen.hidden)).toBeGreaterThan(0);
  });
});

describe('values of arguments', () => {
  let gateway: LocalGateway;
  beforeAll(async () => {
    gateway = await start(shop);
  });
  const raw = async (to: LocalGateway, amount: string) => {
    const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${REFUND}","arguments":{"id":"a","amount":${amount}}}}`;
    return textOf(await rpc(to, '', {}, { token: await tokenOf(to, 'support'), body }));
  };

  test.each([
    ['499.99', 499.99],
    ['5e2', 500],
    ['1E-2', 0.01],
  ])('D05: %s is judged and passed on as the number it is', async (text, value) => {
    expect(await raw(gateway, text)).toContain(`"amount":${value}`);
  });

  // The schema is the control, not AZ08: a guard stops an argument that is absent, not one of another type.
  test('D04: text in place of a number reaches the tool only where the schema says text', async () => {
    const weak = await start(
      edited(shop, (template) => {
        schemaOf(template, 'refund').Properties.amount.Type = 'string';
        permit('refund', 'context.input.amount != "0"')(template);
      }),
    );

    expect(await raw(gateway, '"600"')).toMatch(/^ValidationException/);
    expect(await raw(weak, '"600"')).toContain('"amount":"600"');
  });
});
