import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  callTool,
  ECHO,
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

const shop = synthesizeShop();
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const NO_POLICY = 'No policy applies to the request (denied by default).';
const denied = (reason: string) => ({
  code: -32002,
  message: `Tool Execution Denied: Tool call not allowed due to policy enforcement [${reason}]`,
});

afterEach(stopAll);

describe('a permitted call', () => {
  test('runs the code of the tool on the rows of the seed, and each layer says why', async () => {
    const gateway = await start(shop, { seed: { Orders: [{ orderId: 'o-1', total: 12.5 }] } });

    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), LOOKUP, { id: 'o-1' });

    expect(JSON.parse(textOf(answer))).toEqual({ orderId: { S: 'o-1' }, total: { N: '12.5' } });
    expect(gateway.decisions.map(({ layer, decision }) => [layer, decision])).toEqual([
      [1, 'allow'],
      [3, 'allow'],
      [2, 'allow'],
      [4, 'allow'],
    ]);
  });

  test('reaches the function with the arguments and the client context of the service, and no word about the caller', async () => {
    const gateway = await start(shop);
    const token = await tokenOf(gateway, 'reader');

    const { event, context } = JSON.parse(textOf(await callTool(gateway, token, ECHO, { id: 'a', more: [1] })));

    expect(event).toEqual({ id: 'a', more: [1] });
    expect(context.custom).toMatchObject({
      bedrockAgentCoreMessageVersion: '1.0',
      bedrockAgentCoreMcpMessageId: '7',
      bedrockAgentCoreToolName: ECHO,
      bedrockAgentCoreGatewayId: expect.stringMatching(/^shop-[a-z0-9]{10}$/),
      bedrockAgentCoreTargetId: expect.stringMatching(/^[A-Z0-9]{10}$/),
    });
    expect(JSON.stringify(context)).not.toContain(gateway.agents[0]!.clientId);
  });

  test('gives the tool nothing of the environment of who runs the gateway', async () => {
    process.env.HOST_SECRET = 'from the host';
    const gateway = await start(shop);

    const environment = textOf(await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'environment' }));

    expect(environment).not.toContain('from the host');
    expect(Object.keys(JSON.parse(environment))).toEqual(expect.arrayContaining(['AWS_ENDPOINT_URL', '_HANDLER']));
    delete process.env.HOST_SECRET;
  });
});

