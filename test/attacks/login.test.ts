import { CallbackUrl } from 'cdk-secure-mcp';
import { connectAs, Person } from '../../examples/inbound-oidc/local/person';
import type { LocalGateway } from '../../lib/local';
import { GatewayApp } from '../support/gateway-app';
import { type EditableTemplate, edited, invocations, resources, start, stopAll } from '../support/local-shop';

const CALLBACK = 'https://ok.example/callback';
const TOOL = 'look-up___look-up';

function synthesize(): string {
  const app = new GatewayApp('desk');
  app
    .addTool('look-up')
    .permit(app.gateway.addInteractiveAgent('desktop', { callbackUrls: [CallbackUrl.https(CALLBACK)] }));
  return app.app.synth().directory;
}

const desk = synthesize();
const users = [{ name: 'ann' }];
let gateway: LocalGateway;
beforeAll(async () => {
  gateway = await start(desk, { users });
});
afterAll(stopAll);

const weakened = (edit: (template: EditableTemplate) => void) => start(edited(desk, edit), { users });
const person = (to: LocalGateway, name: string, redirectUri = CALLBACK) =>
  new Person({ clientId: to.interactiveAgents[0]!.clientId, redirectUri, name });

describe('A34: a stranger makes an account of their own', () => {
  /** Whether the tool ran for the stranger. */
  async function attack(to: LocalGateway): Promise<boolean> {
    const body = new URLSearchParams({ client_id: to.interactiveAgents[0]!.clientId, username: 'mallory' });
    await fetch(new URL('/signup', to.tokenEndpoint), { method: 'POST', body });
    try {
      const client = await connectAs(person(to, 'mallory'), to.mcpUrl);
      await client.callTool({ name: TOOL, arguments: { id: 'a' } });
      await client.close();
    } catch {
      // Refused, as it should be.
    }
    return invocations(to) > 0;
  }

  test('is stopped by a pool without self sign-up', async () => {
    expect(await attack(gateway)).toBe(false);
  });

  test('without IN09 it gets through', async () => {
    const open = await weakened((template) => {
      resources(template, 'AWS::Cognito::UserPool')[0]!.Properties.AdminCreateUserConfig.AllowAdminCreateUserOnly =
        false;
    });

    expect(await attack(open)).toBe(true);
  });
});

describe('A36: a code that is to be sent elsewhere', () => {
  const VARIANTS = [
    'https://ok.example/other',
    'https://ok.example/callback/',
    'https://ok.example/callback/../../evil',
    'https://ok.example.evil/callback',
    'https://ok.example@evil.example/callback',
    'https://ok.example/callback#token',
    'https://ok.example/callback?next=https://evil.example',
    'http://ok.example/callback',
    'https://OK.example/callback',
    'https://ok.example:8443/callback',
    'http://localhost/callback',
  ];

  /** Where the code went, if it went anywhere. */
  async function attack(to: LocalGateway, redirectUri: string): Promise<string | undefined> {
    const mallory = person(to, 'ann', redirectUri);
    await connectAs(mallory, to.mcpUrl).catch(() => undefined);
    return mallory.callback?.searchParams.has('code') === true ? mallory.callback.host : undefined;
  }

  test.each(VARIANTS)('to %s stays here', async (redirectUri) => {
    expect(await attack(gateway, redirectUri)).toBeUndefined();
  });

  test('to the registered URL is sent, and without IN13 to the others, too', async () => {
    const open = await weakened((template) => {
      resources(template, 'AWS::Cognito::UserPoolClient')[0]!.Properties.CallbackURLs.push(VARIANTS[3]);
    });

    expect(await attack(gateway, CALLBACK)).toBe('ok.example');
    expect(await attack(open, VARIANTS[3]!)).toBe('ok.example.evil');
  });
});
