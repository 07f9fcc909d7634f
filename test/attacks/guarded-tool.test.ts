import { join } from 'node:path';
import { Interceptor, ToolHandler, ToolSchema } from 'cdk-secure-mcp';
import { Peer } from '../../examples/outbound/local/peer';
import type { LocalGateway } from '../../lib/local';
import { INPUT_SCHEMA_ENV } from '../../lib/protocol/template-metadata';
import { GatewayApp } from '../support/gateway-app';
import {
  callTool,
  type EditableTemplate,
  edited,
  invocations,
  resources,
  start,
  stopAll,
  textOf,
} from '../support/local-shop';
import { policy } from './weaken';

const NOTE = 'note___note';

function synthesize(interceptors: Interceptor[] = []): string {
  const app = new GatewayApp('notes', { interceptors });
  const lines = { type: 'array', maxItems: 100, items: { type: 'string' } };
  const schema = {
    type: 'object',
    properties: { tenant: { type: 'string' }, text: { type: 'string', maxLength: 1000 }, lines },
    required: ['tenant', 'text'],
    additionalProperties: false,
  };
  const note = app.addTool('note', {
    input: ToolSchema.fromJson(JSON.stringify(schema)),
    handler: ToolHandler.fromEntry(join(__dirname, 'guarded-note.ts')),
    access: {},
  });
  const robot = app.gateway.addAgent('robot');
  note.permit(robot, { when: [note.arg('tenant').equalToClaim('tenant')] });
  const where = {
    type: 'object',
    properties: {
      url: { type: 'string', pattern: '^http://localhost:[0-9]{2,5}/docs/[a-z]+$' },
      host: { type: 'string', enum: ['docs.corp.example', 'wiki.corp.example'] },
    },
    additionalProperties: false,
  };
  const page = app.addTool('page', {
    input: ToolSchema.fromJson(JSON.stringify(where)),
    handler: ToolHandler.fromEntry(join(__dirname, 'guarded-page.ts')),
    access: {},
  });
  page.permit(robot);
  return app.app.synth().directory;
}

const notes = synthesize();
const validated = synthesize([Interceptor.request()]);
let gateway: LocalGateway;
beforeAll(async () => {
  gateway = await start(notes);
});
afterAll(stopAll);

const weak = (edit: (template: EditableTemplate) => void) => start(edited(notes, edit));
const open = (...keywords: string[]) => {
  const drop = (template: EditableTemplate) => {
    for (const { Properties } of resources(template, 'AWS::Lambda::Function')) {
      if (Properties.Environment?.Variables[INPUT_SCHEMA_ENV] === undefined) continue;
      const { Variables } = Properties.Environment;
      const given = JSON.parse(Variables[INPUT_SCHEMA_ENV]);
      Variables[INPUT_SCHEMA_ENV] = JSON.stringify(given, (key, value) => (keywords.includes(key) ? undefined : value));
    }
  };
  return drop;
};

async function call(to: LocalGateway, args: object, claims: object = { tenant: 'acme' }): Promise<string> {
  const token = await to.mintToken({ clientId: 'robot', scopes: ['notes/note'], claims: { ...claims } });
  return textOf(await callTool(to, token, NOTE, args));
}

const RAN = /"ran":true/;

test('what is right runs', async () => {
  expect(await call(gateway, { tenant: 'acme', text: 'x' })).toBe('{"ran":true,"names":["tenant","text"],"length":1}');
});

describe('D08: arguments that nobody asked for', () => {
  const extra = { tenant: 'acme', text: 'x', admin: true };

  test('are refused before the code of the tool', async () => {
    expect(await call(gateway, extra)).toMatch(/admin.*is not an argument/);
  });

  test('without AZ21 they reach it', async () => {
    expect(await call(await weak(open('additionalProperties')), extra)).toMatch(/"names":\["tenant","text","admin"\]/);
  });
});

describe('D09: keys of a prototype', () => {
  test.each(['__proto__', 'constructor', 'prototype'])(
    '%s is one argument too many, and changes nothing',
    async (key) => {
      const args = JSON.parse(`{"tenant":"acme","text":"x","${key}":{"admin":true,"prototype":{"admin":true}}}`);

      expect(await call(gateway, args)).not.toMatch(RAN);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
      expect(await call(gateway, { tenant: 'acme', text: 'x' })).toMatch(RAN);
    },
  );
});

describe('D12, D13: an argument that says whose data it is', () => {
  test.each([
    ['of somebody else', { tenant: 'acme' }, 'globex'],
    ['without the claim', {}, 'acme'],
    ['of a name that only looks the same', { tenant: 'acme' }, 'Acme'],
  ])('%s is denied', async (_what, claims, tenant) => {
    expect(await call(gateway, { tenant, text: 'x' }, claims)).toMatch(/not allowed due to policy enforcement/);
  });

  const openToAll = () =>
    weak(policy('note', (text) => text.replace(/context\.input\.tenant == principal\.getTag\("tenant"\)/, 'true')));
  /** All names that one caller tries in a row and that are answered. */
  const guessed = async (to: LocalGateway) => {
    const found: string[] = [];
    for (const tenant of Array.from({ length: 12 }, (_, index) => `tenant-${index}`)) {
      if (RAN.test(await call(to, { tenant, text: 'x' }, { tenant: 'tenant-7' }))) found.push(tenant);
    }
    return found;
  };

  test('D12: of names that are counted through its own is the only one, without AZ10 it is all of them', async () => {
    expect(await guessed(gateway)).toEqual(['tenant-7']);
    expect(await guessed(await openToAll())).toHaveLength(12);
  });

  test('without AZ10 somebody else gets through', async () => {
    expect(await call(await openToAll(), { tenant: 'globex', text: 'x' })).toMatch(RAN);
  });
});