describe('layer 3', () => {
  test('a tool without permit for the caller is neither listed nor called', async () => {
    const gateway = await start(shop);
    const token = await tokenOf(gateway, 'reader');

    const { body } = await rpc(gateway, 'tools/list', {}, { token });
    expect(body.result?.tools.map(({ name }: { name: string }) => name).sort()).toEqual([ECHO, LOOKUP]);
    expect((await callTool(gateway, token, REFUND, { id: 'a', amount: 1 })).body.error).toEqual(denied(NO_POLICY));
    expect(invocations(gateway)).toBe(0);
  });

  test('the limit of a permit is exact', async () => {
    const gateway = await start(shop);
    const token = await tokenOf(gateway, 'support');
    const refund = (amount: unknown) => callTool(gateway, token, REFUND, { id: 'a', amount });

    expect(textOf(await refund(500))).toBe('{"refunded":{"id":"a","amount":500}}');
    expect((await refund(500.01)).body.error).toEqual(denied(NO_POLICY));
    expect((await refund(499.99999)).body.error).toEqual(denied(NO_POLICY));
    expect(invocations(gateway)).toBe(1);
  });

  test('in LOG_ONLY the same call goes through and the tool is listed', async () => {
    const lax = edited(shop, (template) => {
      for (const { Properties } of resources(template, GATEWAY)) Properties.PolicyEngineConfiguration.Mode = 'LOG_ONLY';
    });
    const gateway = await start(lax);
    const token = await tokenOf(gateway, 'reader');

    expect(textOf(await callTool(gateway, token, REFUND, { id: 'a', amount: 501 }))).toContain('501');
    expect((await rpc(gateway, 'tools/list', {}, { token })).body.result?.tools).toHaveLength(3);
    expect(gateway.decisions).toContainEqual(
      expect.objectContaining({ layer: 3, decision: 'deny', reason: expect.stringContaining('LOG_ONLY') }),
    );
  });

  test('a policy in LOG_ONLY permits nothing', async () => {
    const lax = edited(shop, (template) => {
      for (const { Properties } of resources(template, 'AWS::BedrockAgentCore::Policy', 'refund'))
        Properties.EnforcementMode = 'LOG_ONLY';
    });
    const gateway = await start(lax);

    const answer = await callTool(gateway, await tokenOf(gateway, 'support'), REFUND, { id: 'a', amount: 1 });

    expect(answer.body.error).toEqual(denied(NO_POLICY));
    expect(gateway.decisions).toContainEqual(
      expect.objectContaining({ layer: 3, reason: expect.stringContaining('in LOG_ONLY') }),
    );
  });

  test('a forbid wins, and its id is told as the service tells it', async () => {
    const strict = edited(shop, (template) => {
      const [policy] = resources(template, 'AWS::BedrockAgentCore::Policy', 'echo');
      template.Resources.Forbid = structuredClone(policy!);
      template.Resources.Forbid.Properties.Name = 'no_echo';
      const { Cedar } = template.Resources.Forbid.Properties.Definition;
      const [head, arn] = Cedar.Statement['Fn::Join'][1];
      Cedar.Statement = { 'Fn::Join': ['', [head.replace('permit', 'forbid'), arn, '");']] };
    });
    const gateway = await start(strict);

    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'a' });

    expect(answer.body.error?.message).toMatch(/denied due to no_echo-[a-z0-9]{10}\]$/);
  });

  test('without a policy engine everything is let through, and that is said', async () => {
    const none = edited(shop, (template) => {
      for (const { Properties } of resources(template, GATEWAY)) delete Properties.PolicyEngineConfiguration;
    });
    const gateway = await start(none);

    expect(textOf(await callTool(gateway, await tokenOf(gateway, 'reader'), REFUND, { id: 'a', amount: 1 }))).toContain(
      'refunded',
    );
    expect(gateway.unsupported.join()).toMatch(/no policy engine, so layer 3 lets every call through/);
  });

  test('a policy that does not fit the tools is reported and permits nothing', async () => {
    const broken = edited(shop, (template) => {
      for (const { Properties } of resources(template, 'AWS::BedrockAgentCore::Policy', 'echo')) {
        const parts = Properties.Definition.Cedar.Statement['Fn::Join'][1];
        parts[0] = parts[0].replace('echo___echo', 'echo__echo');
      }
    });
    const gateway = await start(broken);

    expect(gateway.unsupported.join()).toMatch(/Cedar error in echo_.*unrecognized action/);
    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'a' });
    expect(answer.body.error).toEqual(denied(NO_POLICY));
  });
});

describe('arguments', () => {
  test('are checked after the policy: a permitted caller learns what is wrong, another one only that it is denied', async () => {
    const gateway = await start(shop);
    const call = async (agent: string, args: unknown) => callTool(gateway, await tokenOf(gateway, agent), REFUND, args);

    expect(textOf(await call('support', { amount: '5' }))).toBe(
      [
        'ValidationException - Parameter validation failed: Invalid request parameters:',
        "- Missing required field(s): 'id'",
        "- Field '/amount' has invalid type: string found, number expected",
      ].join('\n'),
    );
    expect((await call('support', { amount: '5' })).body.result?.isError).toBe(true);
    expect((await call('reader', { amount: '5' })).body.error).toEqual(denied(NO_POLICY));
    expect(invocations(gateway)).toBe(0);
  });
});

