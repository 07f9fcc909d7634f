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
} from '../../support/local-shop';

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

/** A policy beside the others: `text` with the ARN of the gateway in place of `%`. */
function addPolicy(template: Template, name: string, text: string, definition: (statement: object) => object) {
  const [policy] = resources(template, 'AWS::BedrockAgentCore::Policy');
  const added = JSON.parse(JSON.stringify(policy));
  const [, parts] = added.Properties.Definition.Cedar.Statement['Fn::Join'];
  const arn = parts.find((part: unknown) => JSON.stringify(part).includes('GatewayArn'));
  const [before, after] = text.split('%');
  added.Properties.Definition = definition({ 'Fn::Join': ['', [before, arn, after]] });
  added.Properties.Name = name;
  template.Resources[name.replace('_', '')] = added;
  return added.Properties;
}

const FORBID_ECHO = `forbid(principal is AgentCore::OAuthUser, action == AgentCore::Action::"${ECHO}", resource == AgentCore::Gateway::"%");`;
const cedar = (Statement: object) => ({ Cedar: { Statement } });
const echo = async (gateway: Gateway) => callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'a' });

test('a forbid in the other form of a definition forbids', async () => {
  const gateway = await withUnknown((_properties, template) => {
    addPolicy(template, 'forbid_echo', FORBID_ECHO, (Statement) => ({ Policy: { Statement } }));
  });

  const answer = await echo(gateway);

  expect(answer.body.error).toMatchObject({ code: -32002, message: expect.stringContaining('forbid_echo') });
});

test('an annotated forbid whose mode is not known forbids; in LOG_ONLY it does not', async () => {
  const forbidding = (mode: unknown) =>
    withUnknown((_properties, template) => {
      addPolicy(template, 'forbid_echo', `@id("no-echo")\n${FORBID_ECHO}`, cedar).EnforcementMode = mode;
    });
  const unknown = await forbidding(PARAMETER);

  expect((await echo(unknown)).body.error).toMatchObject({ code: -32002 });
  expect(unknown.unsupported.join('\n')).toContain('its EnforcementMode is not known here, so it forbids');
  expect((await echo(await forbidding('LOG_ONLY'))).body.error).toBeUndefined();
});

test('a commented permit whose mode is not known permits nothing; in ACTIVE it does', async () => {
  const permitting = (mode: unknown) =>
    withUnknown((_properties, template) => {
      for (const { Properties } of resources(template, 'AWS::BedrockAgentCore::Policy')) {
        Properties.Definition.Cedar.Statement['Fn::Join'][1].unshift('// who may call\n');
        Properties.EnforcementMode = mode;
      }
    });
  const unknown = await permitting(PARAMETER);

  expect((await echo(unknown)).body.error).toMatchObject({ code: -32002 });
  expect(unknown.unsupported.join('\n')).toContain('so it does not permit');
  expect((await echo(await permitting('ACTIVE'))).body.error).toBeUndefined();
});

test('a policy whose mode is not known and that does not parse is refused; with a known mode it is reported', async () => {
  const broken = (mode: unknown) =>
    withUnknown((_properties, template) => {
      addPolicy(template, 'broken', 'forbid(principal, action, resource == "%"', cedar).EnforcementMode = mode;
    });

  await expect(broken(PARAMETER)).rejects.toThrow(
    /neither the mode nor the effect of the policy.*\[LOCAL_UNSUPPORTED\]/,
  );
  expect((await broken('ACTIVE')).unsupported.join('\n')).toContain('Cedar error in broken');
});

test('an array in client_id is no client', async () => {
  const gateway = await start(shop);
  const { clientId, scopes } = gateway.agents[0]!;
  const token = (claims: object) => gateway.mintToken({ clientId, scopes, claims: { ...claims } });

  expect((await rpc(gateway, 'tools/list', {}, { token: await token({ client_id: [clientId] }) })).status).toBe(401);
  expect((await rpc(gateway, 'tools/list', {}, { token: await token({}) })).status).toBe(200);
});