describe('D16: an argument of a megabyte', () => {
  const big = { tenant: 'acme', text: 'x'.repeat(1_000_000) };

  test('is refused before the code of the tool', async () => {
    expect(await call(gateway, big)).toMatch(/text.*(1000|characters)/);
    expect(await call(gateway, big)).not.toMatch(RAN);
  });

  test('without AZ21 it gets through', async () => {
    expect(await call(await weak(open('maxLength')), big)).toMatch(RAN);
  });
});

describe('D16: a hundred thousand items', () => {
  const many = { tenant: 'acme', text: 'x', lines: Array.from({ length: 100_000 }, () => 'a') };
  const started = async (to: LocalGateway) => {
    const before = invocations(to);
    const answer = await call(to, many);
    return { answer, starts: invocations(to) - before };
  };

  test('are refused by an interceptor before the function of the tool starts', async () => {
    const to = await start(validated);

    expect(await started(to)).toEqual({ answer: expect.stringMatching(/lines.*at most 100/), starts: 0 });
    expect(await call(to, { ...many, lines: ['a'] })).toMatch(RAN);
    expect(invocations(to)).toBe(1);
  });

  test('without an interceptor the function starts and its own check refuses them', async () => {
    expect(await started(gateway)).toEqual({ answer: expect.stringMatching(/lines.*at most 100/), starts: 1 });
  });

  test('without AZ21 they reach the code of the tool', async () => {
    expect((await started(await weak(open('maxItems')))).answer).toMatch(RAN);
  });
});

/** What a tool's own code does with a host from its arguments no role and no policy engine sees: the schema has to be closed. */
describe('E05: a URL or a host in an argument', () => {
  let internal: Peer;
  beforeAll(async () => {
    internal = await Peer.start(({ url }) => ({ body: `the page ${url}` }));
  });
  afterAll(() => internal.close());
  const visit = async (to: LocalGateway, args: object) => {
    const before = [internal.arrivals.length, to.decisions.length] as const;
    const token = await to.mintToken({ clientId: 'robot', scopes: ['notes/page'] });
    const text = textOf(await callTool(to, token, 'page___page', args));
    const denials = to.decisions.slice(before[1]).filter(({ decision }) => decision === 'deny');
    return { text, arrived: internal.arrivals.length - before[0], denied: denials.map(({ layer }) => layer) };
  };
  const port = () => new URL(internal.origin).port;
  const URLS: readonly (readonly [string, () => string])[] = [
    ['the address of this machine', () => `http://127.0.0.1:${port()}/docs/guide`],
    ['its IPv6 form', () => `http://[::ffff:127.0.0.1]:${port()}/docs/guide`],
    ['its short form', () => `http://0x7f.1:${port()}/docs/guide`],
    ['its decimal form', () => `http://2130706433:${port()}/docs/guide`],
    ['the host that is meant only in the query', () => `http://127.0.0.1:${port()}/?http://localhost:80/docs/guide`],
    ['another path of the host', () => `http://localhost:${port()}/docs/../latest/meta-data`],
    ['a query', () => `http://localhost:${port()}/docs/guide?x=1`],
  ];

  test('the page that is meant is fetched', async () => {
    const { text, arrived } = await visit(gateway, { url: `http://localhost:${port()}/docs/guide` });

    expect([text, arrived]).toEqual(['"the page /docs/guide"', 1]);
  });

  test.each(URLS)('%s is refused by the pattern before the code of the tool', async (_what, url) => {
    const { text, arrived } = await visit(gateway, { url: url() });

    expect(text).toMatch(/url must match/);
    expect(arrived).toBe(0);
  });

  test('and a host that is not listed by the policy', async () => {
    expect(await visit(gateway, { host: `127.0.0.1:${port()}` })).toMatchObject({ arrived: 0, denied: [3] });
  });

  test('the twin: with an open schema each of them is reached', async () => {
    const unguarded = await weak((template) => {
      open('pattern', 'enum')(template);
      policy('page', (text) => text.replace(/\[[^\]]*\]\.contains\(context\.input\.host\)/, 'true'))(template);
    });
    for (const [what, url] of URLS)
      expect([what, await visit(unguarded, { url: url() })]).toMatchObject([what, { arrived: 1 }]);

    expect(await visit(unguarded, { host: `127.0.0.1:${port()}` })).toMatchObject({ arrived: 1, denied: [] });
  });
});