describe('layer 2', () => {
  const role = 'AWS::IAM::Role';
  const policyOfRole = (template: Parameters<Parameters<typeof edited>[1]>[0]) =>
    resources(template, 'AWS::IAM::Policy', 'Outbound')[0]!.Properties.PolicyDocument;

  test.each([
    ['does not allow the alias', 'InvokeOwnTools', 'An internal error occurred. Please retry later.'],
    ['does not allow the policy engine', 'AskOwnPolicyEngine', 'InternalServerException - Policy evaluation failed'],
    [
      'does not allow to read the policy engine',
      'ReadOwnPolicyEngine',
      'InternalServerException - Policy evaluation failed',
    ],
  ])('a gateway role that %s stops every call', async (_what, sid, text) => {
    const without = edited(shop, (template) => {
      const document = policyOfRole(template);
      document.Statement = document.Statement.filter(({ Sid }: { Sid: string }) => Sid !== sid);
    });
    const gateway = await start(without);

    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'a' });

    expect(textOf(answer)).toBe(text);
    expect(invocations(gateway)).toBe(0);
    expect(gateway.decisions).toContainEqual(expect.objectContaining({ layer: 2, decision: 'deny' }));
  });

  test('the permission must name the alias: the bare function does not do', async () => {
    const bare = edited(shop, (template) => {
      const invoke = policyOfRole(template).Statement.find(
        ({ Action }: { Action: unknown }) => Action === 'lambda:InvokeFunction',
      )!;
      const functions = Object.keys(template.Resources).filter(
        (id) => template.Resources[id]!.Type === 'AWS::Lambda::Function',
      );
      invoke.Resource = functions.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
    });
    const gateway = await start(bare);

    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'a' });

    expect(answer.body.result).toMatchObject({ isError: true });
    expect(invocations(gateway)).toBe(0);
  });

  test.each([
    ['another service', (trust: { Principal: unknown }) => (trust.Principal = { Service: 'lambda.amazonaws.com' })],
    [
      'another gateway',
      (trust: { Condition: unknown }) => {
        trust.Condition = {
          ArnLike: { 'aws:SourceArn': 'arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/x-*' },
        };
      },
    ],
    [
      'another account',
      (trust: { Condition: unknown }) => (trust.Condition = { StringEquals: { 'aws:SourceAccount': '999999999999' } }),
    ],
  ])('a trust policy for %s stops every call', async (_who, change) => {
    const foreign = edited(shop, (template) => {
      for (const { Properties } of resources(template, role, 'Outbound'))
        change(Properties.AssumeRolePolicyDocument.Statement[0]);
    });
    const gateway = await start(foreign);

    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'a' });

    expect(textOf(answer)).toBe('InternalServerException - Policy evaluation failed');
    expect(gateway.decisions.find(({ layer }) => layer === 2)?.reason).toContain('sts:AssumeRole');
  });
});

describe('a tool that fails', () => {
  const debug = edited(shop, (template) => {
    for (const { Properties } of resources(template, GATEWAY)) Properties.ExceptionLevel = 'DEBUG';
    for (const { Properties } of resources(template, 'AWS::Lambda::Function')) Properties.Timeout = 1;
  });

  test('tells its caller nothing', async () => {
    const gateway = await start(shop);

    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), ECHO, { id: 'throw' });

    expect(answer.body.result).toEqual({
      content: [{ type: 'text', text: 'An internal error occurred. Please retry later.' }],
      isError: true,
    });
  });

  test.each([
    ['throw', 'TypeError: the secret is 42'],
    ['exit', 'Runtime.ExitError: Runtime exited with error: exit status 7'],
    ['loop', 'Sandbox.Timedout: Task timed out after 1.00 seconds'],
    ['sleep', 'Sandbox.Timedout: Task timed out after 1.00 seconds'],
  ])('by %s tells it where the gateway is set to DEBUG, and the next call works', async (id, text) => {
    const gateway = await start(debug);
    const token = await tokenOf(gateway, 'reader');
    await callTool(gateway, token, ECHO, { id: 'warm' });

    const answer = await callTool(gateway, token, ECHO, { id });

    expect(answer.body.result?.content[0].text).toBe(text);
    expect(answer.body.result?._meta).toEqual({ debug: { type: 'text', text } });
    expect(textOf(await callTool(gateway, token, ECHO, { id: 'again' }))).toContain('again');
  });
});

