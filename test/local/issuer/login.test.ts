import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallbackUrl, Caller } from 'cdk-secure-mcp';
import { decodeJwt } from 'jose';
import * as person from '../../../examples/inbound-oidc/local/person';
import type { LocalGateway, LocalUser } from '../../../lib/local';
import { GatewayApp } from '../../support/gateway-app';
import { type EditableTemplate, edited, resources, start, stopAll } from '../../support/local-shop';

const USERS: readonly LocalUser[] = [
  { name: 'ann', sub: 'sub-of-ann', groups: ['managers'], claims: { plan: 'gold' } },
  { name: 'bob' },
];

/** An app with a client that people log in to: one tool for everybody, one for managers. */
function synthesizeDesk(): string {
  const desk = new GatewayApp('desk');
  const agent = desk.gateway.addInteractiveAgent('desktop', { callbackUrls: [CallbackUrl.loopback(33418)] });
  desk.addTool('look-up').permit(agent);
  desk.addTool('approve').permit(Caller.allOf(agent, Caller.group('managers')));
  return desk.app.synth().directory;
}

const desk = synthesizeDesk();
let gateway: LocalGateway;
beforeAll(async () => {
  gateway = await start(desk, { users: USERS });
});
const clients: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  jest.useRealTimers();
});

/** A client that is closed after the test, so that it refreshes nothing in the next one. */
async function connectAs(who: person.Person, mcpUrl: string) {
  const client = await person.connectAs(who, mcpUrl);
  clients.push(client);
  return client;
}
afterAll(stopAll);

/** Only the date: what waits for time to pass keeps working. */
function at(date: Date): void {
  const doNotFake = [
    'hrtime',
    'nextTick',
    'performance',
    'queueMicrotask',
    'setImmediate',
    'clearImmediate',
    'setInterval',
    'clearInterval',
    'setTimeout',
    'clearTimeout',
  ] as const;
  jest.useFakeTimers({ now: date, doNotFake: [...doNotFake] });
}

const minutesLater = (minutes: number) => new Date(Date.now() + minutes * 60_000);

function personOf(gateway: LocalGateway, name?: string, more: { redirectUri?: string } = {}): person.Person {
  const [agent] = gateway.interactiveAgents;
  return new person.Person({ clientId: agent!.clientId, redirectUri: agent!.redirectUris[0]!, name, ...more });
}

const clientOf = (template: EditableTemplate) => resources(template, 'AWS::Cognito::UserPoolClient')[0]!.Properties;
const toolsOf = async (who: person.Person, gateway: LocalGateway) => {
  const client = await connectAs(who, gateway.mcpUrl);
  return (await client.listTools()).tools.map(({ name }) => name).sort();
};
const refresh = async (gateway: LocalGateway, token: string) => {
  const form = { grant_type: 'refresh_token', client_id: gateway.interactiveAgents[0]!.clientId, refresh_token: token };
  const response = await fetch(gateway.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as { [name: string]: string } };
};

describe('the official client with its own OAuth flow', () => {
  test('is refused, finds the issuer, logs a person in and calls what that person may call', async () => {
    const before = gateway.decisions.length;
    const [ann, bob] = [personOf(gateway, 'ann'), personOf(gateway, 'bob')];

    expect(await toolsOf(ann, gateway)).toEqual(['approve___approve', 'look-up___look-up']);
    expect(await toolsOf(bob, gateway)).toEqual(['look-up___look-up']);
    expect(gateway.decisions[before]).toMatchObject({ layer: 1, decision: 'deny' });

    const asBob = await connectAs(bob, gateway.mcpUrl);
    const call = (name: string) => asBob.callTool({ name, arguments: { id: 'a' } });
    expect(await call('look-up___look-up')).toMatchObject({ isError: false });
    await expect(call('approve___approve')).rejects.toThrow('not allowed due to policy enforcement');
  });

  test('gets an access token with the groups and claims of the person, and the scopes of the client', async () => {
    const ann = personOf(gateway, 'ann');
    await connectAs(ann, gateway.mcpUrl);

    expect(decodeJwt(ann.stored!.access_token)).toMatchObject({
      sub: 'sub-of-ann',
      username: 'ann',
      'cognito:groups': ['managers'],
      plan: 'gold',
      token_use: 'access',
      scope: 'desk/approve desk/look-up',
      client_id: gateway.interactiveAgents[0]!.clientId,
    });
    expect(ann.stored!.id_token).toBeUndefined();
  });

  test('refreshes by itself once the access token has expired, as the same person', async () => {
    const ann = personOf(gateway, 'ann');
    const client = await connectAs(ann, gateway.mcpUrl);
    const first = ann.stored!;

    at(minutesLater(16));
    await client.listTools();

    expect(ann.stored!.refresh_token).not.toBe(first.refresh_token);
    const [before, after] = [first, ann.stored!].map(({ access_token }) => decodeJwt(access_token));
    expect(after).toMatchObject({ sub: 'sub-of-ann', origin_jti: before!.origin_jti, auth_time: before!.auth_time });
    expect(after!.jti).not.toBe(before!.jti);
  });

  test('comes to nothing for a redirect URI that is not registered', async () => {
    const elsewhere = personOf(gateway, 'ann', { redirectUri: 'http://localhost:33419/callback' });

    await expect(connectAs(elsewhere, gateway.mcpUrl)).rejects.toThrow('no redirect: 400');
  });
});

