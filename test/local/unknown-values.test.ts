import {
  callTool,
  ECHO,
  edited,
  REFUND,
  resources,
  rpc,
  start,
  stopAll,
  synthesizeShop,
  tokenOf,
} from '../support/local-shop';

/** A value that only a deployment decides must not open a layer here. Each case has its twin: the same call, the value known. */
const shop = synthesizeShop();
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const PARAMETER = { Ref: 'OnlyAtDeployment' };

type Template = Parameters<Parameters<typeof edited>[1]>[0];
type Gateway = Awaited<ReturnType<typeof start>>;

afterEach(stopAll);

function withUnknown(change: (properties: Record<string, never>, template: Template) => void) {
  return start(
    edited(shop, (template) => {
      change(resources(template, GATEWAY)[0]!.Properties as never, template);
    }),
  );
}

const authorizerOf = (properties: Record<string, never>) =>
  (properties as never as { AuthorizerConfiguration: { CustomJWTAuthorizer: Record<string, unknown> } })
    .AuthorizerConfiguration.CustomJWTAuthorizer;

async function statusOf(gateway: Gateway): Promise<number> {
  return (await rpc(gateway, 'tools/list', {}, { token: await tokenOf(gateway, 'reader') })).status;
}

test('the twin: with all values known, the reader comes in and may not refund', async () => {
  const gateway = await start(shop);

  expect(await statusOf(gateway)).toBe(200);
  expect(
    (await callTool(gateway, await tokenOf(gateway, 'reader'), REFUND, { id: 'a', amount: 1 })).body.error,
  ).toMatchObject({
    code: -32002,
  });
});

test('an unknown mode of the policy engine enforces', async () => {
  const gateway = await withUnknown((properties) => {
    (properties as never as { PolicyEngineConfiguration: { Mode: unknown } }).PolicyEngineConfiguration.Mode =
      PARAMETER;
  });

  const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), REFUND, { id: 'a', amount: 1 });

  expect(answer.body.error).toMatchObject({ code: -32002 });
});

test.each(['AllowedClients', 'AllowedScopes', 'CustomClaims'])('an unknown list of %s lets nobody in', async (name) => {
  const gateway = await withUnknown((properties) => {
    authorizerOf(properties)[name] = PARAMETER;
  });

  expect([401, 403]).toContain(await statusOf(gateway));
});

test('a forbid in the other form of a definition forbids', async () => {
  const gateway = await withUnknown((_properties, template) => {
    const [policy] = resources(template, 'AWS::BedrockAgentCore::Policy');
    template.Resources.Forbid = JSON.parse(JSON.stringify(policy));
    const Statement = JSON.parse(JSON.stringify(policy!.Properties.Definition.Cedar.Statement));
    const [, parts] = Statement['Fn::Join'];
    const arn = parts.find((part: unknown) => JSON.stringify(part).includes('GatewayArn'));
    template.Resources.Forbid!.Properties.Definition = {
      Policy: {
        Statement: {
          'Fn::Join': [
            '',
            [
              `forbid(principal is AgentCore::OAuthUser, action == AgentCore::Action::"${ECHO}", resource == AgentCore::Gateway::"`,
              arn,
              '");',
            ],
          ],
        },
      },
    };
    template.Resources.Forbid!.Properties.Name = 'forbid_echo';
  });

  const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'a' });

  expect(answer.body.error).toMatchObject({ code: -32002, message: expect.stringContaining('forbid_echo') });
});

test('an array in client_id is no client', async () => {
  const gateway = await start(shop);
  const { clientId, scopes } = gateway.agents[0]!;
  const token = (claims: object) => gateway.mintToken({ clientId, scopes, claims: { ...claims } });

  expect((await rpc(gateway, 'tools/list', {}, { token: await token({ client_id: [clientId] }) })).status).toBe(401);
  expect((await rpc(gateway, 'tools/list', {}, { token: await token({}) })).status).toBe(200);
});