describe('start', () => {
  test('refuses a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };

    await expect(start(shop, { port })).rejects.toThrow(new RegExp(`${port}.*\\[PORT_IN_USE\\]`));
    other.close();
  });

  test.each([
    ['an assembly that is not there', () => start('/nowhere/cdk.out'), 'ASSEMBLY_UNREADABLE'],
    ['a gateway that is not there', () => start(shop, { gateway: 'other' }), 'LOCAL_UNSUPPORTED'],
    ['rows for a table that is not there', () => start(shop, { seed: { Nowhere: [] } }), 'LOCAL_UNSUPPORTED'],
    ['rows without key', () => start(shop, { seed: { Orders: [{ total: 1 }] } }), 'LOCAL_UNSUPPORTED'],
    ['a seed file that is not there', () => start(shop, { seed: '/nowhere.json' }), 'LOCAL_UNSUPPORTED'],
    ['a replacement for no tool', () => start(shop, { replaceHandlers: { x: 'x.js' } }), 'LOCAL_UNSUPPORTED'],
    ['a replacement that is not there', () => start(shop, { replaceHandlers: { echo: 'x.js' } }), 'HANDLER_NOT_FOUND'],
  ])('refuses %s', async (_what, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
  });

  test.each([
    ['of a type that nobody knows', { AuthorizerType: 'SOMETHING' }, /"SOMETHING".*\[LOCAL_UNSUPPORTED\]/],
    ['without its configuration', { AuthorizerConfiguration: undefined }, /"CUSTOM_JWT".*\[LOCAL_UNSUPPORTED\]/],
    ['without a type', { AuthorizerType: undefined }, /cannot be run here.*\[LOCAL_UNSUPPORTED\]/],
  ])('refuses an authorizer %s', async (_what, change, message) => {
    const odd = edited(shop, (template) => {
      for (const { Properties } of resources(template, GATEWAY)) Object.assign(Properties, change);
    });

    await expect(start(odd)).rejects.toThrow(message);
  });

  test('says what has no effect', async () => {
    const rich = edited(shop, (template) => {
      for (const { Properties } of resources(template, GATEWAY)) Properties.InterceptorConfigurations = [{}];
    });

    const { unsupported } = await start(rich);

    expect(unsupported.join('\n')).toMatch(
      /its REQUEST and RESPONSE interceptor undefined cannot be run, so requests are refused/,
    );
    expect(unsupported.join('\n')).toMatch(/RateLimits\w+: it has no effect here/);
  });

  test('a tool whose code is replaced runs the other code under its own role', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'breach-')), 'hostile.js');
    writeFileSync(file, 'exports.handler = async () => process.env.AWS_LAMBDA_FUNCTION_NAME;');
    const gateway = await start(shop, { replaceHandlers: { 'look-up': file } });

    const answer = await callTool(gateway, await tokenOf(gateway, 'reader'), LOOKUP, { id: 'a' });

    expect(textOf(answer)).toMatch(/lookup/);
  });
});

test('no decision holds a token or a secret', async () => {
  const gateway = await start(shop);
  const token = await tokenOf(gateway, 'support');
  await callTool(gateway, token, LOOKUP, { id: 'a' });
  await callTool(gateway, `${token}x`, LOOKUP, { id: 'a' });

  const log = JSON.stringify(gateway.decisions);

  expect(log).not.toContain(token.slice(-40));
  for (const { clientSecret } of gateway.agents) expect(log).not.toContain(clientSecret);
  expect(log).not.toMatch(/eyJ|ASIA/);
});