describe('a refresh token', () => {
  async function loggedIn(to: LocalGateway) {
    const ann = personOf(to, 'ann');
    await connectAs(ann, to.mcpUrl);
    return ann.stored!.refresh_token!;
  }
  const edit = (change: (template: EditableTemplate) => void) => start(edited(desk, change), { users: USERS });

  test('that was rotated works through its grace period, and not after it', async () => {
    const token = await loggedIn(gateway);
    const next = (await refresh(gateway, token)).body.refresh_token!;

    expect(next).not.toBe(token);
    expect((await refresh(gateway, token)).status).toBe(200);
    at(new Date(Date.now() + 11_000));
    expect(await refresh(gateway, token)).toEqual({ status: 400, body: { error: 'invalid_grant' } });
    expect((await refresh(gateway, next)).status).toBe(200);
  });

  test('is used again and again where the template does not rotate it', async () => {
    const repeating = await edit((template) => {
      delete clientOf(template).RefreshTokenRotation;
      clientOf(template).ExplicitAuthFlows.push('ALLOW_REFRESH_TOKEN_AUTH');
    });
    const token = await loggedIn(repeating);

    expect((await refresh(repeating, token)).body.refresh_token).toBeUndefined();
    at(new Date(Date.now() + 11_000));
    expect((await refresh(repeating, token)).status).toBe(200);
  });

  test('is not issued to a client that may not refresh', async () => {
    const unrefreshed = await edit((template) => delete clientOf(template).RefreshTokenRotation);

    expect(await loggedIn(unrefreshed)).toBeUndefined();
  });

  test('rotated or not, ends when the login does', async () => {
    const token = await loggedIn(gateway);
    at(minutesLater(23 * 60));
    const next = (await refresh(gateway, token)).body.refresh_token!;
    at(minutesLater(2 * 60));

    expect((await refresh(gateway, next)).status).toBe(400);
  });

  test('that is revoked takes all others of the login with it', async () => {
    const token = await loggedIn(gateway);
    const next = (await refresh(gateway, token)).body.refresh_token!;
    const revoke = (form: Record<string, string>) =>
      fetch(new URL('/oauth2/revoke', gateway.tokenEndpoint), { method: 'POST', body: new URLSearchParams(form) });

    expect((await revoke({ token: next, client_id: 'another' })).status).toBe(401);
    expect((await refresh(gateway, next)).status).toBe(200);
    expect((await revoke({ token: next, client_id: gateway.interactiveAgents[0]!.clientId })).status).toBe(200);
    for (const each of [token, next]) expect((await refresh(gateway, each)).status).toBe(400);
  });

  test('of another client or none is nothing', async () => {
    expect((await refresh(gateway, 'guessed')).body).toEqual({ error: 'invalid_grant' });
  });
});

describe('who logs in', () => {
  const authorizeUrl = (gateway: LocalGateway, hint?: string) => {
    const [agent] = gateway.interactiveAgents;
    const query = {
      response_type: 'code',
      client_id: agent!.clientId,
      redirect_uri: agent!.redirectUris[0]!,
      state: 's',
    };
    const pkce = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
    const all = new URLSearchParams({ ...query, ...pkce, ...(hint === undefined ? {} : { login_hint: hint }) });
    return new URL(`/oauth2/authorize?${all}`, gateway.mcpUrl);
  };

  test('is asked on a page that runs nothing, where several can and none is named', async () => {
    const odd = { name: '<script>alert(1)</script>', groups: ['a"b'] };
    const odder = await start(desk, { users: [...USERS, odd] });
    const response = await fetch(authorizeUrl(odder), { redirect: 'manual' });
    const page = await response.text();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).not.toContain('<script');
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replaceAll('&#38;', '&'));
    expect(links).toHaveLength(3);
    const followed = await fetch(new URL(links[1]!, odder.mcpUrl), { redirect: 'manual' });
    expect(followed.headers.get('location')).toMatch(/^http:\/\/localhost:33418\/callback\?code=.+&state=s$/);
  });

  test('is not somebody who is not in the list', async () => {
    const response = await fetch(authorizeUrl(gateway, 'mallory'), { redirect: 'manual' });

    expect(response.headers.get('location')).toContain('error=access_denied');
  });

  test('is read from a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'users-')), 'users.json');
    writeFileSync(file, JSON.stringify([{ name: 'only' }]));
    const alone = await start(desk, { users: file });
    const only = personOf(alone);
    await connectAs(only, alone.mcpUrl);

    expect(decodeJwt(only.stored!.access_token).sub).toBe('only');
  });

  test.each([
    ['{', 'cannot be read'],
    ['{}', 'holds no list'],
    ['[{"groups":["a"]}]', 'has no name'],
    ['[{"name":"a","groups":"managers"}]', 'of another shape'],
  ])('%s is no list of users', async (text, message) => {
    const file = join(mkdtempSync(join(tmpdir(), 'users-')), 'users.json');
    writeFileSync(file, text);

    await expect(start(desk, { users: file })).rejects.toThrow(
      expect.objectContaining({ code: 'LOCAL_UNSUPPORTED', message: expect.stringContaining(message) }),
    );
  });
});
