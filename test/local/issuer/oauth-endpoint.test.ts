import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { LocalGateway } from '../../../lib/local';
import {
  callTool,
  ECHO,
  type EditableTemplate,
  edited,
  invocations,
  resources,
  rpc,
  start,
  stopAll,
  synthesizeShop,
  tokenOf,
} from '../../support/local-shop';

const shop = synthesizeShop();
afterEach(stopAll);

const gatewayOf = (template: EditableTemplate) => resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties;
const authorizerOf = (template: EditableTemplate) => gatewayOf(template).AuthorizerConfiguration.CustomJWTAuthorizer;

function connect(gateway: LocalGateway): Promise<void> {
  const { clientId, clientSecret, scopes } = gateway.agents.find(({ name }) => name === 'reader')!;
  const scope = scopes.join(' ');
  const authProvider = new ClientCredentialsProvider({ clientId, clientSecret, scope, expectedIssuer: gateway.issuer });
  return new Client({ name: 'test', version: '1' }).connect(
    new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { authProvider }),
  );
}

test('with all scopes advertised, as the service does, the official client of a lesser agent cannot log in', async () => {
  const advertising = await start(shop, { advertiseScopes: true });
  const { headers } = await rpc(advertising, 'tools/list', {});

  expect(headers.get('www-authenticate')).toContain('scope="shop/echo shop/look-up shop/refund"');
  await expect(connect(advertising)).rejects.toThrow('invalid_scope');
  await connect(await start(shop));
});

test('advertised scopes are those of the mapping', async () => {
  const mapped = edited(shop, (template) => {
    authorizerOf(template).AdvertisedScopeMapping = { 'shop/echo': 'public/echo' };
  });
  const gateway = await start(mapped, { advertiseScopes: true });
  const response = await fetch(new URL('/.well-known/oauth-protected-resource', gateway.mcpUrl));

  expect(await response.json()).toMatchObject({ scopes_supported: ['public/echo', 'shop/look-up', 'shop/refund'] });
});

test('a token of another pool of the app is worth nothing, unless the gateway trusts that pool', async () => {
  const twoPools = (trusted: 'first' | 'second') =>
    edited(shop, (template) => {
      template.Resources.Pool2 = { Type: 'AWS::Cognito::UserPool', Properties: {} };
      const [client] = resources(template, 'AWS::Cognito::UserPoolClient', 'reader');
      template.Resources.Client2 = structuredClone(client!);
      Object.assign(template.Resources.Client2.Properties, { UserPoolId: { Ref: 'Pool2' }, ClientName: 'second' });
      // Also what else could stop it is out of the way.
      const authorizer = authorizerOf(template);
      authorizer.AllowedClients.push({ Ref: 'Client2' });
      gatewayOf(template).PolicyEngineConfiguration.Mode = 'LOG_ONLY';
      if (trusted === 'second') {
        authorizer.DiscoveryUrl = {
          'Fn::Join': ['', [{ 'Fn::GetAtt': ['Pool2', 'ProviderURL'] }, '/.well-known/openid-configuration']],
        };
      }
    });
  const trustsSecond = await start(twoPools('second'));
  const trustsFirst = await start(twoPools('first'));
  const { clientId, clientSecret } = trustsSecond.agents[0]!;
  expect(trustsSecond.agents).toHaveLength(1);

  // The token endpoint is one, the issuer is that of the client's pool; its secret is known of neither start.
  expect(clientSecret).toHaveLength(51);
  expect(trustsFirst.agents.map((agent) => agent.clientId)).not.toContain(clientId);
  const good = await trustsSecond.mintToken({ clientId, scopes: ['shop/echo'] });
  const stolen = await trustsSecond.mintToken({ clientId, scopes: ['shop/echo'], issuer: trustsFirst.issuer });

  await callTool(trustsSecond, good, ECHO, { id: 'a' });
  expect(invocations(trustsSecond)).toBe(1);
  for (const token of [good, stolen]) expect((await callTool(trustsFirst, token, ECHO, { id: 'a' })).status).toBe(401);
  expect(invocations(trustsFirst)).toBe(0);
});

test('an issuer that is not in the app is stood in for, with the clients and the audience that the gateway accepts', async () => {
  const external = edited(shop, (template) => {
    Object.assign(authorizerOf(template), {
      DiscoveryUrl: 'https://login.example/tenant/.well-known/openid-configuration',
      AllowedClients: ['app'],
      AllowedAudience: ['api://shop'],
      CustomClaims: undefined,
    });
    gatewayOf(template).PolicyEngineConfiguration.Mode = 'LOG_ONLY';
  });
  const gateway = await start(external);

  expect(gateway.unsupported.join()).toContain('stands in for the one of https://login.example/tenant');
  expect(gateway.agents.map(({ name }) => name)).toEqual(['app']);
  expect((await callTool(gateway, await tokenOf(gateway, 'app'), ECHO, { id: 'a' })).body.result).toBeDefined();
  const without = await gateway.mintToken({ clientId: 'app', scopes: ['shop/echo'] });
  expect((await callTool(gateway, without, ECHO, { id: 'a' })).status).toBe(401);
});

test('a gateway without authorizer has no issuer', async () => {
  const open = edited(shop, (template) => {
    gatewayOf(template).AuthorizerType = 'NONE';
    delete gatewayOf(template).AuthorizerConfiguration;
  });
  const gateway = await start(open);

  expect(gateway).toMatchObject({ issuer: '', agents: [] });
  await expect(gateway.mintToken({ clientId: 'x' })).rejects.toThrow(/no issuer of its own.*\[LOCAL_UNSUPPORTED\]/);
  await expect(start(open, { issuer: 'https://login.example' })).rejects.toThrow(
    /its authorizer is NONE, got "https:\/\/login.example".*\[LOCAL_UNSUPPORTED\]/,
  );
});
