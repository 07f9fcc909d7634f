import { callerOf, defineTool, ToolError } from 'cdk-secure-mcp/runtime';

const lookup = defineTool<{ id: string }>({
  name: 'order-lookup',
  handle: ({ input, caller }) => {
    if (input.id === 'none') throw new ToolError('there is no order none');
    if (input.id === 'broken') throw new Error('table shard 7 at 10.0.0.3 is down');
    if (input.id === 'void') return undefined;
    return { id: input.id, through: caller.gatewayId };
  },
});

const custom = {
  bedrockAgentCoreMessageVersion: '1.0',
  bedrockAgentCoreAwsRequestId: 'r-1',
  bedrockAgentCoreMcpMessageId: '7',
  bedrockAgentCoreGatewayId: 'shop-0123456789',
  bedrockAgentCoreTargetId: 'ABCDEFGHIJ',
  bedrockAgentCoreToolName: 'order-lookup___order-lookup',
};
const through = { clientContext: { custom } };

test('a call through the gateway reaches the tool with its input and caller', async () => {
  expect(await lookup({ id: 'o-1' }, through)).toEqual({ id: 'o-1', through: 'shop-0123456789' });
});

test('both spellings of the client context are read', async () => {
  expect(await lookup({ id: 'o-1' }, { clientContext: { Custom: custom } })).toMatchObject({ id: 'o-1' });
});

test('a refusal becomes a reply that the model can read', async () => {
  expect(await lookup({ id: 'none' }, through)).toEqual({ error: { message: 'there is no order none' } });
});

test('any other error is thrown on: its text reaches the log, not the caller', async () => {
  await expect(lookup({ id: 'broken' }, through)).rejects.toThrow('table shard 7');
});

test('nothing returned is null, which JSON can carry', async () => {
  expect(await lookup({ id: 'void' }, through)).toBeNull();
});

test.each([
  ['no context', undefined],
  ['no client context', {}],
  ['an empty client context', { clientContext: { custom: {} } }],
  [
    'a client context without tool name',
    { clientContext: { custom: { ...custom, bedrockAgentCoreToolName: undefined } } },
  ],
])('a direct invocation is refused: %s', async (_name, context) => {
  await expect(lookup({ id: 'o-1' }, context)).rejects.toThrow('order-lookup was called without a gateway');
});

test.each(['order-refund___order-refund', 'order-lookup', 'order-lookup___', 'x___ORDER-LOOKUP'])(
  'a call meant for %s is refused',
  async (bedrockAgentCoreToolName) => {
    const context = { clientContext: { custom: { ...custom, bedrockAgentCoreToolName } } };

    await expect(lookup({ id: 'o-1' }, context)).rejects.toThrow('this is tool order-lookup');
  },
);

describe('the header with the facts about a caller', () => {
  const header = (subject: string) =>
    Buffer.from(JSON.stringify({ subject, scopes: [], claims: {} })).toString('base64url');
  const who = (propagated: object) => {
    process.env.SECURE_MCP_CALLER_CLAIMS = '[]';
    try {
      const context = { custom: { ...custom, bedrockAgentCorePropagatedHeaders: propagated } };
      return callerOf({ clientContext: context })?.verified?.subject;
    } finally {
      delete process.env.SECURE_MCP_CALLER_CLAIMS;
    }
  };

  test('in two spellings is refused: one of them is not from the interceptor', () => {
    const both = { 'X-Secure-Mcp-Caller': header('mallory'), 'x-secure-mcp-caller': header('alice') };

    expect(() => who(both)).toThrow('x-secure-mcp-caller arrived twice');
  });

  test('the twin: in one spelling it counts', () => {
    expect(who({ 'X-Secure-Mcp-Caller': header('alice') })).toBe('alice');
  });
});

describe('the input schema of the environment', () => {
  const define = (json?: string) => {
    if (json === undefined) delete process.env.SECURE_MCP_INPUT_SCHEMA;
    else process.env.SECURE_MCP_INPUT_SCHEMA = json;
    try {
      return defineTool<{ id: string }>({ name: 'order-lookup', handle: ({ input }) => input.id });
    } finally {
      delete process.env.SECURE_MCP_INPUT_SCHEMA;
    }
  };
  const schema = JSON.stringify({ type: 'object', properties: { id: { type: 'string', maxLength: 3 } } });

  test('is enforced before the tool runs', async () => {
    expect(await define(schema)({ id: 'abcd' }, through)).toEqual({
      error: { message: 'id must have at most 3 characters' },
    });
    expect(await define(schema)({ id: 'abc' }, through)).toBe('abc');
    expect(await define()({ id: 'abcd' }, through)).toBe('abcd');
  });

  test('stops the function when it does not parse', () => {
    expect(() => define('{')).toThrow(SyntaxError);
  });
});
